import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { startHeartbeats } from '../../../src/controller/heartbeats.ts';
import { ServiceIndex } from '../../../src/controller/service-index.ts';
import { memoryRegistry } from '../../../src/registry/memory.ts';
import { RegistryError } from '../../../src/registry/registry.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { containerId, service, stamp } from '../plan/samples.ts';
import { contextOf, plainSettings } from './contexts.ts';
import { settled } from './queue-bench.ts';

const refreshMs = 10_000;

/** Heartbeats of so many services, answered as the test says. */
function beating(
	services: number,
	answer: (checkId: string) => Promise<void> = async () => {},
	given: { readonly ttlSeconds?: number; readonly ttlRefreshMs?: number } = {},
) {
	const clock = fakeClock();
	const beats: string[] = [];
	const suspects: string[] = [];
	const { ttlSeconds = 30, ttlRefreshMs = refreshMs } = given;
	const { context, metrics } = contextOf({
		clock,
		settings: { ...plainSettings, ttlRefreshMs, derive: { ...plainSettings.derive, ttlSeconds } },
		registry: {
			...memoryRegistry(),
			heartbeat: async (checkId) => {
				beats.push(checkId);
				await answer(checkId);
			},
		},
	});
	const index = new ServiceIndex();
	for (let n = 0; n < services; n++)
		index.expect(
			containerId(`${n}f`),
			{ ...service, id: `s${n}` },
			{ ...stamp, containerId: containerId(`${n}f`) },
			0,
			true,
		);
	const stop = startHeartbeats(context, index, (key) => suspects.push(key));
	return { clock, beats, suspects, metrics, index, stop };
}

const failing = (errorClass: 'invalid' | 'unreachable') => async (): Promise<void> => {
	throw new RegistryError(errorClass, 'no');
};

suite('heartbeats', () => {
	test('come for each service in each interval, the first after one', async () => {
		const { clock, beats, metrics } = beating(2);
		assert.deepEqual([beats, clock.due()], [[], [refreshMs]]);
		for (let round = 1; round <= 3; round++) {
			clock.next();
			await settled();
			assert.equal(beats.length, 2 * round);
		}
		assert.deepEqual(beats.slice(0, 2), ['reconsul:s0:ttl', 'reconsul:s1:ttl']);
		assert.equal(metrics.count('reconsul_heartbeats_total', { result: 'ok' }), 6);
		assert.equal(clock.now(), 3 * refreshMs);
	});

	test('come for what there is by then', async () => {
		const { clock, beats, index } = beating(1);
		index.gone('s0');
		index.expect(containerId('a'), { ...service, id: 'new' }, stamp, 0, true);
		clock.next();
		await settled();
		assert.deepEqual(beats, ['reconsul:new:ttl']);
	});

	for (const [sentence, given] of [
		['-ttl', { ttlSeconds: 0 }],
		['-ttl-refresh', { ttlRefreshMs: 0 }],
	] as const)
		test(`do not come without ${sentence}`, () => {
			const { clock, stop } = beating(1, undefined, given);
			assert.deepEqual(clock.due(), []);
			stop();
		});

	test('end when they are stopped', async () => {
		const { clock, beats, stop } = beating(1);
		clock.next();
		await settled();
		stop();
		assert.deepEqual([clock.due(), beats.length], [[], 1]);
	});

	test('go eight at a time', async () => {
		const { clock, beats } = beating(20, () => new Promise(() => {}));
		clock.next();
		await settled();
		assert.equal(beats.length, 8);
	});

	test('that an agent takes no answer to do not pile up, and do not end', async () => {
		let isStuck = true;
		const stuck: PromiseWithResolvers<void>[] = [];
		const { clock, beats } = beating(20, () => {
			const answer = Promise.withResolvers<void>();
			if (isStuck) stuck.push(answer);
			else answer.resolve();
			return answer.promise;
		});
		for (let round = 0; round < 3; round++) {
			clock.next();
			await settled();
		}
		assert.equal(beats.length, 8);
		isStuck = false;
		for (const { resolve } of stuck) resolve();
		await settled();
		assert.equal(beats.length, 8 + 20);
		clock.next();
		await settled();
		assert.equal(beats.length, 8 + 40);
	});

	test('for a check that the agent does not know have its container looked at', async () => {
		const { clock, suspects, metrics } = beating(1, failing('invalid'));
		clock.next();
		await settled();
		assert.deepEqual(suspects, [containerId('0f')]);
		assert.equal(metrics.count('reconsul_heartbeats_total', { result: 'error' }), 1);
	});

	test('that fail because the agent is away say nothing of the service', async () => {
		const { clock, suspects, metrics } = beating(1, failing('unreachable'));
		clock.next();
		await settled();
		assert.deepEqual([suspects, metrics.count('reconsul_heartbeats_total', { result: 'error' })], [[], 1]);
	});
});
