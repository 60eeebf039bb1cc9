import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Registration, Stamp } from '../../../src/model.ts';
import { stamp } from '../plan/samples.ts';
import { container, numbered } from './containers.ts';
import { type World, world } from './world.ts';

const web = container({});
const soon = (): AbortSignal => AbortSignal.timeout(5_000);

/** A running daemon with the service of one container, seen by the watch. */
const settledWorld = async (...[t, options]: Parameters<typeof world>): Promise<World> => {
	const made = await world(t, { containers: [web], ...options });
	await made.time.advance(3_000);
	made.newWrites();
	return made;
};

/** Somebody else changes an entry, and leaves its stamp alone unless told otherwise. */
async function edit({ agent, entry }: World, change: Partial<Registration>, its: Partial<Stamp> = {}): Promise<void> {
	const before = entry('u1:web:80');
	if (before?.stamp === undefined) throw new Error('there is nothing of ours to edit');
	const service = { ...before, ...change, labelledId: false, checks: [] };
	await agent.register(service, { ...before.stamp, ...its }, soon());
}

suite('what somebody else does to an entry of ours', () => {
	test('a deregistration is undone at once, by one write', async (t) => {
		const made = await settledWorld(t);
		await made.agent.deregister('u1:web:80', soon());
		await made.time.settled();
		assert.deepEqual(made.registered(), ['u1:web:80 192.0.2.10:49153']);
		await made.time.advance(60_000);
		assert.deepEqual(made.newWrites(), ['register u1:web:80']);
	});

	const edits: readonly [sentence: string, change: Partial<Registration>][] = [
		['a port', { port: 81 }],
		['an address', { address: '192.0.2.66' }],
		['tags', { tags: ['theirs'] }],
		['pairs of Meta', { meta: { theirs: 'x' } }],
		['weights', { weights: { passing: 10, warning: 1 } }],
	];
	for (const [sentence, change] of edits)
		test(`an edit is undone at once, by one write: ${sentence}`, async (t) => {
			const made = await settledWorld(t);
			const before = made.entry('u1:web:80');
			await edit(made, change);
			await made.time.settled();
			assert.deepEqual(made.entry('u1:web:80'), before);
			await made.time.advance(60_000);
			assert.deepEqual(made.newWrites(), ['register u1:web:80']);
		});

	test('an edit right after our own write is undone once the watch can be trusted', async (t) => {
		const made = await world(t, { containers: [web] });
		made.source.stop(web.id);
		made.source.start({ id: web.id });
		await made.time.settled();
		await edit(made, { port: 81 });
		await made.time.advance(2_100);
		assert.deepEqual(made.registered(), ['u1:web:80 192.0.2.10:49153']);
	});

	test('our stamp taken off is put back, and the entry goes with its container all the same', async (t) => {
		const made = await settledWorld(t);
		const { agent, entry, source, time } = made;
		const bare = entry('u1:web:80');
		await edit(made, {}, { owner: '' });
		assert.equal(entry('u1:web:80')?.stamp, undefined);
		source.stop(web.id);
		await time.settled();
		assert.deepEqual(agent.snapshot().registrations, []);
		source.start({ id: web.id });
		await time.settled();
		assert.deepEqual(entry('u1:web:80'), bare);
		await time.advance(3_000);
		made.newWrites();
		await edit(made, {}, { owner: '' });
		await time.settled();
		assert.deepEqual([entry('u1:web:80'), made.newWrites()], [bare, ['register u1:web:80']]);
	});

	test('our entry given to another owner is left to that one, and told as a conflict', async (t) => {
		const made = await settledWorld(t);
		await edit(made, { port: 81 }, { owner: 'u2' });
		await made.time.advance(60_000);
		assert.deepEqual([made.registered(), made.newWrites()], [['u1:web:80 192.0.2.10:81'], []]);
		assert.deepEqual(made.controller.state.views.get(web.id)?.services[0]?.state, 'conflict');
		made.source.stop(web.id);
		await made.time.advance(60_000);
		assert.deepEqual([made.registered(), made.newWrites()], [['u1:web:80 192.0.2.10:81'], []]);
	});

	test('an entry with our owner that nobody wants, put there, goes', async (t) => {
		const made = await settledWorld(t);
		const before = made.entry('u1:web:80');
		assert.ok(before?.stamp);
		const ghost = { ...before, id: 'u1:ghost:80', labelledId: false, checks: [] };
		await made.agent.register(ghost, { ...before.stamp, containerId: 'f'.repeat(64) }, soon());
		await made.time.advance(2_000);
		assert.deepEqual(made.registered(), ['u1:web:80 192.0.2.10:49153']);
		assert.deepEqual(made.newWrites(), ['deregister u1:ghost:80']);
	});

	test('an entry of somebody else’s is not even looked at', async (t) => {
		const made = await settledWorld(t);
		const before = made.entry('u1:web:80');
		assert.ok(before?.stamp);
		const theirs = { ...before, id: 'u2:web:80', labelledId: false, checks: [] };
		const gets = made.calls.get('get');
		await made.agent.register(theirs, { ...stamp, owner: 'u2' }, soon());
		await made.time.advance(120_000);
		assert.deepEqual([made.newWrites(), made.calls.get('get'), made.registered().length], [[], gets, 2]);
	});

	test('everything wiped is put back, by one write each', async (t) => {
		const containers = Array.from({ length: 20 }, (_, n) => numbered(n));
		const made = await settledWorld(t, { containers });
		const before = made.registered();
		for (const { id } of made.agent.snapshot().registrations) await made.agent.deregister(id, soon());
		await made.time.advance(5_000);
		assert.deepEqual(made.registered(), before);
		assert.equal(made.newWrites().length, 20);
	});

	test('what was done while no daemon ran is repaired at its start', async (t) => {
		const made = await settledWorld(t);
		await made.controller.stop();
		await made.agent.deregister('u1:web:80', soon());
		await made.restart();
		assert.deepEqual(made.newWrites(), ['register u1:web:80']);
	});

	const unseen: readonly [sentence: string, hurt: (made: World) => Promise<void>][] = [
		['a deregistration', ({ agent }) => agent.deregister('u1:web:80', soon())],
		['an edit', (made) => edit(made, { port: 81 })],
		['a stamp taken off', (made) => edit(made, {}, { owner: '' })],
	];
	for (const [sentence, hurt] of unseen)
		test(`what the watch does not show is repaired by the next pass, by one write: ${sentence}`, async (t) => {
			const made = await settledWorld(t, { isBlind: true });
			const before = made.entry('u1:web:80');
			await hurt(made);
			await made.time.advance(33_000);
			assert.deepEqual([made.entry('u1:web:80'), made.newWrites()], [before, ['register u1:web:80']]);
			await made.time.advance(70_000);
			assert.deepEqual(made.newWrites(), []);
		});
});
