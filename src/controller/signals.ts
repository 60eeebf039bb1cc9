import { signalNumber } from '../derive/signals.ts';
import type { ContainerId } from '../model.ts';
import type { SourceChange } from '../source/source.ts';

/** Which signals running containers were sent, and when: the sign that one is about to end. */
export class Signals {
	readonly #byKey = new Map<ContainerId, Map<number, number>>();

	/** A process that ended, or says afresh that it is healthy, is through with the signals before. */
	heard({ key, action, at, signal, health }: Extract<SourceChange, { kind: 'changed' }>): void {
		if (action === 'kill') {
			const number = signalNumber(signal ?? '');
			if (number !== undefined) this.noted(key, number, at);
		} else if (['start', 'die', 'destroy'].includes(action) || health === 'healthy') {
			const sent = this.#byKey.get(key);
			for (const [number, sentAt] of sent ?? []) if (sentAt < at) sent?.delete(number);
			if (sent?.size === 0) this.#byKey.delete(key);
		}
	}

	/** @param at milliseconds since the epoch; Docker repeats events after a gap, so it may be older than what is known */
	noted(key: ContainerId, number: number, at: number): void {
		const sent = this.#byKey.get(key) ?? new Map<number, number>();
		this.#byKey.set(key, sent.set(number, Math.max(at, sent.get(number) ?? 0)));
	}

	of(key: string): ReadonlyMap<number, number> {
		return this.#byKey.get(key) ?? none;
	}

	/** There was a gap, in which containers may have ended. */
	prune(isRunning: (key: ContainerId) => boolean): void {
		for (const key of this.#byKey.keys()) if (!isRunning(key)) this.#byKey.delete(key);
	}
}

const none: ReadonlyMap<number, number> = new Map();
