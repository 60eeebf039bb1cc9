import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { priorities, WorkQueue } from '../../../src/controller/workqueue.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { done, failed, queueBench, settled } from './queue-bench.ts';

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

	test('is not tried again because a pass finds it again, until its time has come', async () => {
		const { queue, clock, started, finish } = queueBench();
		queue.add('a');
		await settled();
		finish('a', failed);
		await settled();
		queue.addUnlessBackingOff('a', priorities.resync);
		await settled();
		assert.deepEqual([started, clock.due()], [['a'], [1_000]]);
		clock.advance(1_000);
		queue.addUnlessBackingOff('b', priorities.resync);
		await settled();
		finish('a');
		await settled();
		queue.addAfter('c', 5_000);
		queue.addUnlessBackingOff('c');
		finish('b');
		await settled();
		assert.deepEqual([started, clock.due()], [['a', 'a', 'b', 'c'], []]);
	});

	test('is not followed at once by the run that a pass asked for meanwhile', async () => {
		const { queue, clock, started, finish } = queueBench();
		queue.add('a');
		await settled();
		queue.addUnlessBackingOff('a', priorities.resync);
		finish('a', failed);
		await settled();
		assert.deepEqual([started, clock.due(), queue.depth], [['a'], [1_000], 0]);
		clock.advance(1_000);
		await settled();
		queue.addUnlessBackingOff('a', priorities.resync);
		finish('a');
		await settled();
		assert.deepEqual(started, ['a', 'a', 'a'], 'one that succeeds is, since it may have looked too early');
	});

	test('is followed at once by the run that an event and a pass asked for meanwhile', async () => {
		for (const asks of [
			['event', 'pass'],
			['pass', 'event'],
		]) {
			const { queue, started, finish } = queueBench();
			queue.add('a');
			await settled();
			for (const ask of asks)
				if (ask === 'event') queue.add('a');
				else queue.addUnlessBackingOff('a', priorities.resync);
			finish('a', failed);
			await settled();
			assert.deepEqual(started, ['a', 'a']);
		}
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
});
