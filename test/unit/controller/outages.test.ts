import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RegistryError } from '../../../src/registry/registry.ts';
import { SourceError } from '../../../src/source/source.ts';
import { container, numbered, published } from './containers.ts';
import { stillWorld, unreachable, world } from './world.ts';

const web = container({});
const four = Array.from({ length: 4 }, (_, n) => numbered(n));
const dockerAway = new SourceError('unreachable', 'Docker is away');

suite('while Docker is away', () => {
	test('nothing is deregistered, whatever was last known', async (t) => {
		const { source, time, registered, newWrites } = await world(t, { containers: four });
		const before = registered();
		newWrites();
		source.fail(dockerAway);
		source.disconnect('error');
		await time.advance(120_000);
		assert.deepEqual([registered(), newWrites()], [before, []]);
	});

	test('an end that was announced is carried out all the same: it needs no answer', async (t) => {
		const { source, time, registered } = await world(t, { containers: [web] });
		source.fail(dockerAway);
		source.stop(web.id);
		await time.settled();
		assert.deepEqual(registered(), []);
	});

	test('what an unanswered question is needed for waits', async (t) => {
		const { source, time, registered, newWrites } = await world(t, { containers: [web] });
		newWrites();
		source.fail(dockerAway);
		source.rename(web.id, 'shop');
		await time.advance(10_000);
		assert.deepEqual([registered(), newWrites()], [['u1:web:80 192.0.2.10:49153'], []]);
		source.fail(undefined);
		await time.advance(20_000);
		assert.deepEqual(registered(), ['u1:shop:80 192.0.2.10:49153']);
	});

	// Seen behind a proxy that answered 429 for a moment: what started just then was registered ten minutes later.
	test('a senseless answer about one container is no reason to wait for minutes', async (t) => {
		const { source, time, registered } = await world(t, { settings: { intervalMs: 3_600_000 } });
		source.failFor(web.id, new SourceError('invalid', 'Docker answers inspect with 429'));
		source.start(web);
		await time.advance(3_000);
		assert.deepEqual(registered(), []);
		source.failFor(web.id, undefined);
		await time.advance(10_000);
		assert.deepEqual(registered(), ['u1:web:80 192.0.2.10:49153']);
	});

	test('what happened meanwhile is made good on its return', async (t) => {
		const { source, time, registered } = await world(t, { containers: four });
		source.disconnect('end');
		source.fail(dockerAway);
		source.start(web);
		source.stop(numbered(0).id);
		source.update(numbered(1).id, 'x', { ports: published(80, 50_000) });
		await time.advance(5_000);
		source.fail(undefined);
		source.connect();
		await time.advance(1_000);
		assert.deepEqual(registered(), [
			'u1:web-1:80 192.0.2.10:50000',
			'u1:web-2:80 192.0.2.10:40002',
			'u1:web-3:80 192.0.2.10:40003',
			'u1:web:80 192.0.2.10:49153',
		]);
	});

	test('at the start, the daemon waits, and begins when it is there', async (t) => {
		const { source, time, controller, registered, log } = await stillWorld(t, { containers: [web] });
		source.fail(dockerAway);
		controller.start();
		await time.advance(60_000);
		assert.deepEqual(
			[registered(), controller.docker.error, controller.state.hasListed],
			[[], 'Docker is away', false],
		);
		assert.deepEqual(log.said('warn'), ['Docker is away; trying again']);
		source.fail(undefined);
		await time.advance(20_000);
		assert.deepEqual([registered().length, controller.docker.error], [1, undefined]);
		assert.deepEqual(
			log.said('info').filter((line) => line.includes('answers again')),
			['Docker answers again'],
		);
	});
});

suite('while Consul is away', () => {
	test('everything waits, and is done on its return', async (t) => {
		const { source, time, trouble, registered, log } = await world(t, { containers: four });
		trouble.all = unreachable;
		source.start(web);
		source.stop(numbered(0).id);
		await time.advance(60_000);
		assert.equal(registered().length, 4);
		trouble.all = undefined;
		await time.advance(20_000);
		assert.deepEqual(registered(), [
			'u1:web-1:80 192.0.2.10:40001',
			'u1:web-2:80 192.0.2.10:40002',
			'u1:web-3:80 192.0.2.10:40003',
			'u1:web:80 192.0.2.10:49153',
		]);
		assert.deepEqual(
			log.said('warn').filter((line) => line.includes('away')),
			['Consul is away; trying again'],
		);
	});

	test('the first success after it puts an end to all waiting', async (t) => {
		const { source, time, trouble, registered } = await world(t, { settings: { intervalMs: 0 } });
		trouble.all = unreachable;
		for (const given of four) source.start(given);
		await time.advance(300_000, 500);
		trouble.all = undefined;
		source.start(web);
		await time.advance(1_000);
		assert.equal(registered().length, 5);
	});

	test('at the start, the daemon waits, and begins when it is there', async (t) => {
		const { time, trouble, controller, registered } = await stillWorld(t, { containers: [web] });
		trouble.all = unreachable;
		controller.start();
		await time.advance(60_000);
		assert.equal(controller.consul.error, 'Consul is away');
		trouble.all = undefined;
		await time.advance(20_000);
		assert.deepEqual([registered().length, controller.consul.error], [1, undefined]);
	});

	test('it is asked no more often than every 15 s by passes', async (t) => {
		const { time, trouble, calls } = await world(t, { containers: [web] });
		trouble.all = unreachable;
		await time.advance(120_000);
		const before = calls.get('list') ?? 0;
		await time.advance(600_000);
		const passes = (calls.get('list') ?? 0) - before;
		assert.ok(passes >= 40 && passes <= 80, `${passes} passes in ten minutes`);
	});
});

suite('a service that the agent refuses', () => {
	for (const [errorClass, mostAttempts] of [
		['forbidden', 5],
		['invalid', 5],
		['unavailable', 45],
		['throttled', 45],
	] as const)
		test(`as ${errorClass} is tried again with patience, and nothing else suffers`, async (t) => {
			const { time, trouble, calls, writes, registered, log } = await stillWorld(t, {
				containers: [web, ...four],
			}).then(async (made) => {
				made.trouble.writes.set('u1:web:80', new RegistryError(errorClass, 'no'));
				made.controller.start();
				await made.time.advance(1_000);
				return made;
			});
			assert.equal(registered().length, 4);
			await time.advance(1_800_000, 500);
			const attempts = writes.filter((it) => it === 'register u1:web:80').length;
			assert.ok(attempts <= mostAttempts, `${attempts} attempts in half an hour`);
			assert.ok((calls.get('list') ?? 0) < 80, `${calls.get('list')} passes in half an hour`);
			assert.equal(writes.length - attempts, 4);
			assert.equal(log.said('warn').length, 1);
			trouble.writes.clear();
			await time.advance(720_000, 500);
			assert.equal(registered().length, 5);
		});

	test('does not hold up what comes after it', async (t) => {
		const { source, time, trouble, registered } = await world(t, { settings: { concurrency: 1 } });
		trouble.writes.set('u1:web:80', new RegistryError('unavailable', 'no'));
		source.start(web);
		for (const given of four) source.start(given);
		await time.settled();
		assert.equal(registered().length, 4);
	});

	test('keeps the entry of its former name until the new one is there', async (t) => {
		const { source, time, trouble, registered } = await world(t, { containers: [web] });
		trouble.writes.set('u1:shop:80', new RegistryError('unavailable', 'no'));
		source.rename(web.id, 'shop');
		await time.advance(5_000);
		assert.deepEqual(registered(), ['u1:web:80 192.0.2.10:49153']);
		trouble.writes.clear();
		await time.advance(20_000);
		assert.deepEqual(registered(), ['u1:shop:80 192.0.2.10:49153']);
	});
});
