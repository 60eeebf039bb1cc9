import { readFile, stat } from 'node:fs/promises';
import type { ConsulOptions } from './transport.ts';

/** A look at the file's date costs as much as a tenth of a call, so not every call pays for one. */
const lookAgainMs = 1_000;

/**
 * A token kept in a file that others replace (--token-file, CONSUL_HTTP_TOKEN_FILE): read again when its date changes, looked at
 * once a second at most, and at once after the agent refused it.
 *
 * @returns the two options of a registry; `token` throws where the file cannot be read and never could
 */
export function tokenFile(
	path: string,
	now: () => number = () => performance.now(),
): Required<Pick<ConsulOptions, 'token' | 'onTokenRefused'>> {
	let token: string | undefined;
	let modifiedMs = Number.NaN;
	let lookedAt = Number.NEGATIVE_INFINITY;
	const load = async (): Promise<void> => {
		lookedAt = now();
		try {
			const { mtimeMs } = await stat(path);
			if (mtimeMs === modifiedMs) return;
			token = tokenIn(await readFile(path, 'utf8'), path);
			modifiedMs = mtimeMs;
		} catch (error) {
			// While a file is being replaced it may be missing or empty for a moment; the last token is as good as it was.
			if (token === undefined) throw asTokenError(error, path);
		}
	};
	return {
		token: async () => {
			if (token === undefined || now() - lookedAt >= lookAgainMs) await load();
			return token;
		},
		onTokenRefused: async () => {
			// A file written twice within the date's resolution has changed without showing it.
			modifiedMs = Number.NaN;
			await load();
		},
	};
}

class TokenError extends Error {}

/** An empty token would make us anonymous without a word, and one that no header can carry shows in the client's error. */
function tokenIn(text: string, path: string): string {
	const token = text.trim();
	if (/^[\x21-\x7e]+$/.test(token)) return token;
	const flaw =
		token === '' ? 'is empty' : 'must hold one token of printable ASCII without blanks: it goes into a header';
	throw new TokenError(`the token file ${path} ${flaw}`);
}

function asTokenError(error: unknown, path: string): Error {
	if (error instanceof TokenError) return error;
	const { code } = Object(error) as NodeJS.ErrnoException;
	return new TokenError(`the token file ${path} cannot be read (${code ?? 'unknown error'})`, { cause: error });
}
