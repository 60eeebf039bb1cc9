import { withDeadline } from '../../deadline.ts';
import { type ConsulClient, consulClient } from './client.ts';
import { type Answer, type Asked, failure } from './errors.ts';
import {
	type ConsulOptions,
	type ConsulRequest,
	type ConsulResponse,
	type Content,
	deadlineMsOf,
	requestOf,
	type Token,
	whereOf,
} from './transport.ts';

interface Call extends Content {
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

/** The agent refuses more than 200 connections of one client; 8 to 16 calls at a time are the best of latency and throughput. */
const maxSockets = 32;

/** @param sockets how many connections it may keep open at a time; calls beyond wait */
export function consulHttp(options: ConsulOptions, sockets = maxSockets): ConsulHttp {
	const client = consulClient(options, sockets);
	const where = whereOf(options);
	return {
		where,
		call: async (asked, call) => {
			const deadlineMs = call.deadlineMs ?? deadlineMsOf(options);
			try {
				return await withDeadline(asked, deadlineMs, call.signal, (signal) =>
					sendWithToken(options, async (token) =>
						answerOf(await sendAgain(client, requestOf(options, asked, call, token), signal), token),
					),
				);
			} catch (error) {
				call.signal.throwIfAborted();
				throw failure(where, asked, error);
			}
		},
	};
}

async function sendWithToken(options: ConsulOptions, send: (token: Token) => Promise<Answer>): Promise<Answer> {
	const token = await options.token?.();
	const answer = await send(token);
	if (answer.status !== 403 || options.onTokenRefused === undefined) return answer;
	await options.onTokenRefused();
	const other = await options.token?.();
	return other === token ? answer : send(other);
}

async function sendAgain(client: ConsulClient, request: ConsulRequest, signal: AbortSignal): ReturnType<ConsulClient> {
	signal.throwIfAborted();
	try {
		return await client(request, signal);
	} catch (error) {
		if (!wasCut(error)) throw error;
		signal.throwIfAborted();
		return client(request, signal);
	}
}

/** Refusals are shown to people, and whatever stands between us and the agent may repeat in its own what it was asked with. */
function answerOf({ status, headers, body }: ConsulResponse, token: Token): Answer {
	const given = body?.toString('utf8') ?? '';
	const text = token && status !== 200 ? given.replaceAll(token, '***') : given;
	const isJson = String(headers['content-type']).startsWith('application/json');
	return { status, headers, body: isJson ? parsed(text) : text };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}

/** The agent may close an idle connection just as it is used again, or within its answer. Every call here may be made twice. */
const wasCut = (error: unknown): boolean => cutCodes.has((Object(error) as { code?: string }).code);

const cutCodes: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'EPIPE', 'ECUTANSWER']);
