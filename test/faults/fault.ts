import type { Random } from '../soak/random.ts';

/** One line of the table: something that happens to Consul, to Docker, to containers or to ourselves. */
export interface Fault {
	/** Begins with whom it happens to. */
	readonly name: string;
	/** In `make test` as well. */
	readonly isFast: boolean;
	/** How often it is tried unless the caller says so; the pace decides where this does not. */
	readonly times?: number;
	/** For whoever wants to begin with the longest. */
	readonly roughlyMs: number;
	/** On components of its own. Throws only where these do not come up. */
	tried(pace: Pace): Promise<Trial>;
}

/** How long things last that have no end of their own, and how often they are repeated. */
export interface Pace {
	readonly stoppedMs: number;
	readonly stormMs: number;
	/** After every fifth it is looked what is left. */
	readonly kills: number;
	/** How often something comes and goes under a clock that jumps. */
	readonly jumps: number;
	/** Forty restarts instead of ten, and the like. */
	readonly isLong: boolean;
	readonly random: Random;
}

export const paces = {
	fast: { stoppedMs: 3_000, stormMs: 15_000, kills: 5, jumps: 5, isLong: false },
	full: { stoppedMs: 30_000, stormMs: 60_000, kills: 10, jumps: 12, isLong: false },
	long: { stoppedMs: 30_000, stormMs: 300_000, kills: 100, jumps: 60, isLong: true },
} as const satisfies Record<string, Omit<Pace, 'random'>>;

/** What came of one run of one fault. */
export interface Trial {
	/** How often it happened. */
	readonly times: number;
	/** From the ends of the fault until Docker and Consul agreed; none if they did not in time. */
	readonly convergedMs: readonly number[];
	/** That were carried out from the beginning of the fault on. */
	readonly writes: number;
	/** Ids that were deregistered while their container ran, entries of others that were touched. */
	readonly wrong: readonly string[];
	readonly lost: readonly string[];
	/** Services that are left over, or not as their container is. */
	readonly stale: readonly string[];
	/** Where something that the daemon let out shows what was planted. */
	readonly leaks: readonly string[];
	/** Anything else that was not as it should be. */
	readonly problem: string | undefined;
	/** Whatever else is worth knowing. */
	readonly note?: string;
}

export const isGood = ({ convergedMs, wrong, lost, stale, leaks, problem }: Trial): boolean =>
	convergedMs.length > 0 && problem === undefined && [wrong, lost, stale, leaks].every(({ length }) => length === 0);
