import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { priorities } from '../../../src/controller/workqueue.ts';
import { queueBench, settled } from './queue-bench.ts';

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
