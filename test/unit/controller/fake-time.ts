import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../src/clock.ts';

export interface FakeTime {
	/** Goes by the same time as timers and dates do in this test. */
	readonly clock: Clock;
	/** Time passes in steps, and whatever is due happens, with its consequences. */
	advance(ms: number, stepMs?: number): Promise<void>;
	/** Everything that needs no time to pass has happened. */
	settled(): Promise<void>;
}

export const startTime = '2026-08-01T10:00:00.000Z';

/** For this test timers and dates stand still until it turns them on; that reaches rxjs and p-queue as well. */
export function fakeTime(t: TestContext): FakeTime {
	t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: Date.parse(startTime) });
	const settled = async (): Promise<void> => {
		await turn();
	};
	return {
		clock: {
			now: () => Date.now(),
			after: (ms, action) => {
				const timer = setTimeout(action, ms);
				return () => clearTimeout(timer);
			},
		},
		settled,
		advance: async (ms, stepMs = 50) => {
			await settled();
			for (let left = ms; left > 0; left -= stepMs) {
				t.mock.timers.tick(Math.min(left, stepMs));
				await settled();
			}
		},
	};
}
