import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Answer = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

export interface HttpEngine extends AsyncDisposable {
	readonly socketPath: string;
	/** What was asked, in order; `GET /containers/json`. */
	readonly asked: string[];
	/** How many inspects were open at the most. */
	mostInspects(): number;
	openInspects(): number;
	/** The open event streams. */
	readonly listeners: ReadonlySet<ServerResponse>;
	/** Answers a path from now on; `*` is any container's inspect. */
	on(path: string, answer: Answer): void;
}

export const json =
	(body: unknown, status = 200): Answer =>
	(response) =>
		void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

export const text =
	(body: string, status = 200): Answer =>
	(response) =>
		void response.writeHead(status, { 'content-type': 'text/plain' }).end(body);

/** A server on a socket of its own that answers as an engine would, or as a test says. Events stay open. */
export async function httpEngine(): Promise<HttpEngine> {
	const folder = await mkdtemp(join(tmpdir(), 'reconsul-engine-'));
	const socketPath = join(folder, 'd.sock');
	const answers = new Map<string, Answer>();
	const asked: string[] = [];
	const listeners = new Set<ServerResponse>();
	let inspects = 0;
	let most = 0;
	answers.set('/events', (response) => {
		listeners.add(response.on('close', () => listeners.delete(response)));
		response.writeHead(200).flushHeaders();
	});
	const server = createServer((request, response) => {
		const path = (request.url ?? '').split('?')[0] ?? '';
		asked.push(`${request.method} ${path}`);
		const isInspect = path.startsWith('/containers/') && path !== '/containers/json';
		if (isInspect) {
			most = Math.max(most, ++inspects);
			response.on('close', () => --inspects);
		}
		const answer = answers.get(path) ?? (isInspect ? answers.get('*') : undefined) ?? text('404 page not found', 404);
		void answer(response, request);
	}).listen(socketPath);
	await once(server, 'listening');
	return {
		socketPath,
		asked,
		listeners,
		mostInspects: () => most,
		openInspects: () => inspects,
		on: (path, answer) => void answers.set(path, answer),
		[Symbol.asyncDispose]: async () => {
			server.closeAllConnections();
			await once(server.close(), 'close');
			await rm(folder, { recursive: true, force: true });
		},
	};
}
