import { setTimeout as delay } from 'node:timers/promises';
import type { Daemon } from '../../support/daemon.ts';
import type { Agent } from './agent.ts';

/** Without a write for so long, after the start or a step, nothing more is expected: a daemon takes milliseconds to react. */
const quietMs = 350;

export interface Patience {
	/** How long the wanted state may be awaited. */
	readonly withinMs: number;
	/** As `performance.now()` counts: what is seen earlier does not count. */
	readonly notBefore?: number;
}

/**
 * Waits until the state is right and stays so: what is right for a moment between two writes does not pass.
 *
 * @param judge what is wrong with the state now, a line each
 * @returns what was wrong last; empty once nothing is
 */
export async function faultsWhenCalm(
	{ agent: { traffic }, daemon }: { readonly agent: Agent; readonly daemon: Daemon },
	{ withinMs, notBefore = 0 }: Patience,
	judge: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
	const from = performance.now();
	const deadline = Math.max(from, notBefore) + withinMs;
	const waitMs = (): number =>
		traffic.writing > 0 ? 5 : Math.max(notBefore, from + quietMs, traffic.lastWriteAt + quietMs) - performance.now();
	let faults: readonly string[] = ['the daemon went on writing'];
	while (daemon.isRunning && performance.now() < deadline) {
		if (waitMs() <= 0) {
			faults = await judge().catch((error: Error) => [error.message]);
			if (faults.length === 0 && waitMs() <= 0) return [];
		}
		await delay(Math.max(waitMs(), 20));
	}
	return daemon.isRunning ? faults : ['the daemon has ended', ...faults];
}
