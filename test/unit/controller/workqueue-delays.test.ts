import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { queueBench, settled } from './queue-bench.ts';

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
