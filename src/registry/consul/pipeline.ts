import { validateHeaderValue } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { withDeadline } from '../../deadline.ts';
import { type Asked, failure } from './errors.ts';
import { takeStatuses } from './pipeline-answers.ts';
import {
	type ConsulOptions,
	type ConsulRequest,
	type Content,
	deadlineMsOf,
	requestOf,
	tlsOptions,
	urlHost,
	whereOf,
} from './transport.ts';

/** One of many calls of which it matters only whether they were taken; each may be made twice. */
export interface SmallCall extends Content {
	readonly asked: Asked;
}

/**
 * Writes all the calls to one connection at once, and then reads the answers (pipelining, RFC 9112, 9.3.2): a sixth of the
 * processor time that they take one by one, much of which goes into system calls. It reads only the plainest of answers; a call
 * that it says nothing of, or `false`, is for whoever can read more to make again.
 *
 * @returns which of them were answered with 200, in their order
 * @throws RegistryError where there is no connection; the signal's reason
 */
export type ConsulPipeline = (calls: readonly SmallCall[], signal: AbortSignal) => Promise<readonly boolean[]>;

/** How long the next answer may take; what is behind one that takes longer is not made to wait for it. */
const stallMs = 2_000;

/** Longer than between two bursts of heartbeats. */
const idleMs = 60_000;

export function consulPipeline(options: ConsulOptions): ConsulPipeline {
	const deadlineMs = deadlineMsOf(options);
	const host = `${urlHost(options)}:${options.port}`;
	let idle: Socket | undefined;
	const begin = async (calls: readonly SmallCall[], ended: AbortSignal): Promise<{ text: string; socket: Socket }> => {
		const token = await options.token?.();
		ended.throwIfAborted();
		const text = calls.map((call) => textOf(requestOf(options, call.asked, call, token), host)).join('');
		const kept = idle?.destroyed === false ? idle : undefined;
		idle = undefined;
		return { text, socket: kept ?? (await connected(options, ended)) };
	};
	return async (calls, signal) => {
		const [first] = calls;
		if (first === undefined) return [];
		const { text, socket } = await withDeadline(first.asked, deadlineMs, signal, (ended) => begin(calls, ended)).catch(
			(error: unknown) => {
				signal.throwIfAborted();
				throw failure(whereOf(options), first.asked, error);
			},
		);
		const statuses = await exchange(socket, text, calls.length, Math.min(stallMs, deadlineMs), signal);
		signal.throwIfAborted();
		if (!socket.destroyed) idle = rested(socket);
		return statuses.map((status) => status === 200);
	};
}

function textOf({ method, path, query, headers, body }: ConsulRequest, host: string): string {
	const search = new URLSearchParams(query).toString();
	const json = body === undefined ? '' : JSON.stringify(body);
	const type = body === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8' };
	const fields = Object.entries({ Host: host, ...headers, ...type, 'Content-Length': `${Buffer.byteLength(json)}` });
	// A token that has a line break in it would be a header of its own, or a request.
	for (const [name, value] of fields) validateHeaderValue(name, value);
	const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
	return `${method} ${search === '' ? path : `${path}?${search}`} HTTP/1.1\r\n${lines}\r\n${json}`;
}

async function connected({ host, port, socketPath, tls }: ConsulOptions, signal: AbortSignal): Promise<Socket> {
	const to = socketPath === undefined ? { host, port } : { path: socketPath };
	const name = isIP(host) === 0 && host !== '' ? { servername: host } : {};
	const socket = tls === undefined ? connectTcp(to) : connectTls({ ...to, ...name, ...tlsOptions(tls) });
	const { promise, resolve, reject } = Promise.withResolvers<Socket>();
	signal.addEventListener('abort', () => socket.destroy(), { once: true });
	socket.once(tls === undefined ? 'connect' : 'secureConnect', () => resolve(socket));
	socket
		.on('error', reject)
		.setNoDelay(true)
		.setTimeout(idleMs, () => socket.destroy());
	return promise;
}

/** The statuses of the answers that came, in their order; fewer than asked for where the connection ends or they cannot be read. */
async function exchange(
	socket: Socket,
	text: string,
	count: number,
	answerMs: number,
	signal: AbortSignal,
): Promise<readonly number[]> {
	const { promise: ended, resolve: end } = Promise.withResolvers<void>();
	const statuses: number[] = [];
	let rest = '';
	const onData = (chunk: Buffer): void => {
		const taken = takeStatuses(rest + chunk.toString('latin1'));
		if (taken === 'unreadable') return void socket.destroy();
		if (taken.statuses.length > 0) timer.refresh();
		statuses.push(...taken.statuses);
		rest = taken.rest;
		if (statuses.length >= count) end();
	};
	const giveUp = (): void => void socket.destroy();
	const timer = setTimeout(giveUp, answerMs);
	socket.off('data', drop).ref().on('data', onData).once('close', end);
	signal.addEventListener('abort', giveUp, { once: true });
	socket.write(text);
	await ended;
	socket.off('data', onData).off('close', end);
	clearTimeout(timer);
	signal.removeEventListener('abort', giveUp);
	if (statuses.length === count && rest === '') return statuses;
	socket.destroy();
	// One more than was asked for: which of them answers what?
	return statuses.length > count ? [] : statuses;
}

/** Keeps no process alive, and ends where anything comes that was not asked for: it would be taken for the next answer. */
const rested = (socket: Socket): Socket => socket.unref().on('data', drop);

function drop(this: Socket): void {
	this.destroy();
}
