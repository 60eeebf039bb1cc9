import type { ContainerId } from '../model.ts';

interface Item {
	/** The earliest event not dealt with yet, by the engine's clock in milliseconds since the epoch. */
	readonly since: number;
	readonly count: number;
	readonly hasEnded: boolean;
	isSettled: boolean;
}

/** Docker's words that a container's process ended, or that the container is no more. */
const ends: ReadonlySet<string> = new Set(['die', 'destroy']);

/** What the event stream said of each container: how old the cause of a write is, and which ends we saw ourselves. */
export class News {
	readonly #items = new Map<ContainerId, Item>();

	heard(key: ContainerId, action: string, at: number): void {
		const before = this.#items.get(key);
		this.#items.set(key, {
			since: before?.isSettled === false ? before.since : at,
			count: (before?.count ?? 0) + 1,
			// A network's disconnect comes after the die that caused it.
			hasEnded: ends.has(action) || (action !== 'start' && before?.hasEnded === true),
			isSettled: false,
		});
	}

	/** What is to be dealt with, `undefined` for nothing; `count` is for settle(). */
	pending(key: string): { readonly since: number; readonly count: number } | undefined {
		const item = this.#items.get(key);
		return item?.isSettled === false ? item : undefined;
	}

	/** A delete that follows an end this process saw is no surprise, however many there are. */
	hasSeenEnd(key: string): boolean {
		return this.#items.get(key)?.hasEnded === true;
	}

	hasHeardOf(key: string): boolean {
		return this.#items.has(key);
	}

	/** Everything up to that count has been dealt with. */
	settle(key: string, count: number): void {
		const item = this.#items.get(key);
		if (item?.count === count) item.isSettled = true;
	}

	/** Forgets what was dealt with, but for the containers that are still of interest. */
	prune(isOfInterest: (key: ContainerId) => boolean): void {
		for (const [key, item] of this.#items) if (item.isSettled && !isOfInterest(key)) this.#items.delete(key);
	}
}
