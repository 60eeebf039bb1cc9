import { type Clock, systemClock } from '../../../src/clock.ts';

/** Without a write for so long, after the start or a step, nothing more is expected: a daemon takes milliseconds to react. */
export const quietMs = 350;

export interface Watched {
	readonly traffic: {
		/** As the clock counts. */
		readonly lastWriteAt: number;
		/** Writes that are not answered yet. */
		readonly writing: number;
	};
	readonly daemon: { readonly isRunning: boolean };
}

export interface Patience {
	/** How long the wanted state may be awaited. */
	readonly withinMs: number;
	/** As the clock counts: what is seen earlier does not count. */
	readonly notBefore?: number;
	readonly clock?: Clock;
}

/**
 * Waits until the state is right and stays so: what is right for a moment between two writes does not pass.
 *
 * @param judge what is wrong with the state now, a line each
 * @returns what was wrong last; empty once nothing is
 */
export async function faultsWhenCalm(
	{ traffic, daemon }: Watched,
	{ withinMs, notBefore = 0, clock = systemClock }: Patience,
	judge: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
	const from = clock.now();
	const deadline = Math.max(from, notBefore) + withinMs;
	const calmIn = (): number =>
		traffic.writing > 0 ? 5 : Math.max(notBefore, from + quietMs, traffic.lastWriteAt + quietMs) - clock.now();
	let faults: readonly string[] = ['the daemon went on writing'];
	while (daemon.isRunning && clock.now() < deadline) {
		if (calmIn() <= 0) {
			faults = await judge().catch((error: Error) => [error.message]);
			if (faults.length === 0 && calmIn() <= 0) return [];
		}
		await new Promise<void>((resolve) => clock.after(Math.max(calmIn(), 20), resolve));
	}
	return daemon.isRunning ? faults : ['the daemon has ended', ...faults];
}
