import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry, RegistryChange } from '../../../src/registry/registry.ts';

/** Asks until the answer is there; fails after `ms` with what it waited for. */
export async function eventually<T>(
	what: string,
	ask: () => T | undefined | Promise<T | undefined>,
	ms = 10_000,
): Promise<T> {
	const end = performance.now() + ms;
	for (;;) {
		const answer = await ask();
		if (answer !== undefined && answer !== false) return answer;
		if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
		await sleep(5);
	}
}

export interface Watching extends Disposable {
	/** All news so far. */
	readonly news: readonly RegistryChange[];
	/** The first news from `from` on of which this holds. */
	until(what: string, holds: (change: RegistryChange) => boolean, from?: number): Promise<RegistryChange>;
	/** Waits until exactly these ids are what was last seen. */
	untilSeen(ids: readonly string[]): Promise<void>;
	stop(): void;
}

export const idsIn = (change: RegistryChange | undefined): readonly string[] =>
	change?.kind === 'changed' ? change.seen.map(({ id }) => id).sort() : [];

export function watching(registry: Registry, owner: string): Watching {
	const news: RegistryChange[] = [];
	const subscription = registry.changes(owner).subscribe((change) => news.push(change));
	return {
		news,
		until: (what, holds, from = 0) => eventually(what, () => news.slice(from).find(holds)),
		untilSeen: async (ids) => {
			const wanted = [...ids].sort().join();
			const last = (): RegistryChange | undefined => news.findLast(({ kind }) => kind === 'changed');
			await eventually(`${wanted} seen`, () => (last() !== undefined && idsIn(last()).join() === wanted) || undefined);
		},
		stop: () => subscription.unsubscribe(),
		[Symbol.dispose]: () => subscription.unsubscribe(),
	};
}
