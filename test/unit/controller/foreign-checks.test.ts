import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RegistryError } from '../../../src/registry/registry.ts';
import { container, numbered } from './containers.ts';
import { type World, world } from './world.ts';

const minutes = (n: number): number => n * 60_000;
const main = 'service:u1:web:80';
const checks = ({ agent }: World): readonly string[] => agent.snapshot().checks.map(({ id }) => id);
const checked = container({ labels: { SERVICE_CHECK_TCP: 'true', 'reconsul.check.beat.ttl': '1h' } });
const all = ['reconsul:u1:web:80:beat', main];

suite('checks that somebody else removes', () => {
	test('are back by the next pass, with one write', async (t) => {
		const made = await world(t, { containers: [checked, numbered(1)] });
		made.newWrites();
		for (const id of all) made.agent.detachCheck(id);
		await made.time.advance(34_000, 250);
		assert.deepEqual([checks(made), made.newWrites()], [all, ['register u1:web:80']]);
		assert.equal(made.log.metrics.count('reconsul_drift_total', { field: 'checks' }), 1);
		await made.time.advance(minutes(5), 250);
		assert.deepEqual(made.newWrites(), []);
	});

	test('are back also where an earlier daemon had registered them', async (t) => {
		const made = await world(t, { containers: [checked] });
		await made.controller.stop();
		made.agent.detachCheck(main);
		made.newWrites();
		await made.restart();
		assert.deepEqual([checks(made), made.newWrites()], [all, ['register u1:web:80']]);
	});

	test('are read once more before anything is written', async (t) => {
		const made = await world(t, { containers: [checked] });
		const before = made.agent.snapshot().checks;
		made.newWrites();
		for (const { id } of before) made.agent.detachCheck(id);
		// Found missing by the list and there by the time that its key is looked at.
		const list = made.agent.checks;
		made.agent.checks = async (signal, id) => {
			const answer = await list(signal, id);
			if (id === undefined) for (const check of before) made.agent.attachCheck(check);
			return answer;
		};
		await made.time.advance(34_000, 250);
		assert.deepEqual([checks(made), made.newWrites()], [all, []]);
	});

	test('are put back five times at once, then one at a time, where somebody goes on', async (t) => {
		const made = await world(t, { containers: [checked] });
		made.newWrites();
		for (let pass = 0; pass < 40; pass += 1) {
			made.agent.detachCheck(main);
			await made.time.advance(33_000, 250);
		}
		// 22 minutes: five, and one for each of them.
		const { length } = made.newWrites();
		assert.ok(length > 10 && length <= 28, String(length));
	});

	test('other people’s checks and maintenance are left alone', async (t) => {
		const made = await world(t, { containers: [checked] });
		const theirs = { serviceId: 'u1:web:80', name: 'theirs', status: 'critical', isTtl: false };
		made.agent.attachCheck({ ...theirs, id: 'theirs' });
		made.agent.attachCheck({ ...theirs, id: '_service_maintenance:u1:web:80' });
		made.newWrites();
		await made.time.advance(minutes(2), 250);
		assert.deepEqual(made.newWrites(), []);
		made.agent.detachCheck(main);
		await made.time.advance(34_000, 250);
		assert.deepEqual(checks(made), ['_service_maintenance:u1:web:80', ...all, 'theirs']);
	});
});

suite('passes and checks', () => {
	test('a check that an interrupted write left behind goes', async (t) => {
		const made = await world(t, { containers: [checked] });
		const old = { id: 'reconsul:u1:web:80:old', serviceId: 'u1:web:80', name: 'old', status: 'critical', isTtl: false };
		made.agent.attachCheck(old);
		await made.time.advance(34_000, 250);
		assert.deepEqual(checks(made), all);
	});

	test('cost one call, and none but the first where no check is wanted', async (t) => {
		const made = await world(t, { containers: [numbered(1)] });
		await made.time.advance(minutes(3), 250);
		assert.equal(made.calls.get('checks'), 1);
		made.source.start(checked);
		await made.time.settled();
		const before = made.calls.get('list') ?? 0;
		await made.time.advance(minutes(3), 250);
		assert.equal((made.calls.get('checks') ?? 0) - 1, (made.calls.get('list') ?? 0) - before);
	});

	test('an agent that does not tell of its checks gets no writes for them', async (t) => {
		const made = await world(t, { containers: [checked] });
		made.agent.checks = async () => {
			throw new RegistryError('forbidden', 'GET /v1/agent/checks: 403');
		};
		made.newWrites();
		await made.time.advance(minutes(2), 250);
		assert.deepEqual([made.newWrites(), made.controller.passes.error], [[], undefined]);
	});
});

suite('a check that was refused to an earlier daemon', () => {
	const scripted = container({ labels: { SERVICE_CHECK_SCRIPT: 'true', 'reconsul.check.beat.ttl': '1h' } });
	const restarted = async (...[t]: Parameters<typeof world>): Promise<World> => {
		const made = await world(t, { containers: [scripted] });
		assert.deepEqual(checks(made), all.slice(0, 1));
		made.newWrites();
		await made.restart();
		return made;
	};

	test('is not tried again at the start, nor for ten minutes', async (t) => {
		const made = await restarted(t);
		await made.time.advance(minutes(9), 250);
		assert.deepEqual(made.newWrites(), []);
	});

	test('is tried again after that, and every ten minutes while it is refused', async (t) => {
		const made = await restarted(t);
		const before = made.agent.snapshot();
		await made.time.advance(minutes(32), 250);
		assert.deepEqual([made.newWrites().length, made.agent.snapshot()], [3, before]);
	});

	test('does not hide that another is missing', async (t) => {
		const made = await world(t, { containers: [scripted] });
		await made.controller.stop();
		made.agent.detachCheck('reconsul:u1:web:80:beat');
		await made.restart();
		assert.deepEqual(checks(made), ['reconsul:u1:web:80:beat']);
	});
});
