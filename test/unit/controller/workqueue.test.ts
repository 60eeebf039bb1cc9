import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { queueBench, settled } from './queue-bench.ts';

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
