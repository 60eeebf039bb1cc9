import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { service } from '../plan/samples.ts';
import { container, numbered } from './containers.ts';
import { type World, type WorldOptions, world } from './world.ts';

const some = (count: number) => Array.from({ length: count }, (_, n) => numbered(n));

/** So many services run, the daemon ends, the first of them die unseen, and a new daemon starts. */
async function diedUnseen(t: TestContext, all: number, dead: number, options: WorldOptions = {}): Promise<World> {
	const made = await world(t, { containers: some(all), ...options });
	await made.controller.stop();
	made.newWrites();
	for (const { id } of some(dead)) made.source.remove(id);
	await made.restart(options);
	return made;
}

const orphans = (count: number): readonly string[] => some(count).map((_, n) => `deregister u1:web-${n}:80`);

suite('ends that nobody saw', () => {
	test('of more than half of five are held, and carried out by the pass 5 s later', async (t) => {
		const { time, controller, registered, newWrites, log } = await diedUnseen(t, 5, 3);
		assert.deepEqual([registered().length, newWrites()], [5, []]);
		assert.deepEqual(controller.state.brake?.ids.size, 3);
		await time.advance(3_900);
		assert.deepEqual(newWrites(), []);
		await time.advance(300);
		assert.deepEqual(newWrites().toSorted(), orphans(3));
		assert.deepEqual(registered(), ['u1:web-3:80 192.0.2.10:40003', 'u1:web-4:80 192.0.2.10:40004']);
		assert.equal(controller.state.brake, undefined);
		assert.equal(log.said('warn').filter((line) => line.includes('more than half')).length, 1);
	});

	test('of half of six are carried out at once', async (t) => {
		const { newWrites } = await diedUnseen(t, 6, 3);
		assert.deepEqual(newWrites().toSorted(), orphans(3));
	});

	test('of all of four are carried out at once', async (t) => {
		const { newWrites } = await diedUnseen(t, 4, 4);
		assert.deepEqual(newWrites().toSorted(), orphans(4));
	});

	test('of two hundred are all gone within 15 s', async (t) => {
		const { time, registered } = await diedUnseen(t, 200, 150);
		assert.equal(registered().length, 200);
		await time.advance(14_000);
		assert.equal(registered().length, 50);
	});

	test('are not carried out when the pass 5 s later finds the containers again', async (t) => {
		const { time, source, newWrites, controller } = await diedUnseen(t, 5, 3);
		source.disconnect();
		for (const given of some(3)) source.start(given);
		await time.advance(60_000);
		assert.deepEqual(
			newWrites().filter((line) => line.startsWith('deregister')),
			[],
		);
		assert.equal(controller.state.brake, undefined);
	});

	test('wait 5 s more when the pass 5 s later wants others', async (t) => {
		const { time, source, newWrites } = await diedUnseen(t, 6, 4);
		source.disconnect();
		await time.advance(2_000);
		source.start(numbered(0));
		source.remove(numbered(5).id);
		await time.advance(4_000);
		assert.deepEqual(
			newWrites().filter((line) => line.startsWith('deregister')),
			[],
		);
		await time.advance(6_000);
		assert.deepEqual(
			newWrites().filter((line) => line.startsWith('deregister')),
			[1, 2, 3, 5].map((n) => `deregister u1:web-${n}:80`),
		);
	});

	test('do not hold up what starts or stops meanwhile', async (t) => {
		const { time, source, newWrites } = await diedUnseen(t, 6, 4);
		source.start(container({}));
		source.stop(numbered(5).id);
		await time.settled();
		assert.deepEqual(newWrites().toSorted(), ['deregister u1:web-5:80', 'register u1:web:80']);
	});

	test('are not carried out by an event that concerns one of them', async (t) => {
		const { time, controller, newWrites } = await diedUnseen(t, 5, 3);
		controller.queue.add(numbered(0).id);
		await time.settled();
		assert.deepEqual(newWrites(), []);
	});

	test('show as held while they are', async (t) => {
		const { controller, time } = await diedUnseen(t, 5, 3);
		const { views } = controller.state;
		assert.equal(
			views.countServices(({ held }) => held === 'mass-delete'),
			3,
		);
		await time.advance(6_000);
		assert.equal(
			views.countServices(({ held }) => held !== undefined),
			0,
		);
	});

	test('cost no question while they are held', async (t) => {
		const { calls, time, writes } = await diedUnseen(t, 5, 3);
		const gets = calls.get('get');
		await time.advance(3_500);
		assert.deepEqual([calls.get('get'), writes.length], [gets, 5]);
	});

	test('are no more to it than leftovers, which count among what is ours', async (t) => {
		const made = await world(t, { containers: some(2), ownership: { cleanup: true } });
		for (const n of [1, 2, 3, 4]) {
			const left = { ...service, id: `u1:gone-${n}:80`, checks: [] };
			await made.agent.register(left, { owner: '', engine: '', containerId: '', spec: '' }, AbortSignal.timeout(5_000));
		}
		made.controller.passes.request('tick');
		await made.time.settled();
		assert.deepEqual([made.controller.state.brake?.ids.size, made.registered().length], [4, 6]);
		await made.time.advance(6_000);
		assert.equal(made.registered().length, 2);
	});

	test('are counted with the leftovers that -cleanup would remove', async (t) => {
		const made = await diedUnseen(t, 5, 5, { ownership: { cleanup: true } });
		assert.deepEqual(made.newWrites(), []);
		await made.time.advance(5_500);
		assert.equal(made.registered().length, 0);
	});
});

suite('ends that were seen', () => {
	test('of everything at once are carried out at once', async (t) => {
		const { source, time, registered } = await world(t, { containers: some(20) });
		for (const { id } of some(20)) source.stop(id);
		await time.settled();
		assert.deepEqual(registered(), []);
	});

	test('are carried out at once though a pass comes in between', async (t) => {
		const { source, time, registered, controller } = await world(t, {
			containers: some(20),
			settings: { concurrency: 1 },
		});
		for (const { id } of some(20)) source.stop(id);
		controller.passes.request('tick');
		await time.settled();
		assert.deepEqual([registered(), controller.state.brake], [[], undefined]);
	});
});
