import type { ContainerId } from '../model.ts';

interface Item {
	/** When what is not dealt with yet began, by the engine's clock in milliseconds since the epoch. */
	readonly since: number;
	readonly count: number;
	/** Whether its process began or ended last, as far as events told. */
	readonly life: 'started' | 'ended' | undefined;
	isSettled: boolean;
}

/**
 * When each of Docker's events can change what is wanted. Networks are joined before the start and left after the end, while
 * Docker holds a lock that an inspect would wait for; the start and the end tell the same. What is not here concerns nothing
 * that is wanted: `kill` may be any signal, a paused container keeps its service, `update` changes limits.
 */
const relevance: Readonly<Record<string, 'always' | 'while-running'>> = {
	start: 'always',
	die: 'always',
	destroy: 'always',
	rename: 'always',
	connect: 'while-running',
	disconnect: 'while-running',
};

const lives: Readonly<Record<string, Item['life']>> = { start: 'started', die: 'ended', destroy: 'ended' };

/** What the event stream said of each container: how old the cause of a write is, and which ends we saw ourselves. */
export class News {
	readonly #items = new Map<ContainerId, Item>();

	/**
	 * @param at milliseconds since the epoch
	 * @param isRunning whether it ran when last looked at, for a container whose start no event told of
	 * @returns whether the event can have changed what is wanted
	 */
	heard(key: ContainerId, action: string, at: number, isRunning: boolean): boolean {
		const before = this.#items.get(key);
		const when = Object.hasOwn(relevance, action) ? relevance[action] : undefined;
		const runs = this.isRunning(key, isRunning);
		if (when === undefined || (when === 'while-running' && !runs)) return false;
		const life = lives[action] ?? before?.life;
		const goesOn = before?.isSettled === false && before.life === life;
		this.#items.set(key, {
			since: goesOn ? before.since : at,
			count: (before?.count ?? 0) + 1,
			life,
			isSettled: false,
		});
		return true;
	}

	/** What is to be dealt with, `undefined` for nothing; `count` is for settle(). */
	pending(key: string): { readonly since: number; readonly count: number } | undefined {
		const item = this.#items.get(key);
		return item?.isSettled === false ? item : undefined;
	}

	/** When the end came that is still to be dealt with, in milliseconds since the epoch. */
	endedAt(key: string): number | undefined {
		const item = this.#items.get(key);
		return item?.isSettled === false && item.life === 'ended' ? item.since : undefined;
	}

	/** A delete that follows an end this process saw is no surprise, however many there are. */
	hasSeenEnd(key: string): boolean {
		return this.#items.get(key)?.life === 'ended';
	}

	/** By the events alone; `otherwise` where none told of a start or an end. */
	isRunning(key: string, otherwise: boolean): boolean {
		const life = this.#items.get(key)?.life;
		return life === undefined ? otherwise : life === 'started';
	}

	/** There was a gap, in which anything may have started and ended. */
	restart(): void {
		for (const [key, item] of this.#items) this.#items.set(key, { ...item, life: undefined });
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
