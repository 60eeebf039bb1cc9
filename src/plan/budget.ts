import type { ServiceId, Stamp } from '../model.ts';
import type { Decision, Register } from './decide.ts';

/**
 * Against another writer each service has a small budget. The agent has no compare-and-set, so two programs that both put
 * back what they want would write for ever; registrator's -resync is one.
 */

/** What somebody else did to an entry: took off our stamp and nothing else, or changed what readers of Consul see. */
export type Meddling = 'stamp' | 'fields';

/** What a write makes up for. What was removed has no budget: without its entry a service is not there at all. */
export type Repair = Meddling | 'removed';

interface Limit {
	/** Repairs at once. */
	readonly burst: number;
	/** After that, one in so many milliseconds. */
	readonly everyMs: number;
}

const limits: Readonly<Record<Meddling, Limit>> = {
	// Without its stamp a service is found all the same; the stamp is only needed once the container ends.
	stamp: { burst: 1, everyMs: 300_000 },
	fields: { burst: 5, everyMs: 60_000 },
};

const sameStamp = (a: Stamp, b: Stamp): boolean =>
	a.owner === b.owner &&
	a.engine === b.engine &&
	a.containerId === b.containerId &&
	a.spec === b.spec &&
	a.token === b.token;

/**
 * What a write repairs that somebody else did; `undefined` where it has another cause.
 *
 * @param left the stamp under which this process last wrote the entry, or found it as wanted
 */
export function meddlingIn({ stamp, because }: Register, left: Stamp | undefined): Meddling | undefined {
	if (left === undefined || !sameStamp(left, stamp) || because.some(({ field }) => field === 'missing'))
		return undefined;
	return because.every(({ field, observed }) => field === 'stamp' && observed === undefined) ? 'stamp' : 'fields';
}

/** Puts a repair off where another writer has used the budget up. */
export function withinBudget(decision: Decision, left: Stamp | undefined, budget: Budget, now: number): Decision {
	const meddling = decision.kind === 'register' ? meddlingIn(decision, left) : undefined;
	if (decision.kind !== 'register' || meddling === undefined) return decision;
	const waitMs = budget.waitMs(decision.desired.id, meddling, now);
	return waitMs === 0 ? decision : { kind: 'contested', repair: decision, meddling, waitMs };
}

/** Which services were repaired lately; times are milliseconds on one clock. */
export class Budget {
	/** When all repairs so far will have been made up for, at one in `everyMs`. */
	readonly #settledAt: Readonly<Record<Meddling, Map<ServiceId, number>>> = { stamp: new Map(), fields: new Map() };

	/** In how many milliseconds the service may be repaired; 0 for now. */
	waitMs(id: ServiceId, meddling: Meddling, now: number): number {
		const { burst, everyMs } = limits[meddling];
		return Math.max(0, (this.#settledAt[meddling].get(id) ?? now) - (burst - 1) * everyMs - now);
	}

	/** Whether another writer has used the budget up. */
	isSpent(id: ServiceId, now: number): boolean {
		return this.waitMs(id, 'stamp', now) > 0 || this.waitMs(id, 'fields', now) > 0;
	}

	spend(id: ServiceId, meddling: Meddling, now: number): void {
		const settledAt = this.#settledAt[meddling];
		for (const [other, at] of settledAt) if (at <= now) settledAt.delete(other);
		settledAt.set(id, (settledAt.get(id) ?? now) + limits[meddling].everyMs);
	}
}
