import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { container } from './containers.ts';
import { type World, world } from './world.ts';

const beaten = container({ labels: { 'reconsul.check.alive.ttl': '30s', 'reconsul.check.alive.heartbeat': 'true' } });
const statuses = ({ agent }: World): readonly string[] =>
	agent.snapshot().checks.map(({ id, status }) => `${id} ${status}`);

suite('a TTL check that a label hands to us', () => {
	test('passes from the start, and is reported three times in its TTL', async (t) => {
		const made = await world(t, { containers: [beaten] });
		assert.deepEqual(statuses(made), ['reconsul:u1:web:80:alive passing']);
		made.newWrites();
		await made.time.advance(60_000, 250);
		assert.deepEqual([made.calls.get('heartbeat'), made.newWrites()], [7, []]);
	});

	test('is reported as soon as a later daemon sees it', async (t) => {
		const made = await world(t, { containers: [beaten] });
		assert.equal(made.calls.get('heartbeat'), 1);
		await made.restart();
		assert.equal(made.calls.get('heartbeat'), 2);
	});

	test('is not reported when its container has ended, nor when the daemon has', async (t) => {
		const made = await world(t, { containers: [beaten] });
		made.source.stop(beaten.id);
		await made.time.advance(1_000, 250);
		const before = made.calls.get('heartbeat');
		await made.time.advance(60_000, 250);
		assert.equal(made.calls.get('heartbeat'), before);
		made.source.start(beaten);
		await made.time.advance(1_000, 250);
		await made.controller.stop();
		const last = made.calls.get('heartbeat');
		await made.time.advance(60_000, 250);
		assert.equal(made.calls.get('heartbeat'), last);
	});

	test('is looked at when the agent does not know it', async (t) => {
		const made = await world(t, { containers: [beaten] });
		await made.agent.deregister('u1:web:80', AbortSignal.timeout(5_000));
		await made.time.advance(15_000, 250);
		assert.deepEqual(statuses(made), ['reconsul:u1:web:80:alive passing']);
	});

	test('is the application’s unless a label says otherwise', async (t) => {
		const labels = { 'reconsul.check.alive.ttl': '30s', SERVICE_CHECK_TTL: '30s' };
		const made = await world(t, { containers: [container({ labels })] });
		await made.time.advance(60_000, 250);
		assert.equal(made.calls.get('heartbeat'), undefined);
		assert.deepEqual(statuses(made), ['reconsul:u1:web:80:alive critical', 'service:u1:web:80 critical']);
	});
});
