import type { Registration, ServiceId } from '../model.ts';
import { compare } from '../plan/compare.ts';
import type { Key } from '../plan/ownership.ts';
import type { ServiceIndex } from './service-index.ts';

/** The catalog follows the agent within milliseconds, but after a write an older state may be seen once more. */
const settleMs = 2_000;

export interface Suspicion {
	/** Somebody changed what is theirs: look at once. */
	readonly keys: readonly Key[];
	/** Perhaps only the catalog being late: look in so many milliseconds. */
	readonly later: readonly { readonly key: Key; readonly ms: number }[];
	/** Entries with our owner's stamp that we know nothing of. */
	readonly unknown: readonly ServiceId[];
}

/**
 * Compares what the watch shows with what we expect. It names suspects only; reads by id decide.
 *
 * @param isContested whether another writer has used up what may be spent on repairing the service
 */
export function suspectsAmong(
	seen: readonly Registration[],
	index: ServiceIndex,
	now: number,
	isContested: (id: ServiceId) => boolean = () => false,
): Suspicion {
	const rows = new Map(seen.map((row) => [row.id, row]));
	const keys = new Set<Key>();
	const later = new Map<Key, number>();
	for (const [id, expected] of index.expectations()) {
		const row = rows.get(id);
		if (row !== undefined && compare(expected.desired, expected.stamp, row).length === 0) {
			expected.isConfirmed = true;
			continue;
		}
		const waitMs = expected.isConfirmed ? 0 : expected.since + settleMs - now;
		// That something is wrong with these is known, and every change in the catalog would have all of them read again.
		if (isContested(id)) later.set(expected.key, Math.max(settleMs, later.get(expected.key) ?? 0));
		else if (waitMs <= 0) keys.add(expected.key);
		else later.set(expected.key, Math.max(waitMs, later.get(expected.key) ?? 0));
	}
	const isUnknown = ({ id, kind }: Registration): boolean =>
		kind === '' && index.keyOf(id) === undefined && index.removedAt(id) === undefined;
	return {
		keys: [...keys],
		later: [...later].map(([key, ms]) => ({ key, ms })),
		unknown: seen.filter(isUnknown).map(({ id }) => id),
	};
}
