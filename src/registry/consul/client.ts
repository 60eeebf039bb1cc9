import { EventEmitter } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import Consul from 'consul';
import { failOnCutAnswers } from '../../cut-answers.ts';
import { type ConsulOptions, type ConsulRequest, type ConsulResponse, tlsOptions, urlHost } from './transport.ts';

/** The client's methods that pass everything on as it is; its own types leave them out. */
interface RawClient {
	_get(options: RawOptions): Promise<RawResponse>;
	_put(options: RawOptions): Promise<RawResponse>;
}

interface RawOptions {
	readonly path: string;
	readonly query: Record<string, string>;
	readonly headers: Record<string, string>;
	readonly ctx: EventEmitter;
	/** Leaves the body alone. */
	readonly buffer: true;
	readonly type?: 'json';
	readonly body?: unknown;
}

interface RawResponse {
	readonly statusCode: number;
	readonly headers: ConsulResponse['headers'];
	readonly body?: Buffer;
}

/** Sends a request and reads the whole answer, whatever its status. The signal ends it and frees its connection. */
export type ConsulClient = (request: ConsulRequest, signal: AbortSignal) => Promise<ConsulResponse>;

/**
 * By the `consul` package: each request has a connection to itself until it is answered.
 *
 * @param sockets how many connections it may keep open at a time; requests beyond wait
 */
export function consulClient(options: ConsulOptions, sockets: number): ConsulClient {
	failOnCutAnswers();
	const client = rawClient(options, sockets);
	return async (request, signal) => {
		const raw = rawOptions(request, signal);
		try {
			return responseOf(await (request.method === 'GET' ? client._get(raw) : client._put(raw)));
		} catch (error) {
			const { response } = Object(error) as { response?: RawResponse };
			if (response === undefined) throw error;
			return responseOf(response);
		}
	};
}

function rawOptions({ path, query, headers, body }: ConsulRequest, signal: AbortSignal): RawOptions {
	const ctx = new EventEmitter();
	// The client knows no AbortSignal.
	signal.addEventListener('abort', () => ctx.emit('cancel'), { once: true });
	return {
		// Its base URL ends with the version already.
		path: path.replace(/^\/v1/, ''),
		query: { ...query },
		headers: { ...headers },
		ctx,
		buffer: true,
		...(body === undefined ? {} : { type: 'json', body }),
	};
}

/** A plain copy: the client's response leads to its request, and that to the token. */
const responseOf = ({ statusCode, headers, body }: RawResponse): ConsulResponse => ({
	status: statusCode,
	headers,
	body,
});

function rawClient(options: ConsulOptions, sockets: number): RawClient {
	const { host, port, socketPath, tls } = options;
	// What an http.Agent is given goes over what a request says, which for IPv6 would be the host in brackets.
	const to = socketPath === undefined ? { host, port } : { socketPath };
	const pool = { keepAlive: true, maxSockets: sockets, ...to };
	const agent = tls === undefined ? new http.Agent(pool) : new https.Agent({ ...pool, ...tlsOptions(tls) });
	const settings = { host: urlHost(options), port, secure: tls !== undefined, agent };
	return new Consul(settings) as unknown as RawClient;
}
