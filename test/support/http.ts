import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createLogger, type Logger } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { type RunningServer, type ServerOptions, startServer } from '../../src/server/http.ts';
import type { Providers } from '../../src/server/routes.ts';
import { anyPage, anyStory } from './pages.ts';

export type Line = Readonly<Record<string, unknown>>;

/** A logger, and what it wrote. */
export function logRecorder(): { readonly log: Logger; readonly lines: readonly Line[] } {
	const lines: Line[] = [];
	const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
	return { lines, log: createLogger({ level: 'debug', format: 'json', destination }) };
}

export interface TestServer extends RunningServer, AsyncDisposable {
	readonly port: number;
	readonly url: string;
	readonly options: ServerOptions;
}

const emptyPage: Providers['page'] = {
	overview: async () => anyPage(),
	story: async () => anyStory({ container: undefined }),
};

/** Something else that listens, and answers as it likes, by our name or not. */
export async function stranger(answer: RequestListener): Promise<{ readonly at: string } & AsyncDisposable> {
	const server = createServer(answer).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		at: `127.0.0.1:${(server.address() as AddressInfo).port}`,
		[Symbol.asyncDispose]: async () => {
			server.close();
			server.closeAllConnections();
		},
	};
}

/** The real server on a port of its own, where all is well but for what the test says. */
export async function running(
	given: Partial<Omit<ServerOptions, 'providers'>> & { readonly providers?: Partial<Providers> },
): Promise<TestServer> {
	const providers: Providers = {
		metrics: createMetrics('0'),
		health: () => [],
		ready: () => [],
		services: () => ({}),
		explain: async () => ({ status: 200, value: {} }),
		history: () => ({ newest: 0, isCut: false, entries: [] }),
		events: () => ({ since: 0, last: () => 0, after: () => [], onNews: () => () => {} }),
		page: emptyPage,
		...given.providers,
	};
	const options = { listen: '127.0.0.1:0', api: 'local', log: logRecorder().log, ...given, providers } as const;
	const server = await startServer(options);
	const port = Number(/\d+$/.exec(server.address ?? '')?.[0] ?? 0);
	return {
		options,
		port,
		url: `http://127.0.0.1:${port}`,
		get address() {
			return server.address;
		},
		close: () => server.close(),
		[Symbol.asyncDispose]: () => server.close(),
	};
}

/** A connection that has stood; its failures are the server's doing and expected. */
export async function dial(port: number): Promise<Socket> {
	const socket = connect(port, '127.0.0.1');
	await once(socket, 'connect');
	socket.on('error', () => {});
	return socket;
}

/** Settles when the connection has ended, in whatever way. */
export async function closing(socket: Socket): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	if (socket.closed) resolve();
	socket.once('close', () => resolve());
	await promise;
}

/** Sends bytes as they are and gives back everything until the connection ends; destroyed after `ms`. */
export async function ask(port: number, bytes: string | Uint8Array, ms = 10_000): Promise<string> {
	const socket = await dial(port);
	let text = '';
	socket.on('data', (chunk) => {
		text += chunk.toString('latin1');
	});
	const timer = setTimeout(() => socket.destroy(), ms);
	socket.write(bytes);
	await closing(socket);
	clearTimeout(timer);
	return text;
}
