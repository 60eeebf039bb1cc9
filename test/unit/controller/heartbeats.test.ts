import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { startHeartbeats } from '../../../src/controller/heartbeats.ts';
import { State } from '../../../src/controller/state.ts';
import { ttlCheck } from '../../../src/derive/kept-checks.ts';
import type { Check } from '../../../src/model.ts';
import { memoryRegistry } from '../../../src/registry/memory.ts';
import { RegistryError } from '../../../src/registry/registry.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { containerId, service, stamp } from '../plan/samples.ts';
import { contextOf } from './contexts.ts';
import { settled } from './queue-bench.ts';

const refreshMs = 10_000;
const tickMs = 1_000;

/** Heartbeats of so many services, answered as the test says. */
function beating(
	services: number,
	answer: (checkId: string) => Promise<RegistryError | undefined> = async () => undefined,
	checkOf: (id: string) => Check = (id) => ttlCheck(id, 30, refreshMs),
	random: () => number = () => 0.5,
) {
	const clock = fakeClock();
	const beats: string[] = [];
	const suspects: string[] = [];
	const { context, metrics } = contextOf({
		clock,
		registry: {
			...memoryRegistry(),
			heartbeats: (all) =>
				Promise.all(
					all.map(async ({ checkId, said }) => {
						beats.push(said === undefined ? checkId : `${checkId} ${said.status} ${said.output}`);
						return answer(checkId);
					}),
				),
		},
	});
	const state = new State();
	const add = (id: string, key: string): void =>
		state.index.expect(key, { ...service, id, checks: [checkOf(id)] }, { ...stamp, containerId: key }, 0, true);
	for (let n = 0; n < services; n++) add(`s${n}`, containerId(`${n}f`));
	const stop = startHeartbeats(context, state, (key) => suspects.push(key), random);
	const ticks = async (count: number): Promise<void> => {
		for (let tick = 0; tick < count; tick++) {
			clock.next();
			await settled();
		}
	};
	return { clock, beats, suspects, metrics, state, add, stop, ticks };
}

const failing = (errorClass: 'invalid' | 'unreachable') => async (): Promise<RegistryError> =>
	new RegistryError(errorClass, 'no');

suite('heartbeats', () => {
	test('come at once, then after a random part of the period, then in each period', async () => {
		const { clock, beats, metrics, ticks } = beating(2);
		const at: number[] = [];
		for (let tick = 1; tick <= 26; tick++) {
			const before = beats.length;
			await ticks(1);
			if (beats.length > before) at.push(clock.now());
		}
		assert.deepEqual(at, [tickMs, 6 * tickMs, 16 * tickMs, 26 * tickMs]);
		assert.deepEqual(beats.slice(0, 2), ['reconsul:s0:ttl', 'reconsul:s1:ttl']);
		assert.equal(metrics.count('reconsul_heartbeats_total', { result: 'ok' }), 8);
	});

	test('go out in bursts a few seconds apart, and none comes later than its period says', async () => {
		let turn = 0;
		const random = (): number => (turn++ % 100) / 100;
		const { clock, beats, ticks } = beating(100, undefined, (id) => ttlCheck(id, 60, 20_000), random);
		const lastAt = new Map<string, number>();
		const burstsAt = new Set<number>();
		for (let tick = 1; tick <= 90; tick++) {
			const before = beats.length;
			await ticks(1);
			if (beats.length > before) burstsAt.add(clock.now());
			for (const id of beats.slice(before)) {
				assert.ok(clock.now() - (lastAt.get(id) ?? clock.now()) <= 20_000);
				lastAt.set(id, clock.now());
			}
		}
		// The first come at once, and those of the first slot right after them.
		assert.deepEqual([...burstsAt].slice(0, 6), [1_000, 2_000, 5_000, 10_000, 15_000, 20_000]);
		assert.ok([...burstsAt].slice(2).every((at) => at % 5_000 === 0));
	});

	test('need one timer, however many there are', async () => {
		const { clock, ticks } = beating(50);
		await ticks(3);
		assert.deepEqual(clock.due(), [tickMs]);
	});

	test('come for what there is by then', async () => {
		const { beats, state, add, ticks } = beating(1);
		state.index.gone('s0');
		add('new', containerId('a'));
		await ticks(1);
		assert.deepEqual(beats, ['reconsul:new:ttl']);
	});

	test('do not come for checks that others report', async () => {
		const { beats, ticks } = beating(1, undefined, (id) => ttlCheck(id, 30, 0));
		await ticks(30);
		assert.deepEqual(beats, []);
	});

	test('repeat what was said last of a check that says more than that we are here', async () => {
		const report = { status: 'critical', output: 'now' } as const;
		const { beats, state, ticks } = beating(1, undefined, (id) => ({ ...ttlCheck(id, 30, refreshMs), report }));
		await ticks(1);
		assert.deepEqual(beats, []);
		state.checkStates.set('s0', new Map([['reconsul:s0:ttl', { status: 'passing', output: 'then', notes: '' }]]));
		await ticks(6);
		assert.deepEqual(beats, ['reconsul:s0:ttl passing then']);
	});

	test('end when they are stopped', async () => {
		const { clock, beats, stop, ticks } = beating(1);
		await ticks(1);
		stop();
		assert.deepEqual([clock.due(), beats.length], [[], 1]);
	});

	test('go out 64 at a time', async () => {
		const { beats, ticks } = beating(100, () => new Promise(() => {}));
		await ticks(1);
		assert.equal(beats.length, 64);
	});

	test('that an agent takes no answer to do not pile up, and do not end', async () => {
		const stuck = Promise.withResolvers<undefined>();
		const { clock, beats, ticks } = beating(100, () => stuck.promise);
		await ticks(1);
		assert.deepEqual([beats.length, clock.due()], [64, []]);
		stuck.resolve(undefined);
		await settled();
		assert.equal(beats.length, 100);
		await ticks(10);
		assert.equal(beats.length, 200);
	});

	test('that are stopped in the middle of a burst go no further', async () => {
		const stuck = Promise.withResolvers<undefined>();
		const { clock, beats, stop, ticks } = beating(100, () => stuck.promise);
		await ticks(1);
		stop();
		stuck.resolve(undefined);
		await settled();
		assert.deepEqual([beats.length, clock.due()], [64, []]);
	});

	test('come at once for a check that was left to others for a while', async () => {
		let beatMs = refreshMs;
		const { beats, add, ticks } = beating(2, undefined, (id) => ttlCheck(id, 30, id === 's0' ? beatMs : refreshMs));
		await ticks(1);
		beatMs = 0;
		add('s0', containerId('0f'));
		await ticks(2);
		beatMs = refreshMs;
		add('s0', containerId('0f'));
		await ticks(1);
		assert.equal(beats.filter((id) => id === 'reconsul:s0:ttl').length, 2);
	});

	test('come at once for a check that went and came back', async () => {
		const { beats, state, add, ticks } = beating(1);
		await ticks(1);
		state.index.gone('s0');
		await ticks(1);
		add('s0', containerId('0f'));
		await ticks(1);
		assert.equal(beats.length, 2);
	});

	test('for a check that the agent does not know have its container looked at', async () => {
		const { suspects, metrics, ticks } = beating(1, failing('invalid'));
		await ticks(1);
		assert.deepEqual(suspects, [containerId('0f')]);
		assert.equal(metrics.count('reconsul_heartbeats_total', { result: 'error' }), 1);
	});

	test('that fail because the agent is away say nothing of the service', async () => {
		const { suspects, metrics, ticks } = beating(1, failing('unreachable'));
		await ticks(1);
		assert.deepEqual([suspects, metrics.count('reconsul_heartbeats_total', { result: 'error' })], [[], 1]);
	});
});
