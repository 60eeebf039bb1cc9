import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { priorities, WorkQueue } from '../../../src/controller/workqueue.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { done, failed, queueBench, settled } from './queue-bench.ts';

suite('a key that is added', () => {
	test('runs at once when a worker is free', async () => {
		const { queue, started } = queueBench();
		queue.add('a');
		await settled();
		assert.deepEqual(started, ['a']);
		assert.deepEqual([queue.depth, queue.active], [0, 1]);
	});

	test('while it waits is not queued twice', async () => {
		const { queue, started, finish } = queueBench();
		queue.add('busy');
		await settled();
		queue.add('a');
		queue.add('a');
		assert.equal(queue.depth, 1);
		finish('busy');
		await settled();
		finish('a');
		await settled();
		assert.deepEqual(started, ['busy', 'a']);
	});

	test('twice in one tick runs once', async () => {
		const { queue, started, finish } = queueBench({ concurrency: 8 });
		queue.add('a');
		queue.add('a');
		await settled();
		finish('a');
		await settled();
		assert.deepEqual(started, ['a']);
	});

	test('while it runs is run exactly once more afterwards, however often it was added', async () => {
		const { queue, started, running, finish } = queueBench({ concurrency: 8 });
		queue.add('a');
		await settled();
		for (let n = 0; n < 3; n++) queue.add('a');
		await settled();
		assert.deepEqual([started, queue.depth, running.size], [['a'], 1, 1]);
		finish('a');
		await settled();
		assert.deepEqual(started, ['a', 'a']);
		finish('a');
		await settled();
		assert.deepEqual([started, queue.depth, queue.active], [['a', 'a'], 0, 0]);
	});

	test('never runs twice at the same time, while other keys do', async () => {
		const { queue, started, overlaps, finish } = queueBench({ concurrency: 8 });
		queue.add('a');
		queue.add('b');
		await settled();
		queue.add('a');
		await settled();
		assert.deepEqual([started, overlaps], [['a', 'b'], []]);
		finish('a');
		finish('b');
		await settled();
		assert.deepEqual([started, overlaps], [['a', 'b', 'a'], []]);
	});

	test('runs in the order of the adds', async () => {
		const { queue, started, finish } = queueBench();
		for (const key of ['a', 'b', 'c']) queue.add(key);
		for (const key of ['a', 'b', 'c']) {
			await settled();
			finish(key);
		}
		assert.deepEqual(started, ['a', 'b', 'c']);
	});
});

suite('how many run', () => {
	test('as many as there are workers, and no more', async () => {
		const { queue, running, finish } = queueBench({ concurrency: 2 });
		for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
		await settled();
		assert.deepEqual([[...running.keys()], queue.depth, queue.active], [['a', 'b'], 2, 2]);
		finish('a');
		await settled();
		assert.equal(queue.active, 2);
	});

	test('each for how long it has been at it', async () => {
		const { queue, clock } = queueBench({ concurrency: 2 });
		queue.add('a');
		await settled();
		clock.pass(5);
		queue.add('b');
		await settled();
		clock.pass(2);
		assert.deepEqual(queue.runningMs(), [7, 2]);
	});
});

suite('what just happened overtakes what a pass asks for', () => {
	test('a key of an event runs before those of a pass', async () => {
		const { queue, started, finish } = queueBench();
		queue.add('busy');
		for (const key of ['a', 'b']) queue.add(key, priorities.resync);
		await settled();
		queue.add('event');
		finish('busy');
		await settled();
		assert.deepEqual(started, ['busy', 'event']);
	});

	test('a key of a pass that an event concerns as well moves up', async () => {
		const { queue, started, finish } = queueBench();
		queue.add('busy');
		for (const key of ['a', 'b']) queue.add(key, priorities.resync);
		await settled();
		queue.add('b');
		finish('busy');
		await settled();
		assert.deepEqual(started, ['busy', 'b']);
		assert.equal(queue.depth, 1);
	});

	test('a key of an event does not fall back because a pass asks for it too', async () => {
		const { queue, started, finish } = queueBench();
		queue.add('busy');
		await settled();
		queue.add('a');
		queue.add('b', priorities.resync);
		queue.add('a', priorities.resync);
		finish('busy');
		await settled();
		assert.deepEqual(started, ['busy', 'a']);
	});

	test('a pass and an event in one tick, with a free worker, give one run', async () => {
		const { queue, started, finish } = queueBench({ concurrency: 8 });
		queue.add('a', priorities.resync);
		queue.add('a', priorities.event);
		await settled();
		finish('a');
		await settled();
		assert.deepEqual(started, ['a']);
	});

	test('an event at the very moment at which a worker takes up the key is not lost', async () => {
		for (let microtasks = 0; microtasks < 12; microtasks++) {
			const { queue, started, running, finish } = queueBench();
			queue.add('busy');
			queue.add('a', priorities.resync);
			await settled();
			finish('busy');
			for (let n = 0; n < microtasks; n++) await Promise.resolve();
			const wasRunning = running.has('a');
			queue.add('a', priorities.event);
			await settled();
			finish('a');
			await settled();
			assert.deepEqual(started, wasRunning ? ['busy', 'a', 'a'] : ['busy', 'a'], `after ${microtasks} microtasks`);
		}
	});

	test('the run that follows has the priority of the most urgent add', async () => {
		const { queue, started, finish } = queueBench();
		queue.add('a');
		await settled();
		queue.add('a', priorities.resync);
		queue.add('a', priorities.event);
		queue.add('a', priorities.resync);
		queue.add('b', priorities.resync);
		finish('a');
		await settled();
		assert.deepEqual(started, ['a', 'a']);
	});
});

suite('a key that is added for later', () => {
	test('runs when its time has come', async () => {
		const { queue, clock, started } = queueBench();
		queue.addAfter('a', 100);
		clock.advance(99);
		await settled();
		assert.deepEqual([started, queue.depth], [[], 0]);
		clock.advance(1);
		await settled();
		assert.deepEqual(started, ['a']);
	});

	for (const [sentence, delays] of [
		['the later one first', [100, 50]],
		['the earlier one first', [50, 100]],
	] as const)
		test(`several times keeps the earliest: ${sentence}`, async () => {
			const { queue, clock, started, finish } = queueBench();
			for (const ms of delays) queue.addAfter('a', ms);
			assert.deepEqual(clock.due(), [50]);
			clock.advance(50);
			await settled();
			finish('a');
			clock.advance(1_000);
			await settled();
			assert.deepEqual(started, ['a']);
		});

	test('runs at once when it is added plainly, and not again for the delay', async () => {
		const { queue, clock, started, finish } = queueBench();
		queue.addAfter('a', 100);
		queue.add('a');
		await settled();
		finish('a');
		await settled();
		clock.advance(1_000);
		await settled();
		assert.deepEqual([started, clock.due()], [['a'], []]);
	});

	test('while it waits already need not be run once more', async () => {
		const { queue, clock, started, finish } = queueBench();
		queue.add('busy');
		await settled();
		queue.add('a');
		queue.addAfter('a', 100);
		assert.deepEqual(clock.due(), []);
		for (const key of ['busy', 'a']) {
			finish(key);
			await settled();
		}
		assert.deepEqual(started, ['busy', 'a']);
	});

	test('while it runs is run again when its time has come, at the earliest after the run', async () => {
		const { queue, clock, started, finish } = queueBench({ concurrency: 8 });
		queue.add('a');
		await settled();
		queue.addAfter('a', 100);
		clock.advance(100);
		await settled();
		assert.deepEqual(started, ['a']);
		finish('a');
		await settled();
		assert.deepEqual(started, ['a', 'a']);
	});

	test('by its own run, which asks to be looked at again', async () => {
		const { queue, clock, started, finish } = queueBench();
		queue.add('a');
		await settled();
		finish('a', { kind: 'done', againAfterMs: 250 });
		await settled();
		assert.deepEqual([clock.due(), queue.failing], [[250], 0]);
		clock.advance(250);
		await settled();
		assert.deepEqual(started, ['a', 'a']);
	});
});

suite('a run that fails', () => {
	test('is tried again, later each time, and from the start after a success', async () => {
		const { queue, clock, finish } = queueBench();
		const waits: number[] = [];
		queue.add('a');
		for (const outcome of [failed, failed, failed, done]) {
			await settled();
			finish('a', outcome);
			await settled();
			waits.push(...clock.due());
			if (outcome === failed) clock.next();
		}
		assert.deepEqual([waits, queue.failing], [[1_000, 2_000, 3_000], 0]);
		queue.add('a');
		await settled();
		finish('a', failed);
		await settled();
		assert.deepEqual([clock.due(), queue.failing], [[1_000], 1]);
	});

	test('for good is tried again after a long while', async () => {
		const { queue, clock, finish } = queueBench();
		queue.add('a');
		await settled();
		finish('a', { kind: 'failed', permanent: true });
		await settled();
		assert.deepEqual([clock.due(), queue.failing], [[1_000_000], 1]);
	});

	test('is tried again at once when the key is added', async () => {
		const { queue, clock, started, finish } = queueBench();
		queue.add('a');
		await settled();
		finish('a', failed);
		await settled();
		queue.add('a');
		await settled();
		assert.deepEqual([started, clock.due(), queue.failing], [['a', 'a'], [], 1]);
	});

	test('is followed at once by the run that was asked for meanwhile, and the count goes on', async () => {
		const { queue, clock, started, finish } = queueBench();
		queue.add('a');
		await settled();
		queue.add('a');
		finish('a', failed);
		await settled();
		assert.deepEqual([started, clock.due()], [['a', 'a'], []]);
		finish('a', failed);
		await settled();
		assert.deepEqual(clock.due(), [2_000]);
	});

	for (const [sentence, run] of [
		['rejects', () => Promise.reject(new Error('boom'))],
		[
			'throws',
			() => {
				throw new Error('boom');
			},
		],
	] as const)
		test(`because it ${sentence} does not stop the queue, and is tried again`, async () => {
			const clock = fakeClock();
			const crashes: unknown[] = [];
			const runs: string[] = [];
			const queue = new WorkQueue<string>({
				concurrency: 1,
				clock,
				retryDelayMs: () => 1_000,
				run: (key) => {
					runs.push(key);
					return key === 'bad' ? run() : Promise.resolve(done);
				},
				observer: { crashed: (key, error) => crashes.push([key, (error as Error).message]) },
			});
			queue.add('bad');
			queue.add('good');
			await settled();
			assert.deepEqual([runs, crashes, clock.due()], [['bad', 'good'], [['bad', 'boom']], [1_000]]);
		});

	test('and is of no more interest is not tried again', async () => {
		const { queue, clock, finish } = queueBench();
		queue.add('a');
		await settled();
		finish('a', failed);
		await settled();
		queue.forget('a');
		assert.deepEqual([clock.due(), queue.failing], [[], 0]);
	});
});
