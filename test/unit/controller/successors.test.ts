import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Container } from '../../../src/model.ts';
import { containerId } from '../plan/samples.ts';
import { container, numbered, published } from './containers.ts';
import { unreachable, type World, world } from './world.ts';

/** The nth container anew: the same name, another id and another port. */
const successor = (n: number): Partial<Container> => ({
	...numbered(n),
	id: containerId(`${n}`.padStart(4, '0').concat('e')),
	createdAt: '2026-08-02T09:00:00Z',
	ports: published(80, 50_000 + n),
});

/** So many containers are registered, the daemon ends, and meanwhile each is made anew. */
async function recreated(t: Parameters<typeof world>[0], count: number): Promise<World> {
	const numbers = Array.from({ length: count }, (_, n) => n);
	const made = await world(t, { containers: numbers.map((n) => numbered(n)) });
	await made.controller.stop();
	made.newWrites();
	for (const n of numbers) {
		made.source.remove(numbered(n).id);
		made.source.start(successor(n));
	}
	return made;
}

suite('a container made anew under the same name while the daemon was down', () => {
	for (const deregister of ['always', 'on-success'] as const)
		test(`is registered over the entry of the old one, by one write (${deregister})`, async (t) => {
			const made = await recreated(t, 1);
			await made.restart({ settings: { deregister } });
			assert.deepEqual(made.newWrites(), ['register u1:web-0:80']);
			assert.deepEqual(made.registered(), ['u1:web-0:80 192.0.2.10:50000']);
			await made.time.advance(60_000);
			assert.deepEqual(made.newWrites(), []);
		});

	test('is no delete to the brake, however many there are', async (t) => {
		const made = await recreated(t, 6);
		await made.restart();
		assert.equal(made.newWrites().filter((write) => write.startsWith('register')).length, 6);
		assert.equal(made.controller.state.brake, undefined);
		assert.deepEqual(
			made.log.said('warn').filter((message) => message.includes('would go at once')),
			[],
		);
		const states = [...made.controller.state.views.all()].flatMap(({ services }) => services.map(({ state }) => state));
		assert.deepEqual(
			states,
			Array.from({ length: 6 }, () => 'registered'),
		);
	});

	test('is waited for, though it is just starting and its inspect takes its time', async (t) => {
		const made = await recreated(t, 1);
		made.source.remove(successor(0).id ?? '');
		const { promise: read, resolve } = Promise.withResolvers<void>();
		const { get } = made.source;
		Object.assign(made.source, {
			get: async (...args: Parameters<typeof get>) => {
				if (args[0] === successor(0).id) await read;
				return get(...args);
			},
		});
		made.controller = made.another();
		made.controller.start();
		made.source.start(successor(0));
		await made.time.advance(1_000);
		// A daemon that waits for this answer could not be stopped.
		resolve();
		await made.time.advance(1_000);
		assert.deepEqual(made.newWrites(), ['register u1:web-0:80']);
	});

	test('that ends before it could take the entry over leaves nothing behind', async (t) => {
		const made = await recreated(t, 1);
		made.trouble.writes.set('u1:web-0:80', unreachable);
		await made.restart();
		made.trouble.writes.clear();
		made.source.remove(successor(0).id ?? '');
		await made.time.advance(1_000);
		assert.deepEqual(made.registered(), []);
	});

	test('under another id by label: the old entry goes, after the new one has come', async (t) => {
		const made = await world(t, { containers: [container({})] });
		await made.controller.stop();
		made.newWrites();
		made.source.remove(container({}).id);
		made.source.start(container({ id: containerId('b'), labels: { SERVICE_ID: 'mine' } }));
		await made.restart();
		assert.deepEqual(made.newWrites().toSorted(), ['deregister u1:web:80', 'register mine']);
	});
});
