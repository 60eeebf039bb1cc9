import type { ContainerId } from '../model.ts';
import type { View } from './views.ts';

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
 * Docker holds a lock that an inspect would wait for; the start and the end tell the same. Some matter only to containers whose
 * labels or options say so. `update`, which is not here, changes limits.
 */
const relevance: Readonly<Record<string, 'always' | 'while-running' | 'if-followed'>> = {
	start: 'always',
	die: 'always',
	destroy: 'always',
	rename: 'always',
	connect: 'while-running',
	disconnect: 'while-running',
	kill: 'if-followed',
	pause: 'if-followed',
	unpause: 'if-followed',
	health_status: 'if-followed',
};

const lives: Readonly<Record<string, Item['life']>> = { start: 'started', die: 'ended', destroy: 'ended' };

/** What the event stream said of each container: how old the cause of a write is, and which ends we saw ourselves. */
export class News {
	readonly #items = new Map<ContainerId, Item>();
	readonly #waiting = new Map<ContainerId, () => void>();

	/**
	 * @param at milliseconds since the epoch
	 * @param seen what was seen of it when last looked at: whether it ran, and which events it follows; `undefined` where nobody
	 * looked yet
	 * @returns whether the event can have changed what is wanted
	 */
	heard(key: ContainerId, action: string, at: number, seen: Pick<View, 'isRunning' | 'follows'> | undefined): boolean {
		const before = this.#items.get(key);
		const when = Object.hasOwn(relevance, action) ? relevance[action] : undefined;
		if (when === undefined || (when !== 'always' && !this.isRunning(key, seen?.isRunning === true))) return false;
		const follows: ReadonlySet<string> | undefined = seen?.follows;
		if (when === 'if-followed' && follows?.has(action) === false) return false;
		const life = lives[action] ?? before?.life;
		const goesOn = before?.isSettled === false && before.life === life;
		this.#items.set(key, {
			since: goesOn ? before.since : at,
			count: (before?.count ?? 0) + 1,
			life,
			isSettled: false,
		});
		if (life === 'ended') this.#waiting.get(key)?.();
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

	/**
	 * @param act called when an event tells that the key's process has ended; one may wait for each key
	 * @returns forgets it
	 */
	onEnd(key: ContainerId, act: () => void): () => void {
		this.#waiting.set(key, act);
		return () => this.#waiting.delete(key);
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
