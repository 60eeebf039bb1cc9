import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { numbered } from './containers.ts';
import { stillWorld, world } from './world.ts';

const some = (count: number) => Array.from({ length: count }, (_, n) => numbered(n));

suite('--write-rate', () => {
	test('is the most writes in any second, and nothing is left out', async (t) => {
		const made = await stillWorld(t, { containers: some(12), settings: { writesPerSecond: 5 } });
		const at: number[] = [];
		const { agent, time, controller } = made;
		const register = agent.register;
		const start = time.clock.now();
		agent.register = (...args) => {
			at.push(time.clock.now() - start);
			return register(...args);
		};
		controller.start();
		await time.advance(500);
		assert.equal(made.registered().length, 5);
		await time.advance(5_000);
		assert.equal(made.registered().length, 12);
		for (const moment of at) assert.ok(at.filter((it) => it >= moment && it < moment + 1_000).length <= 5);
	});

	test('counts deregistrations, too', async (t) => {
		const { source, time, registered } = await world(t, { containers: some(4), settings: { writesPerSecond: 4 } });
		await time.advance(2_000);
		for (const { id } of some(4)) source.stop(id);
		source.start(numbered(9));
		await time.settled();
		assert.equal(registered().length, 0);
		await time.advance(1_100);
		assert.deepEqual(registered(), ['u1:web-9:80 192.0.2.10:40009']);
	});

	test('of 0 is none', async (t) => {
		const { registered } = await world(t, { containers: some(50) });
		assert.equal(registered().length, 50);
	});
});

suite('--concurrency', () => {
	test('is how many containers are worked on at a time', async (t) => {
		const made = await stillWorld(t, { containers: some(10), settings: { concurrency: 3 } });
		const gate = Promise.withResolvers<void>();
		made.trouble.writing = gate.promise;
		made.controller.start();
		await made.time.settled();
		assert.deepEqual([made.writes.length, made.controller.queue.active, made.controller.queue.depth], [3, 3, 7]);
		gate.resolve();
		await made.time.settled();
		assert.equal(made.registered().length, 10);
	});

	test('a container whose write hangs holds up no other', async (t) => {
		const made = await world(t, { settings: { concurrency: 2 } });
		const gate = Promise.withResolvers<void>();
		made.trouble.writing = gate.promise;
		made.source.start(numbered(0));
		await made.time.settled();
		made.trouble.writing = undefined;
		for (const given of some(6).slice(1)) made.source.start(given);
		await made.time.settled();
		assert.deepEqual([made.registered().length, made.controller.queue.active], [5, 1]);
		gate.resolve();
		await made.time.settled();
		assert.equal(made.registered().length, 6);
	});

	test('a container that changes while its write hangs is written once more, as it is by then', async (t) => {
		const made = await world(t);
		const gate = Promise.withResolvers<void>();
		made.trouble.writing = gate.promise;
		made.source.start(numbered(0));
		await made.time.settled();
		for (const tag of ['a', 'b', 'c']) made.source.update(numbered(0).id, 'rename', { labels: { SERVICE_TAGS: tag } });
		made.trouble.writing = undefined;
		gate.resolve();
		await made.time.settled();
		assert.deepEqual([made.entry('u1:web-0:80')?.tags, made.writes.length], [['c'], 2]);
	});
});
