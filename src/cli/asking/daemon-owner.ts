import { askDaemonAt, bodyOf, daemonAddress } from './daemon-http.ts';

/** Whether a daemon of ours listens at an address, and whose entries it writes. */
export type Listener =
	| { readonly kind: 'none' }
	/** `owner` is absent where it does not tell us. */
	| { readonly kind: 'daemon'; readonly owner: string | undefined };

/** The owner comes first in the answer, so that the services that follow need not be read. */
const maxAnswer = 8_192;

/** Asks who listens there; `none` where nobody answers as we do. Never rejects; takes `timeoutMs` for the head, and for the body. */
export async function listenerAt(listen: string, timeoutMs = 2_000): Promise<Listener> {
	const address = daemonAddress(listen);
	if (address === undefined) return { kind: 'none' };
	try {
		const response = await askDaemonAt(address, { path: '/api/services', timeoutMs });
		return { kind: 'daemon', owner: ownerIn((await bodyOf(response, maxAnswer, timeoutMs)).text) };
	} catch {
		return { kind: 'none' };
	}
}

function ownerIn(text: string): string | undefined {
	const quoted = /^\{"owner":("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
	return quoted === undefined ? undefined : (JSON.parse(quoted) as string);
}
