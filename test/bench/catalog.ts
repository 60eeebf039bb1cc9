import { wallClock } from './recorder.ts';

/** Which checks the catalog calls critical, and since when, as a blocking query tells it. */
export interface Catalog extends AsyncDisposable {
	criticalAt(checkId: string): number | undefined;
}

export function followCritical(consul: string): Catalog {
	const closing = new AbortController();
	const seen = new Map<string, number>();
	const query = async (): Promise<void> => {
		for (let index = '0'; ; ) {
			const response = await fetch(`${consul}/v1/health/state/critical?index=${index}&wait=10s`, {
				signal: closing.signal,
			});
			const at = wallClock();
			const checks = (await response.json()) as readonly { readonly CheckID: string }[];
			index = response.headers.get('x-consul-index') ?? '0';
			for (const { CheckID } of checks) if (!seen.has(CheckID)) seen.set(CheckID, at);
		}
	};
	const following = query();
	following.catch(() => {});
	return {
		criticalAt: (checkId) => seen.get(checkId),
		[Symbol.asyncDispose]: async () => {
			closing.abort();
			await following.catch((error: unknown) => {
				if (!closing.signal.aborted) throw error;
			});
		},
	};
}
