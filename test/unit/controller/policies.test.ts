import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { container, numbered, published } from './containers.ts';
import { world } from './world.ts';

const web = container({});

suite('-deregister on-success', () => {
	const onSuccess = { settings: { deregister: 'on-success' as const } };
	const rows: readonly [sentence: string, exitCode: number, isKept: boolean][] = [
		['keeps the service of a container that failed', 1, true],
		['keeps it after a crash', 139, true],
		['lets go of one that succeeded', 0, false],
		['lets go of one that was stopped', 143, false],
	];
	for (const [sentence, exitCode, isKept] of rows)
		test(sentence, async (t) => {
			const { source, time, registered } = await world(t, { containers: [web], ...onSuccess });
			source.stop(web.id, exitCode);
			await time.advance(120_000);
			assert.equal(registered().length, Number(isKept));
		});

	test('lets go of a failed one once the container is removed', async (t) => {
		const { source, time, registered } = await world(t, { containers: [web], ...onSuccess });
		source.stop(web.id, 1);
		await time.settled();
		source.remove(web.id);
		await time.settled();
		assert.deepEqual(registered(), []);
	});

	test('has the service of a failed one again when it starts again, by one write if something changed', async (t) => {
		const { source, time, registered, newWrites } = await world(t, { containers: [web], ...onSuccess });
		newWrites();
		source.stop(web.id, 1);
		await time.settled();
		source.start({ id: web.id, ports: published(80, 50_000) });
		await time.settled();
		assert.deepEqual([registered(), newWrites()], [['u1:web:80 192.0.2.10:50000'], ['register u1:web:80']]);
	});

	test('keeps them over passes and restarts, without taking them for a mass delete', async (t) => {
		const containers = Array.from({ length: 6 }, (_, n) => numbered(n));
		const made = await world(t, { containers, ...onSuccess });
		for (const { id } of containers.slice(0, 5)) made.source.stop(id, 1);
		await made.time.settled();
		await made.restart();
		const { log, controller, time, registered, newWrites } = made;
		newWrites();
		await time.advance(120_000);
		assert.deepEqual([registered().length, newWrites(), controller.state.brake], [6, [], undefined]);
		assert.deepEqual(
			log.said('warn').filter((line) => line.includes('more than half')),
			[],
		);
		assert.equal(
			controller.state.views.countServices(({ held }) => held === 'policy'),
			5,
		);
		const drifts = log.metrics.count('reconsul_resync_total', { result: 'drift' });
		await time.advance(120_000);
		assert.equal(log.metrics.count('reconsul_resync_total', { result: 'drift' }), drifts);
	});

	test('lets go of those that failed and were removed while no daemon ran', async (t) => {
		const made = await world(t, { containers: [web], ...onSuccess });
		made.source.stop(web.id, 1);
		await made.controller.stop();
		made.source.remove(web.id);
		await made.restart();
		assert.deepEqual(made.registered(), []);
	});
});

suite('--policy=upsert-only', () => {
	const upsertOnly = { settings: { policy: 'upsert-only' as const } };

	test('registers and repairs, and never deregisters', async (t) => {
		const { source, time, registered, newWrites, controller } = await world(t, { containers: [web], ...upsertOnly });
		source.stop(web.id);
		await time.settled();
		source.remove(web.id);
		await time.advance(120_000);
		assert.deepEqual([registered(), newWrites()], [['u1:web:80 192.0.2.10:49153'], ['register u1:web:80']]);
		assert.equal(
			controller.state.views.countServices(({ held }) => held === 'policy'),
			1,
		);
	});

	test('holds any number without taking them for a mass delete', async (t) => {
		const containers = Array.from({ length: 8 }, (_, n) => numbered(n));
		const made = await world(t, { containers, ...upsertOnly });
		for (const { id } of containers) made.source.remove(id);
		await made.restart();
		await made.time.advance(60_000);
		assert.deepEqual([made.registered().length, made.controller.state.brake], [8, undefined]);
	});
});

suite('what a container does not want', () => {
	const rows: readonly [
		sentence: string,
		labels: Readonly<Record<string, string>>,
		derive: object,
		services: number,
	][] = [
		['is no service: SERVICE_IGNORE', { SERVICE_IGNORE: 'true' }, {}, 0],
		['is no service under -explicit without a name', {}, { explicit: true }, 0],
		['is one under -explicit with a name', { SERVICE_NAME: 'shop' }, { explicit: true }, 1],
	];
	for (const [sentence, labels, derive, services] of rows)
		test(sentence, async (t) => {
			const { registered } = await world(t, { containers: [container({ labels })], derive });
			assert.equal(registered().length, services);
		});

	test('any more goes at once, the rest stays', async (t) => {
		const ports = { ...published(80, 49_153), ...published(81, 49_154) };
		const { source, time, registered, newWrites } = await world(t, {
			containers: [container({ exposed: ['80/tcp', '81/tcp'], ports })],
		});
		newWrites();
		source.update(web.id, 'rename', { labels: { SERVICE_81_IGNORE: 'true' } });
		await time.settled();
		assert.deepEqual([registered(), newWrites()], [['u1:web:80 192.0.2.10:49153'], ['deregister u1:web:81']]);
	});

	test('stays registered while its address is in doubt', async (t) => {
		let addresses = ['192.0.2.10'];
		const silent = { resolve: async () => addresses };
		const made = await world(t, { containers: [web], host: silent });
		addresses = [];
		made.agent.advertisedAddress = async () => {
			throw new Error('no right to it');
		};
		await made.restart();
		await made.time.advance(120_000);
		assert.deepEqual(made.registered(), ['u1:web:80 192.0.2.10:49153']);
		assert.equal(
			made.controller.state.views.countServices(({ held }) => held === 'in-doubt'),
			1,
		);
		assert.deepEqual(made.writes, ['register u1:web:80']);
	});
});
