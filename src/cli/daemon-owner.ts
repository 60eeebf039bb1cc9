import { get, type IncomingMessage, type RequestOptions } from 'node:http';
import { parseListen, reachableHost } from '../server/listen.ts';

/** Whether a daemon of ours listens at an address, and whose entries it writes. */
export type Listener =
	| { readonly kind: 'none' }
	/** `owner` is absent where it does not tell us. */
	| { readonly kind: 'daemon'; readonly owner: string | undefined };

/** The owner comes first in the answer, so that the services that follow need not be read. */
const maxAnswer = 8_192;

/** Asks who listens there; `none` where nobody answers as we do. Never rejects, and settles by `timeoutMs`. */
export async function listenerAt(listen: string, timeoutMs = 2_000): Promise<Listener> {
	const address = parseListen(listen);
	if (address === undefined) return { kind: 'none' };
	return ask(
		address.kind === 'unix' ? { socketPath: address.path } : { host: reachableHost(address), port: address.port },
		timeoutMs,
	);
}

async function ask(to: RequestOptions, timeoutMs: number): Promise<Listener> {
	const { promise, resolve } = Promise.withResolvers<Listener>();
	const request = get({ ...to, path: '/api/services', agent: false, maxHeaderSize: 8_192 });
	let known: Listener = { kind: 'none' };
	request.once('error', () => resolve(known));
	request.once('response', (response) => {
		if (response.headers['server'] !== 'reconsul') return resolve(known);
		known = { kind: 'daemon', owner: undefined };
		void beginning(response).then((text) => resolve({ kind: 'daemon', owner: ownerIn(text) }));
	});
	const timer = setTimeout(() => resolve(known), timeoutMs);
	try {
		return await promise;
	} finally {
		clearTimeout(timer);
		request.destroy();
	}
}

async function beginning(response: IncomingMessage): Promise<string> {
	let text = '';
	try {
		for await (const chunk of response.setEncoding('utf8')) {
			text += chunk;
			if (text.length >= maxAnswer) break;
		}
	} catch {
		// What came before it broke off will do.
	}
	return text;
}

function ownerIn(text: string): string | undefined {
	const quoted = /^\{"owner":("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
	return quoted === undefined ? undefined : (JSON.parse(quoted) as string);
}
