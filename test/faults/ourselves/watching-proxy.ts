import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Passed } from '../../support/fault-proxy.ts';

/** Stands before an agent and sees who writes what at the same time. */
export interface WatchingProxy extends AsyncDisposable {
	readonly port: number;
	/** How long every call takes longer. */
	delayMs: number;
	/** What was written, with what came of it. */
	readonly passed: readonly Passed[];
	/** Writes of services that were answered, since the last `forget`. */
	readonly writeCount: number;
	/** Questions of any kind. */
	readonly asked: number;
	/** Writes that are not answered yet. */
	readonly writing: number;
	/** The most writes for one container that were under way at the same time. */
	readonly mostAtOnce: number;
	forget(): void;
}

export async function startWatchingProxy(agentPort: number): Promise<WatchingProxy> {
	const passed: Passed[] = [];
	let writeCount = 0;
	const underWay = new Map<string, number>();
	const containerOf = new Map<string, string>();
	let mostAtOnce = 0;
	let count = 0;
	/** Of the containers here each has one service. */
	const watched = async (id: string, body: Buffer, call: () => Promise<void>): Promise<void> => {
		const stamp = body.length === 0 ? undefined : JSON.parse(body.toString()).Meta?.['reconsul-container'];
		if (stamp !== undefined) containerOf.set(id, stamp);
		const container = containerOf.get(id) ?? id;
		const now = (underWay.get(container) ?? 0) + 1;
		underWay.set(container, now);
		mostAtOnce = Math.max(mostAtOnce, now);
		try {
			await call();
			writeCount += 1;
		} finally {
			underWay.set(container, (underWay.get(container) ?? 1) - 1);
		}
	};
	const proxy = { delayMs: 0 };
	const handle = async (asked: IncomingMessage, answer: ServerResponse): Promise<void> => {
		count += 1;
		const at = Date.now();
		const body = Buffer.concat(await Array.fromAsync(asked as AsyncIterable<Buffer>));
		const call = async (): Promise<void> => {
			await delay(proxy.delayMs);
			const status = await pass(asked, body, answer, agentPort);
			if (asked.method !== 'GET') passed.push({ path: asked.url ?? '', body: body.toString(), status, at });
		};
		const id = serviceWritten(asked, body);
		await (id === undefined ? call() : watched(id, body, call));
	};
	const server = createServer((asked, answer) => {
		// The daemon or the agent went away; whoever is left sees a broken connection, as without us.
		handle(asked, answer).catch(() => answer.destroy());
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return Object.defineProperties(proxy as WatchingProxy, {
		port: { value: (server.address() as AddressInfo).port },
		passed: { value: passed },
		writeCount: { get: () => writeCount },
		asked: { get: () => count },
		writing: { get: () => [...underWay.values()].reduce((total, count) => total + count, 0) },
		mostAtOnce: { get: () => mostAtOnce },
		forget: {
			value: () => {
				writeCount = 0;
				mostAtOnce = 0;
			},
		},
		[Symbol.asyncDispose]: {
			value: async () => {
				server.close();
				server.closeAllConnections();
				await once(server, 'close');
			},
		},
	});
}

function serviceWritten({ method, url = '' }: IncomingMessage, body: Buffer): string | undefined {
	if (method !== 'PUT') return undefined;
	if (url.startsWith('/v1/agent/service/register')) return JSON.parse(body.toString()).ID;
	const [, id] = /^\/v1\/agent\/service\/deregister\/([^?]+)/.exec(url) ?? [];
	return id === undefined ? undefined : decodeURIComponent(id);
}

/** Settles when the answer has been passed on whole, with its status. */
async function pass(asked: IncomingMessage, body: Buffer, answer: ServerResponse, port: number): Promise<number> {
	const gone = new AbortController();
	answer.on('close', () => gone.abort());
	const { method, url, headers } = asked;
	const { connection: _, 'transfer-encoding': __, ...rest } = headers;
	const outgoing = request({ host: '127.0.0.1', port, method, path: url, headers: rest, signal: gone.signal });
	outgoing.end(body);
	const [reply] = (await once(outgoing, 'response')) as [IncomingMessage];
	const { connection: ___, ...replied } = reply.headers;
	answer.writeHead(reply.statusCode ?? 502, replied);
	for await (const chunk of reply) answer.write(chunk);
	answer.end();
	return reply.statusCode ?? 502;
}
