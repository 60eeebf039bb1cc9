import type { ServiceId } from '../model.ts';

/**
 * One writer for a service id at a time. Two containers can want one id (`docker compose up --force-recreate` keeps the
 * name), and the agent has no compare-and-set: who read an id must be the one who writes it next.
 */
export class IdLocks {
	readonly #held = new Set<ServiceId>();
	#waiting: (() => void)[] = [];

	/** All of them or none, so that two keys cannot wait for each other. Returns the release, `undefined` if one is taken. */
	tryAcquire(ids: Iterable<ServiceId>): (() => void) | undefined {
		const wanted = [...new Set(ids)];
		if (wanted.some((id) => this.#held.has(id))) return undefined;
		for (const id of wanted) this.#held.add(id);
		return () => {
			for (const id of wanted) this.#held.delete(id);
			const waiting = this.#waiting;
			this.#waiting = [];
			for (const wake of waiting) wake();
		};
	}

	/** Settles at the next release of any lock. At most as many wait as keys are processed at a time. */
	nextRelease(): Promise<void> {
		return new Promise((resolve) => {
			this.#waiting.push(resolve);
		});
	}
}
