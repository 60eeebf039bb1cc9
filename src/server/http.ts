import { once } from 'node:events';
import { unlink } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Logger } from '../log.ts';
import { unixPeer } from './access.ts';
import { EventStreams, type StreamLimits } from './events.ts';
import { hostPort, type ListenAddress, parseListen } from './listen.ts';
import { type Answer, answerTo, type RouteOptions } from './routes.ts';

export interface ServerOptions extends RouteOptions {
	/** `:9482`, `127.0.0.1:0`, `[::1]:9482`, `unix:///run/reconsul.sock`; empty for no server at all. */
	readonly listen: string;
	readonly log: Logger;
	/** After an address could not be taken, in milliseconds. */
	readonly retryMs?: number;
	readonly limits?: Partial<Limits>;
}

export interface RunningServer {
	/** Where it listens at the moment, `127.0.0.1:9482` or a socket's path; `undefined` while the address is taken, or without a server. */
	readonly address: string | undefined;
	/** Settles when every connection is closed; answers in progress get a second. */
	close(): Promise<void>;
}

/** How long one peer may take, in milliseconds, and how many there may be. */
export interface Limits extends StreamLimits {
	/** From its first byte to the last of its headers and body. */
	readonly requestMs: number;
	/** Between two requests. */
	readonly idleMs: number;
	/** Without any progress, above all in reading our answer. */
	readonly stalledMs: number;
	/** Beside those that streams go through. */
	readonly connections: number;
}

const defaultLimits: Limits = {
	requestMs: 5_000,
	idleMs: 20_000,
	stalledMs: 30_000,
	connections: 64,
	streams: 16,
	heartbeatMs: 10_000,
	streamMs: 3_600_000,
};
const maxHeaderBytes = 8_192;
const maxHeaders = 64;
const closeGraceMs = 1_000;
const defaultRetryMs = 10_000;

/**
 * Starts the HTTP server. An address that cannot be taken is logged and tried again: registering goes on without figures.
 *
 * Resolves after the first attempt and never rejects.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
	const address = addressOf(options);
	if (address === undefined) return { address: undefined, close: async () => {} };
	const { server, streams } = createBoundedServer(options, address.kind === 'unix');
	let retry: NodeJS.Timeout | undefined;
	let failures = 0;
	const attempt = async (): Promise<void> => {
		try {
			await listening(server, address);
			server.on('error', (error) => options.log.warn({ error }, 'a connection could not be accepted'));
			options.log.info({ listen: textOf(server) }, 'serving /metrics, /healthz and /readyz');
		} catch (error) {
			failures += 1;
			const message = `cannot listen on ${options.listen}; registering goes on without it, -listen changes the address`;
			options.log[failures === 1 ? 'warn' : 'debug']({ error }, message);
			retry = setTimeout(attempt, options.retryMs ?? defaultRetryMs).unref();
		}
	};
	await attempt();
	return {
		get address() {
			return textOf(server);
		},
		close: () => {
			clearTimeout(retry);
			streams.close();
			return closed(server);
		},
	};
}

function addressOf({ listen, log }: ServerOptions): ListenAddress | undefined {
	try {
		return parseListen(listen);
	} catch (error) {
		log.warn({ error }, 'registering goes on without /metrics and /healthz');
		return undefined;
	}
}

/** Without a host Node takes both families, or IPv4 alone where the kernel has no IPv6. */
async function listening(server: Server, address: ListenAddress): Promise<void> {
	if (address.kind === 'unix') {
		await removeAbandoned(address.path);
		server.listen({ path: address.path });
	} else server.listen({ port: address.port, ...(address.host === undefined ? {} : { host: address.host }) });
	await once(server, 'listening');
}

/** A socket's file outlives a process that was killed, and then nobody answers there any more. */
async function removeAbandoned(path: string): Promise<void> {
	const probe = connect({ path });
	try {
		await once(probe, 'connect');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') await unlink(path);
	} finally {
		probe.destroy();
	}
}

function textOf(server: Server): string | undefined {
	// A socket's path is known to Node before it listens there.
	const address = server.listening ? server.address() : null;
	return isAddressInfo(address) ? hostPort(address.address, address.port) : (address ?? undefined);
}

const isAddressInfo = (address: ReturnType<Server['address']>): address is AddressInfo =>
	address !== null && typeof address !== 'string';

function closed(server: Server): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	const force = setTimeout(() => server.closeAllConnections(), closeGraceMs);
	server.close(() => {
		clearTimeout(force);
		resolve();
	});
	return promise;
}

function createBoundedServer(
	options: ServerOptions,
	isUnix: boolean,
): { readonly server: Server; readonly streams: EventStreams } {
	const limits = { ...defaultLimits, ...options.limits };
	const server = createServer({
		maxHeaderSize: maxHeaderBytes,
		requestTimeout: limits.requestMs,
		keepAliveTimeout: limits.idleMs,
		// Node looks for late requests every 30 s unless told otherwise.
		connectionsCheckingInterval: limits.requestMs,
	});
	server.maxHeadersCount = maxHeaders;
	server.timeout = limits.stalledMs;
	const streams = new EventStreams(limits);
	const spare = boundConnections(server, limits.connections);
	server.on('request', (request, response) => void handle(request, response, { options, isUnix, streams, spare }));
	return { server, streams };
}

/**
 * Makes room by closing the oldest connection. Refusing the newest, as `maxConnections` does, would let a few that send
 * nothing shut out the health check; ours are answered within milliseconds, so the oldest is idle or never meant well.
 *
 * @returns takes a connection out of the count: streams are meant to last, and have a limit of their own
 */
function boundConnections(server: Server, max: number): (socket: Socket) => void {
	const open = new Set<Socket>();
	server.on('connection', (socket) => {
		open.add(socket);
		socket.once('close', () => open.delete(socket));
		const [oldest] = open;
		if (open.size > max) oldest?.destroy();
	});
	return (socket) => void open.delete(socket);
}

interface Handling {
	readonly options: ServerOptions;
	readonly isUnix: boolean;
	readonly streams: EventStreams;
	readonly spare: (socket: Socket) => void;
}

async function handle(
	request: IncomingMessage,
	response: ServerResponse,
	{ options, isUnix, streams, spare }: Handling,
): Promise<void> {
	const { method = '', url: target = '', headers, socket } = request;
	try {
		const answer = await answerTo(
			{
				method,
				target,
				peer: isUnix ? unixPeer : socket.remoteAddress,
				host: headers.host,
				authorization: headers.authorization,
				lastEventId: textIn(headers['last-event-id']),
				accept: headers.accept,
			},
			options,
		);
		const { feed } = answer;
		const refusal = feed === undefined ? undefined : streams.refusalOf(headers);
		if (feed === undefined || method === 'HEAD') send(response, answer, request);
		else if (refusal !== undefined) send(response, refusal, request);
		else if (begin(response, answer)) {
			spare(socket);
			streams.start(response, feed);
		}
	} catch (error) {
		options.log.error({ error, path: target.split('?', 1)[0] }, 'a request could not be answered');
		send(response, { status: 500, body: 'internal error; the log has more\n' }, request);
	}
}

const textIn = (header: string | string[] | undefined): string | undefined =>
	typeof header === 'string' ? header : undefined;

function send(response: ServerResponse, answer: Answer, request: IncomingMessage): void {
	const { body, feed, headers } = answer;
	const length = feed === undefined ? { 'Content-Length': String(Buffer.byteLength(body)) } : {};
	const closes = hasBody(request) ? { Connection: 'close' } : {};
	if (begin(response, { ...answer, headers: { ...length, ...closes, ...headers } })) response.end(body);
}

/** @returns whether somebody waits for what follows */
function begin(response: ServerResponse, { status, contentType, headers, feed }: Answer): boolean {
	if (response.destroyed || response.headersSent) return false;
	response.writeHead(status, {
		'Content-Type': contentType ?? 'text/plain; charset=utf-8',
		'Cache-Control': 'no-store',
		'X-Content-Type-Options': 'nosniff',
		'Content-Security-Policy': "default-src 'none'",
		Server: 'reconsul',
		// Its connection ends with it.
		...(feed === undefined ? {} : { Connection: 'close' }),
		...headers,
	});
	return true;
}

/** A body is never read: the connection ends with the answer, rather than swallowing what comes. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
	headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
