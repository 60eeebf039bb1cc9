import type { Registry, RegistryChange } from '../../../src/registry/registry.ts';
import { eventually } from '../../support/lab.ts';

/** Often, since a watch is quick. */
const everyMs = 5;

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
		until: (what, holds, from = 0) => eventually(what, () => news.slice(from).find(holds) ?? false, { everyMs }),
		untilSeen: async (ids) => {
			const wanted = [...ids].sort().join();
			const last = (): RegistryChange | undefined => news.findLast(({ kind }) => kind === 'changed');
			const isSeen = (): boolean => last() !== undefined && idsIn(last()).join() === wanted;
			await eventually(`seen: ${wanted}`, isSeen, { everyMs });
		},
		stop: () => subscription.unsubscribe(),
		[Symbol.dispose]: () => subscription.unsubscribe(),
	};
}
