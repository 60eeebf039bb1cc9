import { get, type IncomingMessage, type RequestOptions } from 'node:http';
import { hostPort, parseListen, reachableHost } from '../../server/listen.ts';

/** Where a daemon on this machine answers that was told to listen there. */
export interface DaemonAddress {
	/** For people. */
	readonly where: string;
	readonly to: RequestOptions;
}

/**
 * @returns `undefined` where listening is switched off
 * @throws Error for a text that is no address
 */
export function daemonAddress(listen: string): DaemonAddress | undefined {
	const address = parseListen(listen);
	if (address === undefined) return undefined;
	if (address.kind === 'unix') return { where: address.path, to: { socketPath: address.path } };
	const host = reachableHost(address);
	return { where: hostPort(host, address.port), to: { host, port: address.port } };
}

export interface DaemonQuestion {
	/** With its query. */
	readonly path: string;
	readonly token?: string | undefined;
	/** Until the head of the answer is there. */
	readonly timeoutMs: number;
	readonly signal?: AbortSignal;
}

/** Nobody answered, or somebody else did. */
export class NoDaemonError extends Error {
	override name = 'NoDaemonError';
}

/**
 * The answer's head; its body is still to be read, or to be destroyed.
 *
 * @throws NoDaemonError
 */
export async function askDaemonAt({ where, to }: DaemonAddress, question: DaemonQuestion): Promise<IncomingMessage> {
	const { path, token, timeoutMs, signal } = question;
	const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
	const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
	const request = get({ ...to, path, headers, agent: false, maxHeaderSize: 8_192, ...(signal && { signal }) });
	request.once('response', resolve);
	request.once('error', (error: NodeJS.ErrnoException) =>
		reject(new NoDaemonError(`no reconsul answers at ${where} (${error.code ?? error.message})`)),
	);
	const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs / 1_000} s`)), timeoutMs);
	try {
		const response = await promise;
		if (response.headers['server'] === 'reconsul') return response;
		response.destroy();
		throw new NoDaemonError(`something else than reconsul answers at ${where}`);
	} finally {
		clearTimeout(timer);
	}
}

/**
 * The body, up to `most` characters, or as far as it came within `withinMs`; `isWhole` says whether that is all of it. The
 * connection ends with it.
 */
export async function bodyOf(
	response: IncomingMessage,
	most: number,
	withinMs = 15_000,
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
	let text = '';
	const timer = setTimeout(() => response.destroy(new Error('the answer does not end')), withinMs);
	try {
		for await (const chunk of response.setEncoding('utf8')) {
			text += chunk;
			if (text.length >= most) return { text, isWhole: false };
		}
		return { text, isWhole: true };
	} catch {
		return { text, isWhole: false };
	} finally {
		clearTimeout(timer);
		response.destroy();
	}
}
