import { get, type IncomingMessage, type RequestOptions } from 'node:http';
import type { Explanation, NotFound } from '../explain/explanation.ts';
import { parseListen, reachableHost } from '../server/listen.ts';

const maxAnswer = 8 * 1024 * 1024;

/** What a running daemon answers; `none` where none does. */
export type DaemonAnswer = Explanation | NotFound | { readonly error: string } | 'none';

/** Asks the daemon that listens there. Never rejects, and settles by `timeoutMs`. */
export async function askDaemon(listen: string, what: string, timeoutMs = 15_000): Promise<DaemonAnswer> {
	const address = parseListen(listen);
	if (address === undefined) return 'none';
	const to =
		address.kind === 'unix' ? { socketPath: address.path } : { host: reachableHost(address), port: address.port };
	return ask({ ...to, path: `/api/explain/${encodeURIComponent(what)}` }, timeoutMs);
}

async function ask(to: RequestOptions, timeoutMs: number): Promise<DaemonAnswer> {
	const { promise, resolve } = Promise.withResolvers<DaemonAnswer>();
	const request = get({ ...to, agent: false, maxHeaderSize: 8_192 });
	request.once('error', () => resolve('none'));
	request.once('response', (response) => {
		// A port that is taken, or a daemon that does not answer this to us: the command looks for itself.
		if (response.headers['server'] !== 'reconsul' || !told.has(response.statusCode ?? 0)) return resolve('none');
		void whole(response).then((text) => resolve(read(text)));
	});
	const timer = setTimeout(() => resolve('none'), timeoutMs);
	try {
		return await promise;
	} finally {
		clearTimeout(timer);
		request.destroy();
	}
}

/** Found, not found, and an engine or agent that does not answer. */
const told: ReadonlySet<number> = new Set([200, 404, 503]);

async function whole(response: IncomingMessage): Promise<string> {
	let text = '';
	try {
		for await (const chunk of response.setEncoding('utf8')) {
			text += chunk;
			if (text.length > maxAnswer) return '';
		}
		return text;
	} catch {
		return '';
	}
}

/** An older daemon knows no such path, and says so in words. */
function read(text: string): DaemonAnswer {
	try {
		const value: unknown = JSON.parse(text);
		const isTold = typeof value === 'object' && value !== null;
		return isTold && ('answer' in value || 'notFound' in value || 'error' in value) ? (value as DaemonAnswer) : 'none';
	} catch {
		return 'none';
	}
}
