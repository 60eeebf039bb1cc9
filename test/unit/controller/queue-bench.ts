import { setImmediate as turn } from 'node:timers/promises';
import { type Outcome, WorkQueue, type WorkQueueOptions } from '../../../src/controller/workqueue.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';

export interface QueueBench {
	readonly queue: WorkQueue<string>;
	readonly clock: FakeClock;
	/** The keys of all runs in the order in which they started. */
	readonly started: readonly string[];
	readonly running: ReadonlyMap<string, unknown>;
	/** Everything that broke the queue's promise never to run a key twice at once. */
	readonly overlaps: readonly string[];
	/** Ends the key's run. */
	finish(key: string, outcome?: Outcome | Error): void;
}

export const done: Outcome = { kind: 'done' };
export const failed: Outcome = { kind: 'failed', permanent: false };

/** The nth failure in a row waits n seconds; a permanent one a thousand times that. */
export const testDelayMs = (failures: number, permanent: boolean): number => failures * (permanent ? 1_000_000 : 1_000);

/** A queue whose runs last until the test ends them. */
export function queueBench(given: Partial<WorkQueueOptions<string>> = {}): QueueBench {
	const clock = fakeClock();
	const started: string[] = [];
	const overlaps: string[] = [];
	const running = new Map<string, PromiseWithResolvers<Outcome>>();
	const queue = new WorkQueue<string>({
		concurrency: 1,
		clock,
		retryDelayMs: testDelayMs,
		run: (key) => {
			if (running.has(key)) overlaps.push(key);
			started.push(key);
			const ending = Promise.withResolvers<Outcome>();
			running.set(key, ending);
			return ending.promise;
		},
		...given,
	});
	return {
		queue,
		clock,
		started,
		overlaps,
		running,
		finish: (key, outcome = done) => {
			const ending = running.get(key);
			if (ending === undefined) throw new Error(`${key} does not run`);
			running.delete(key);
			if (outcome instanceof Error) ending.reject(outcome);
			else ending.resolve(outcome);
		},
	};
}

/** Everything that was resolved has had its consequences; only clocks and pending runs are left. */
export const settled = (): Promise<void> => turn();
