/** The same numbers for the same seed, so that a run can be played again. */
export interface Random {
	/** A whole number from 0 up to, but without, `below`. */
	below(limit: number): number;
	pick<T>(from: readonly [T, ...T[]]): T;
	pick<T>(from: readonly T[]): T | undefined;
}

/** mulberry32, which is small and good enough to choose what happens next. */
export function random(seed: number): Random {
	let state = seed >>> 0;
	const next = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const below = (limit: number): number => Math.floor(next() * limit);
	return { below, pick: <T>(from: readonly T[]): T => from[below(from.length)] as T };
}
