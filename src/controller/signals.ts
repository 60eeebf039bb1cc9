import { signalNumber } from '../derive/signals.ts';
import type { ContainerId } from '../model.ts';
import type { SourceChange } from '../source/source.ts';

/** Which signals running containers were sent, and when: the sign that one is about to end. */
export class Signals {
	readonly #byKey = new Map<ContainerId, Map<number, number>>();
	/** What was sent before is through. */
	readonly #overtakenAt = new Map<ContainerId, number>();
	readonly #health = new Map<ContainerId, string>();

	/** A process that ended, or says afresh that it is healthy, is through with the signals before. */
	heard({ key, action, at, signal, health }: Extract<SourceChange, { kind: 'changed' }>): void {
		if (action === 'kill') {
			const number = signalNumber(signal ?? '');
			if (number !== undefined) this.noted(key, number, at);
			return;
		}
		const isEnd = ['start', 'die', 'destroy'].includes(action);
		if (isEnd) this.#health.delete(key);
		// Podman tells of every probe, Docker of those that change it.
		const isFresh = health === 'healthy' && this.#health.get(key) !== 'healthy';
		if (health !== undefined) this.#health.set(key, health);
		if (isEnd || isFresh) this.#overtake(key, at);
	}

	#overtake(key: ContainerId, at: number): void {
		this.#overtakenAt.set(key, Math.max(at, this.#overtakenAt.get(key) ?? 0));
		const sent = this.#byKey.get(key);
		for (const [number, sentAt] of sent ?? []) if (sentAt < at) sent?.delete(number);
		if (sent?.size === 0) this.#byKey.delete(key);
	}

	/**
	 * @param at milliseconds since the epoch; Docker repeats events after a gap, so it may be older than what is known
	 * @returns whether that is news
	 */
	noted(key: ContainerId, number: number, at: number): boolean {
		const sent = this.#byKey.get(key) ?? new Map<number, number>();
		if (at <= Math.max(this.#overtakenAt.get(key) ?? 0, sent.get(number) ?? 0)) return false;
		this.#byKey.set(key, sent.set(number, at));
		return true;
	}

	of(key: string): ReadonlyMap<number, number> {
		return this.#byKey.get(key) ?? none;
	}

	/** There was a gap, in which containers may have ended. */
	prune(isRunning: (key: ContainerId) => boolean): void {
		for (const known of [this.#byKey, this.#overtakenAt, this.#health])
			for (const key of known.keys()) if (!isRunning(key)) known.delete(key);
	}
}

const none: ReadonlyMap<number, number> = new Map();
