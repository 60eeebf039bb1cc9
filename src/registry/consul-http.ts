import { EventEmitter } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import Consul from 'consul';
import { failOnCutAnswers } from '../cut-answers.ts';
import { withDeadline } from '../deadline.ts';
import { type Answer, type Asked, failure } from './consul-errors.ts';

export interface ConsulTls {
	/** PEM texts. */
	readonly ca?: string;
	readonly cert?: string;
	readonly key?: string;
	readonly serverName?: string;
	readonly verify: boolean;
}

export interface ConsulOptions {
	/** A name or an address; IPv6 without brackets. */
	readonly host: string;
	readonly port: number;
	/** Instead of host and port. */
	readonly socketPath?: string;
	/** Absent: plain HTTP. */
	readonly tls?: ConsulTls;
	/** The token to use now; asked for on every call, so it has to be cheap. */
	readonly token?: () => string | undefined | Promise<string | undefined>;
	/** Told of a 403; a token that is another one afterwards is tried once. */
	readonly onTokenRefused?: () => void | Promise<void>;
	readonly namespace?: string;
	/** The agent's node name, which otherwise takes the right to read `/agent/self`. */
	readonly node?: string;
	/** Of one call, waiting for a free connection included. 10 s unless given. */
	readonly deadlineMs?: number;
}

interface Call {
	readonly query?: Readonly<Record<string, string>>;
	readonly body?: unknown;
	readonly signal: AbortSignal;
	readonly deadlineMs?: number;
}

/** Speaks HTTP with one agent. */
export interface ConsulHttp {
	/** What to call the agent in messages. */
	readonly where: string;
	/**
	 * Settles with whatever the agent answers, refusals included.
	 *
	 * @throws RegistryError where there was no answer; the signal's reason once it is aborted
	 */
	call(asked: Asked, call: Call): Promise<Answer>;
}

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
	readonly headers: Answer['headers'];
	readonly body?: Buffer;
}

const defaultDeadlineMs = 10_000;
/** The agent refuses more than 200 connections of one client; 8 to 16 calls at a time are the best of latency and throughput. */
const maxSockets = 32;

/** @param sockets how many connections it may keep open at a time; calls beyond wait */
export function consulHttp(options: ConsulOptions, sockets = maxSockets): ConsulHttp {
	failOnCutAnswers();
	const client = rawClient(options, sockets);
	const where = options.socketPath ?? `${options.host}:${options.port}`;
	return {
		where,
		call: async (asked, call) => {
			const ctx = new EventEmitter();
			const deadlineMs = call.deadlineMs ?? options.deadlineMs ?? defaultDeadlineMs;
			try {
				return await withDeadline(asked, deadlineMs, call.signal, (signal) => {
					// The client knows no AbortSignal.
					signal.addEventListener('abort', () => ctx.emit('cancel'), { once: true });
					const namespace = options.namespace === undefined ? {} : { ns: options.namespace };
					const query = { ...call.query, ...namespace };
					return sendWithToken(options, (token) => sendAgain(client, asked, { ...call, query, signal }, token, ctx));
				});
			} catch (error) {
				call.signal.throwIfAborted();
				throw failure(where, asked, error);
			}
		},
	};
}

type Token = string | undefined;

async function sendWithToken(options: ConsulOptions, send: (token: Token) => Promise<Answer>): Promise<Answer> {
	const token = await options.token?.();
	const answer = await send(token);
	if (answer.status !== 403 || options.onTokenRefused === undefined) return answer;
	await options.onTokenRefused();
	const other = await options.token?.();
	return other === token ? answer : send(other);
}

/** The agent may close an idle connection just as it is used again, or within its answer. Every call here may be made twice. */
async function sendAgain(...args: Parameters<typeof send>): Promise<Answer> {
	try {
		return await send(...args);
	} catch (error) {
		const { code } = Object(error) as { code?: string };
		if (!wasCut.has(code)) throw error;
		return send(...args);
	}
}

const wasCut: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'EPIPE', 'ECUTANSWER']);

async function send(client: RawClient, asked: Asked, call: Call, token: Token, ctx: EventEmitter): Promise<Answer> {
	call.signal.throwIfAborted();
	const [method, path] = split(asked);
	const request: RawOptions = {
		path,
		query: { ...call.query },
		headers: token ? { 'x-consul-token': token } : {},
		ctx,
		buffer: true,
		...(call.body === undefined ? {} : { type: 'json', body: call.body }),
	};
	try {
		return answerOf(await (method === 'GET' ? client._get(request) : client._put(request)), token);
	} catch (error) {
		const { response } = Object(error) as { response?: RawResponse };
		if (response === undefined) throw error;
		return answerOf(response, token);
	}
}

/**
 * A plain copy: the client's response leads to its request, and that to the token. The body is read here, since the client
 * forgets the status over one that it cannot read. Refusals are shown to people, and whatever stands between us and the agent
 * may repeat in its own what it was asked with.
 */
function answerOf({ statusCode, headers, body }: RawResponse, token: Token): Answer {
	const given = body?.toString('utf8') ?? '';
	const text = token && statusCode !== 200 ? given.replaceAll(token, '***') : given;
	const isJson = String(headers['content-type']).startsWith('application/json');
	return { status: statusCode, headers, body: isJson ? parsed(text) : text };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}

/** The client's base URL ends with the version already. */
function split(asked: Asked): readonly [method: string, path: string] {
	const space = asked.indexOf(' ');
	return [asked.slice(0, space), asked.slice(space + 1).replace(/^\/v1/, '')];
}

function rawClient(options: ConsulOptions, sockets: number): RawClient {
	const { host, port, socketPath, tls } = options;
	// What an http.Agent is given goes over what a request says, which for IPv6 would be the host in brackets.
	const to = socketPath === undefined ? { host, port } : { socketPath };
	const pool = { keepAlive: true, maxSockets: sockets, ...to };
	const agent = tls === undefined ? new http.Agent(pool) : new https.Agent({ ...pool, ...tlsOptions(tls) });
	const urlHost = socketPath === undefined ? host : 'localhost';
	const settings = { host: urlHost.includes(':') ? `[${urlHost}]` : urlHost, port, secure: tls !== undefined, agent };
	return new Consul(settings) as unknown as RawClient;
}

const tlsOptions = ({ ca, cert, key, serverName, verify }: ConsulTls): https.AgentOptions => ({
	rejectUnauthorized: verify,
	...(ca === undefined ? {} : { ca }),
	...(cert === undefined ? {} : { cert }),
	...(key === undefined ? {} : { key }),
	...(serverName === undefined ? {} : { servername: serverName }),
});
