import type { Explanation, NotFound } from '../../explain/explanation.ts';
import { askDaemonAt, bodyOf, daemonAddress } from './daemon-http.ts';

const maxAnswer = 8 * 1024 * 1024;

/** What a running daemon answers; `none` where none does. */
export type DaemonAnswer = Explanation | NotFound | { readonly error: string } | 'none';

/** Asks the daemon that listens there. Never rejects, and settles by twice `timeoutMs`. */
export async function askDaemon(listen: string, what: string, timeoutMs = 15_000): Promise<DaemonAnswer> {
	const address = daemonAddress(listen);
	if (address === undefined) return 'none';
	try {
		const response = await askDaemonAt(address, { path: `/api/explain/${encodeURIComponent(what)}`, timeoutMs });
		const { text } = await bodyOf(response, maxAnswer, timeoutMs);
		// A daemon that does not answer this to us: the command looks for itself.
		return told.has(response.statusCode ?? 0) ? read(text) : 'none';
	} catch {
		return 'none';
	}
}

/** Found, not found, and an engine or agent that does not answer. */
const told: ReadonlySet<number> = new Set([200, 404, 503]);

/** An older daemon knows no such path, and says so in words; what is cut is no JSON either. */
function read(text: string): DaemonAnswer {
	try {
		const value: unknown = JSON.parse(text);
		const isTold = typeof value === 'object' && value !== null;
		return isTold && ('answer' in value || 'notFound' in value || 'error' in value) ? (value as DaemonAnswer) : 'none';
	} catch {
		return 'none';
	}
}
