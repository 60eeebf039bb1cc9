import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { container } from './containers.ts';
import { type WorldOptions, world } from './world.ts';

const web = container({ startedAt: '1969-12-31T00:00:00Z' });
const draining: WorldOptions = {
	containers: [web],
	derive: {
		traffic: {
			dockerHealth: true,
			register: 'running',
			drain: 'maintenance',
			pause: 'maintenance',
			drainTimeoutMs: 600_000,
			healthStarting: 'critical',
			healthTtlMs: 0,
		},
	},
};

/** Docker holds a container's lock while it takes its networks down, which it begins before it tells of the end. */
suite('an end that comes while Docker is asked about the signal', () => {
	test('is dealt with before Docker has answered', async (t) => {
		const { source, time, registered } = await world(t, draining);
		const { promise, resolve } = Promise.withResolvers<undefined>();
		t.mock.method(source, 'get', () => promise);
		source.update(web.id, 'kill', {}, { signal: '15' });
		await time.settled();
		assert.equal(registered().length, 1);
		source.stop(web.id);
		await time.settled();
		assert.deepEqual(registered(), []);
		resolve(undefined);
	});

	test('waits for the answer where that has the exit code that decides', async (t) => {
		const { source, time, registered } = await world(t, { ...draining, settings: { deregister: 'on-success' } });
		const { promise, resolve } = Promise.withResolvers<typeof web>();
		t.mock.method(source, 'get', () => promise);
		source.update(web.id, 'kill', {}, { signal: '15' });
		await time.settled();
		source.stop(web.id);
		await time.settled();
		assert.equal(registered().length, 1);
		resolve({ ...web, running: false, exitCode: 0 });
		await time.settled();
		assert.deepEqual(registered(), []);
	});
});
