import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { failed, queueBench, settled } from './queue-bench.ts';

suite('a queue that is drained', () => {
	test('takes no new keys', async () => {
		const { queue, clock, started } = queueBench();
		await queue.drain();
		queue.add('a');
		queue.addAfter('b', 1);
		clock.advance(1_000);
		await settled();
		assert.deepEqual([started, queue.depth, clock.due()], [[], 0, []]);
	});

	test('waits for what runs and for what waits', async () => {
		const { queue, started, finish } = queueBench();
		queue.add('a');
		queue.add('b');
		await settled();
		let isDrained = false;
		const drained = queue.drain().then(() => {
			isDrained = true;
		});
		for (const key of ['a', 'b']) {
			await settled();
			assert.equal(isDrained, false);
			finish(key);
		}
		await drained;
		assert.deepEqual([started, queue.active, queue.depth], [['a', 'b'], 0, 0]);
	});

	test('drops what was to come later, and runs nothing once more', async () => {
		const { queue, clock, started, finish } = queueBench();
		queue.addAfter('later', 10);
		queue.add('a');
		await settled();
		queue.add('a');
		const drained = queue.drain();
		finish('a');
		await drained;
		clock.advance(1_000);
		await settled();
		assert.deepEqual([started, clock.due()], [['a'], []]);
	});

	test('does not try again what fails meanwhile, and tells that it failed', async () => {
		const { queue, clock, finish } = queueBench();
		queue.add('a');
		await settled();
		const drained = queue.drain();
		finish('a', failed);
		assert.equal(await drained, 1);
		assert.deepEqual([clock.due(), queue.failing], [[], 1]);
	});

	test('does not count what failed before', async () => {
		const { queue, finish } = queueBench();
		queue.add('a');
		queue.add('b');
		await settled();
		finish('a', failed);
		await settled();
		const drained = queue.drain();
		finish('b');
		assert.equal(await drained, 0);
	});
});

suite('what a queue tells its observer', () => {
	test('each add, each retry, how long a key waited and how long it was worked on', async () => {
		const told: (readonly [what: string, ms?: number])[] = [];
		const { queue, clock, finish } = queueBench({
			observer: {
				added: () => told.push(['added']),
				retried: () => told.push(['retried']),
				started: (ms) => told.push(['started', ms]),
				finished: (ms) => told.push(['finished', ms]),
			},
		});
		queue.add('a');
		await settled();
		queue.add('b');
		clock.pass(5);
		queue.add('b');
		finish('a', failed);
		await settled();
		clock.pass(7);
		finish('b');
		await settled();
		assert.deepEqual(told, [
			['added'],
			['started', 0],
			['added'],
			['added'],
			['finished', 5],
			['retried'],
			['started', 5],
			['finished', 7],
		]);
	});
});
