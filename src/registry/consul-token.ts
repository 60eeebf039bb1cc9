import { readFile, stat } from 'node:fs/promises';
import type { ConsulOptions } from './consul-http.ts';

/** A look at the file's date costs as much as a tenth of a call, so not every call pays for one. */
const lookAgainMs = 1_000;

/**
 * A token kept in a file that others replace (CONSUL_HTTP_TOKEN_FILE): read again when its date changes, looked at once a
 * second at most, and at once after the agent refused it.
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
			token = (await readFile(path, 'utf8')).trim();
			modifiedMs = mtimeMs;
		} catch (cause) {
			// While a file is being replaced it may be missing for a moment; the last token is as good as it was.
			if (token === undefined) throw new Error(`the token file ${path} cannot be read`, { cause });
		}
	};
	return {
		token: async () => {
			if (now() - lookedAt >= lookAgainMs) await load();
			return token;
		},
		onTokenRefused: async () => {
			// A file written twice within the date's resolution has changed without showing it.
			modifiedMs = Number.NaN;
			await load();
		},
	};
}
