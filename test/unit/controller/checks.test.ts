import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { container } from './containers.ts';
import { stillWorld, unreachable, type World, world } from './world.ts';

const soon = (): AbortSignal => AbortSignal.timeout(5_000);
const statuses = ({ agent }: World): readonly string[] =>
	agent.snapshot().checks.map(({ id, status }) => `${id} ${status}`);
const minutes = (n: number): number => n * 60_000;

suite('a script check that the agent forbids', () => {
	const scripted = container({ labels: { SERVICE_CHECK_SCRIPT: 'true' } });
	const beginning = async (...[t, options]: Parameters<typeof world>): Promise<World> => {
		const made = await stillWorld(t, { containers: [scripted], agent: { scripts: true }, ...options });
		made.trouble.forbidsScripts = true;
		made.controller.start();
		await made.time.advance(1_000);
		return made;
	};

	test('is left out, and the service registered, with one warning', async (t) => {
		const made = await beginning(t);
		assert.deepEqual([made.registered().length, statuses(made)], [1, []]);
		await made.time.advance(minutes(9));
		assert.deepEqual(made.writes, ['register u1:web:80', 'register u1:web:80']);
		assert.deepEqual(made.log.said('warn'), [
			'its script check is left out: this Consul agent forbids them (set enable_script_checks there)',
		]);
	});

	test('is tried again every ten minutes, and nothing is said while it is forbidden', async (t) => {
		const made = await beginning(t);
		made.newWrites();
		await made.time.advance(minutes(31), 250);
		assert.deepEqual([made.newWrites().length, statuses(made), made.log.said('warn', 'error').length], [3, [], 1]);
	});

	test('is there once the agent allows it', async (t) => {
		const made = await beginning(t);
		made.trouble.forbidsScripts = false;
		await made.time.advance(minutes(11), 250);
		assert.deepEqual(statuses(made), ['service:u1:web:80 critical']);
		made.newWrites();
		await made.time.advance(minutes(30), 250);
		assert.deepEqual(made.newWrites(), []);
	});

	test('is there at once when the service is written for another reason', async (t) => {
		const made = await beginning(t);
		made.trouble.forbidsScripts = false;
		await made.agent.deregister('u1:web:80', soon());
		await made.time.advance(5_000);
		assert.deepEqual(statuses(made), ['service:u1:web:80 critical']);
	});

	test('is not asked for again when its container is gone', async (t) => {
		const made = await beginning(t);
		made.source.remove(scripted.id);
		await made.time.settled();
		made.newWrites();
		await made.time.advance(minutes(11), 250);
		assert.deepEqual([made.newWrites(), made.registered()], [[], []]);
	});
});

suite('-ttl', () => {
	const beating = { derive: { ttlSeconds: 30, ttlRefreshMs: 10_000 } };
	const web = container({});

	test('adds a check that passes from the start, and is kept so', async (t) => {
		const made = await world(t, { containers: [web], ...beating });
		assert.deepEqual(statuses(made), ['reconsul:u1:web:80:ttl passing']);
		made.newWrites();
		await made.time.advance(60_000);
		// Once at once, once at a random point of the first period, and then once in each.
		const beats = made.calls.get('heartbeat') ?? 0;
		assert.ok(beats >= 6 && beats <= 8, String(beats));
		assert.deepEqual(made.newWrites(), []);
	});

	test('is beaten for what an earlier daemon registered, too', async (t) => {
		const made = await world(t, { containers: [web], ...beating });
		await made.restart();
		const before = made.calls.get('heartbeat') ?? 0;
		await made.time.advance(30_000);
		assert.ok((made.calls.get('heartbeat') ?? 0) >= before + 2);
	});

	test('a service that went is put back because its heart stood still', async (t) => {
		const made = await world(t, {
			containers: [web],
			...beating,
			isBlind: true,
			settings: { intervalMs: 0 },
		});
		await made.agent.deregister('u1:web:80', soon());
		await made.time.advance(12_000);
		assert.deepEqual(statuses(made), ['reconsul:u1:web:80:ttl passing']);
	});

	for (const [sentence, settings] of [
		['-deregister on-success', { deregister: 'on-success' }],
		['--policy=upsert-only', { policy: 'upsert-only' }],
	] as const)
		test(`is not beaten for a stopped container whose service stays: ${sentence}`, async (t) => {
			const made = await world(t, { containers: [web], ...beating, settings });
			made.source.stop(web.id, 1);
			await made.time.settled();
			const before = made.calls.get('heartbeat');
			await made.time.advance(120_000);
			assert.deepEqual([made.registered().length, made.calls.get('heartbeat')], [1, before]);
			made.source.start({ id: web.id });
			await made.time.advance(20_000);
			assert.ok((made.calls.get('heartbeat') ?? 0) > (before ?? 0));
		});

	test('is not beaten for an entry that another owner has taken', async (t) => {
		const made = await world(t, { containers: [web], ...beating });
		const before = made.entry('u1:web:80');
		assert.ok(before?.stamp);
		await made.time.advance(3_000);
		const theirs = { ...before, labelledId: false, checks: [] };
		await made.agent.register(theirs, { ...before.stamp, owner: 'u2' }, soon());
		await made.time.settled();
		const beats = made.calls.get('heartbeat');
		await made.time.advance(60_000);
		assert.equal(made.calls.get('heartbeat'), beats);
	});

	test('is not beaten for a container that was found stopped by a pass', async (t) => {
		const made = await world(t, {
			containers: [web],
			...beating,
			settings: { policy: 'upsert-only' },
		});
		made.source.disconnect();
		made.source.stop(web.id);
		await made.time.advance(35_000);
		const before = made.calls.get('heartbeat');
		await made.time.advance(60_000);
		assert.deepEqual([made.registered().length, made.calls.get('heartbeat')], [1, before]);
	});
});

suite('a service that Consul itself removed, because it was critical for too long', () => {
	const reaped = container({
		labels: {
			SERVICE_CHECK_TCP: 'true',
			SERVICE_CHECK_DEREGISTER_AFTER: '10m',
			SERVICE_CHECK_INITIAL_STATUS: 'passing',
		},
	});
	const critical = ['service:u1:web:80 critical'];
	const beginning = async (...[t]: Parameters<typeof world>): Promise<World> => {
		const made = await world(t, { containers: [reaped] });
		await made.time.advance(3_000);
		assert.deepEqual(statuses(made), ['service:u1:web:80 passing']);
		await made.agent.deregister('u1:web:80', soon());
		return made;
	};

	test('is put back at once the first time, critical', async (t) => {
		const made = await beginning(t);
		await made.time.settled();
		assert.deepEqual(statuses(made), critical);
	});

	test('is put back the second time when the period is over', async (t) => {
		const made = await beginning(t);
		await made.time.advance(5_000);
		await made.agent.deregister('u1:web:80', soon());
		await made.time.advance(minutes(9), 250);
		assert.deepEqual(statuses(made), []);
		await made.time.advance(minutes(1), 250);
		assert.deepEqual(statuses(made), critical);
	});

	test('does not lose its turn to an agent that did not answer', async (t) => {
		const made = await world(t, { containers: [reaped] });
		await made.time.advance(3_000);
		made.trouble.writes.set('u1:web:80', unreachable);
		await made.agent.deregister('u1:web:80', soon());
		await made.time.advance(500);
		made.trouble.writes.clear();
		await made.time.advance(5_000);
		assert.deepEqual(statuses(made), critical);
	});

	test('is put back as it was wanted when its container starts anew', async (t) => {
		const made = await beginning(t);
		await made.time.settled();
		made.source.stop(reaped.id);
		made.source.start({ id: reaped.id });
		await made.time.settled();
		made.source.stop(reaped.id);
		await made.time.settled();
		made.source.start({ id: reaped.id });
		await made.time.settled();
		assert.deepEqual(statuses(made), ['service:u1:web:80 passing']);
	});
});
