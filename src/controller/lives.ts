import type { ContainerId } from '../model.ts';
import type { SourceChange } from '../source/source.ts';
import type { State } from './state.ts';

/** The process of a container, as far as events told. */
interface Life {
	/** By the engine's clock, milliseconds since the epoch. */
	readonly startedAt: number;
	/** On ours. */
	readonly since: number;
	/** Whether somebody asked for a signal to be sent to it: `docker stop`, `restart`, `kill`, `rm -f`. */
	isSignalled: boolean;
}

/** Tells the ends that a container came to by itself from those that somebody asked for. */
export class Lives {
	readonly #byKey = new Map<ContainerId, Life>();

	/**
	 * @param at milliseconds since the epoch
	 * @param now on the clock
	 * @returns how many milliseconds a process ran that has ended by itself, `undefined` for everything else
	 */
	heard(key: ContainerId, action: string, at: number, now: number): number | undefined {
		const life = this.#byKey.get(key);
		// Docker repeats events after a gap.
		if (life !== undefined && at < life.startedAt) return undefined;
		if (action === 'start') this.#byKey.set(key, { startedAt: at, since: now, isSignalled: false });
		else if (action === 'kill' && life !== undefined) life.isSignalled = true;
		else if (action === 'die' || action === 'destroy') {
			this.#byKey.delete(key);
			if (action === 'die' && life?.isSignalled === false) return at - life.startedAt;
		}
		return undefined;
	}

	/** On the clock; `undefined` where no event told of its start. */
	runningSince(key: string): number | undefined {
		return this.#byKey.get(key)?.since;
	}

	/** There was a gap, in which anything may have started and ended. */
	restart(): void {
		this.#byKey.clear();
	}
}

/** Counts a short life against the services of the container, and of those that stand and fall with it. */
export function noteLife(
	{
		lives,
		signals,
		flapping,
		claims,
		dependents,
	}: Pick<State, 'lives' | 'signals' | 'flapping' | 'claims' | 'dependents'>,
	change: Extract<SourceChange, { kind: 'changed' }>,
	now: number,
): void {
	const { key, action, at } = change;
	signals.heard(change);
	const livedMs = lives.heard(key, action, at, now);
	if (livedMs === undefined) return;
	for (const it of [key, ...dependents.of(key)]) for (const id of claims.idsOf(it)) flapping.ended(id, livedMs, now);
}
