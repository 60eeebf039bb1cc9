import type { Clock } from '../../src/clock.ts';

export interface FakeClock extends Clock {
	/** Moves on to the next action that is due and runs it; fails where there is none. */
	next(): number;
	/** Time passes and nothing happens. */
	pass(ms: number): void;
	/** Time passes, and whatever is due by then runs when it is due, what such an action asks for included. */
	advance(ms: number): void;
	/** In how many milliseconds each action is due. */
	due(): readonly number[];
}

export function fakeClock(): FakeClock {
	let now = 0;
	const actions = new Set<{ readonly at: number; readonly action: () => void }>();
	const earliest = () => [...actions].sort((a, b) => a.at - b.at)[0];
	const next = (): number => {
		const first = earliest();
		if (first === undefined) throw new Error('nothing is due on this clock');
		const waited = first.at - now;
		actions.delete(first);
		now = Math.max(now, first.at);
		first.action();
		return waited;
	};
	return {
		now: () => now,
		after: (ms, action) => {
			const entry = { at: now + ms, action };
			actions.add(entry);
			return () => actions.delete(entry);
		},
		next,
		pass: (ms) => {
			now += ms;
		},
		advance: (ms) => {
			const end = now + ms;
			while ((earliest()?.at ?? Number.POSITIVE_INFINITY) <= end) next();
			now = end;
		},
		due: () => [...actions].map(({ at }) => at - now),
	};
}
