import type { ServiceId } from '../model.ts';
import type { Decision, Register } from './decide.ts';

/**
 * A container that crashes and is started again and again would cost two writes a time, each of them seen by every reader of
 * Consul, and clients would be sent to what is about to go. Its service is registered at once a few times; after that only
 * when the container has run for a while. What has ended is always deregistered at once.
 */

/** Docker forgets its own back-off after a life of this length. */
const shortLifeMs = 10_000;

/** So many short lives count for nothing… */
const tolerated = 4;
/** …and one is forgotten in so many milliseconds: one who runs a short job every minute does not flap. */
const forgottenInMs = 60_000;

/** How long a container must have run, doubled with each further short life. */
const firstWaitMs = 10_000;
const longestWaitMs = 60_000;
const mostShortLives = 8;

/** A register put off until its container has run for `waitMs` more. */
export interface Probation {
	readonly kind: 'flapping';
	readonly start: Register;
	readonly waitMs: number;
}

/** Puts a registration off while its container keeps crashing; an entry that is there is put right all the same. */
export function withProbation(
	decision: Decision,
	runningSince: number | undefined,
	flapping: Flapping,
	now: number,
): Decision {
	if (decision.kind !== 'register' || decision.because.every(({ field }) => field !== 'missing')) return decision;
	const waitMs = flapping.waitMs(decision.desired.id, runningSince, now);
	return waitMs === 0 ? decision : { kind: 'flapping', start: decision, waitMs };
}

/** Which services came and went lately because their containers ended by themselves; times are milliseconds on one clock. */
export class Flapping {
	/** When all short lives so far will be forgotten, and when the last of them ended. */
	readonly #byId = new Map<ServiceId, { readonly settledAt: number; readonly endedAt: number; isTold: boolean }>();

	/** The process behind the service ended by itself after so long. */
	ended(id: ServiceId, livedMs: number, now: number): void {
		if (livedMs >= shortLifeMs + this.#probationMs(id, now)) return;
		for (const [other, { settledAt }] of this.#byId) if (settledAt <= now) this.#byId.delete(other);
		const before = this.#byId.get(id);
		const settledAt = Math.min(before?.settledAt ?? now, now + (mostShortLives - 1) * forgottenInMs) + forgottenInMs;
		this.#byId.set(id, { settledAt, endedAt: now, isTold: before?.isTold === true && this.isFlapping(id, now) });
	}

	/**
	 * In how many milliseconds the service may be registered; 0 for now.
	 *
	 * @param runningSince when its container started, `undefined` where nobody saw it
	 */
	waitMs(id: ServiceId, runningSince: number | undefined, now: number): number {
		const since = runningSince ?? this.#byId.get(id)?.endedAt ?? now;
		return Math.max(0, since + this.#probationMs(id, now) - now);
	}

	isFlapping(id: ServiceId, now: number): boolean {
		return this.#probationMs(id, now) > 0;
	}

	count(now: number): number {
		return [...this.#byId.keys()].filter((id) => this.isFlapping(id, now)).length;
	}

	/** Whether this is the first time that it is asked of a service since it began to flap. */
	isNews(id: ServiceId): boolean {
		const entry = this.#byId.get(id);
		if (entry === undefined || entry.isTold) return false;
		entry.isTold = true;
		return true;
	}

	#probationMs(id: ServiceId, now: number): number {
		const excess = ((this.#byId.get(id)?.settledAt ?? now) - now) / forgottenInMs - tolerated;
		return excess <= 0 ? 0 : Math.min(firstWaitMs * 2 ** Math.floor(excess), longestWaitMs);
	}
}
