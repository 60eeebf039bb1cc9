import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type HealthState, healthOf, type ReadyState, readyOf } from '../../../src/server/health.ts';

const failing = (checks: ReturnType<typeof healthOf>): readonly string[] =>
	checks.filter(({ problem }) => problem !== undefined).map(({ name }) => name);

suite('health is progress', () => {
	const now = 1_000_000;
	const base: HealthState = { periodMs: 60_000, attemptedAt: now, longestRunMs: 0 };
	const rows: readonly [sentence: string, change: Partial<HealthState>, failing: readonly string[]][] = [
		['a pass that just ended', {}, []],
		['a silence of three periods', { attemptedAt: now - 180_000 }, []],
		['a silence of more than three periods', { attemptedAt: now - 180_001 }, ['resync']],
		['short periods: 90 s of silence are allowed all the same', { periodMs: 1_000, attemptedAt: now - 90_000 }, []],
		['short periods: more than 90 s', { periodMs: 1_000, attemptedAt: now - 90_001 }, ['resync']],
		['passes switched off: silence says nothing', { periodMs: 0, attemptedAt: 0 }, []],
		['a run of a minute', { longestRunMs: 60_000 }, []],
		['a run of more than a minute', { longestRunMs: 60_001 }, ['reconcile']],
		['a stuck run counts with passes switched off too', { periodMs: 0, longestRunMs: 60_001 }, ['reconcile']],
		['both', { attemptedAt: 0, longestRunMs: 100_000 }, ['resync', 'reconcile']],
	];
	for (const [sentence, change, expected] of rows)
		test(sentence, () => assert.deepEqual(failing(healthOf({ ...base, ...change }, now)), expected));

	test('once silent for too long, it stays unwell until a pass ends', () => {
		fc.assert(
			fc.property(fc.nat(300_000), fc.nat(1_000_000), fc.nat(1_000_000), (periodMs, silence, more) => {
				const state = { periodMs, attemptedAt: 0, longestRunMs: 0 };
				if (failing(healthOf(state, silence)).length > 0)
					assert.deepEqual(failing(healthOf(state, silence + more)), ['resync']);
				assert.deepEqual(failing(healthOf({ ...state, attemptedAt: silence }, silence)), []);
			}),
		);
	});

	test('what is wrong is said with figures', () => {
		const [resync, reconcile] = healthOf({ ...base, attemptedAt: now - 400_000, longestRunMs: 75_000 }, now);
		assert.equal(resync?.problem, 'no full pass has ended for 400 s, the limit is 180 s');
		assert.equal(reconcile?.problem, 'one container has been worked on for 75 s, the limit is 60 s');
	});
});

suite('readiness', () => {
	const base: ReadyState = {
		dockerError: undefined,
		hasListed: true,
		isStreamOpen: true,
		consulError: undefined,
		doubt: undefined,
		hasResynced: true,
	};
	const rows: readonly [sentence: string, change: Partial<ReadyState>, failing: readonly string[]][] = [
		['all is well', {}, []],
		['Docker does not answer', { dockerError: 'no answer' }, ['docker-list']],
		['Docker has not listed anything', { hasListed: false }, ['docker-list']],
		[
			'Consul was away from the start, so Docker was not asked for a list',
			{ hasListed: false, consulError: 'refused', hasResynced: false },
			['consul', 'first-resync'],
		],
		['the event stream is closed', { isStreamOpen: false }, ['docker-events']],
		['Consul does not answer', { consulError: 'refused' }, ['consul']],
		["the agent's list is doubtful", { doubt: 'filtered by ACLs' }, ['consul']],
		['no pass has ended well', { hasResynced: false }, ['first-resync']],
		[
			'nothing is there yet',
			{ dockerError: 'a', hasListed: false, isStreamOpen: false, consulError: 'b', hasResynced: false },
			['docker-list', 'docker-events', 'consul', 'first-resync'],
		],
	];
	for (const [sentence, change, expected] of rows)
		test(sentence, () => assert.deepEqual(failing(readyOf({ ...base, ...change })), expected));

	test("the failed call's own words are the reason, and an outage goes before a doubt", () => {
		const problem = (change: Partial<ReadyState>, name: string) =>
			readyOf({ ...base, ...change }).find((check) => check.name === name)?.problem;
		assert.equal(problem({ dockerError: 'ECONNREFUSED', hasListed: false }, 'docker-list'), 'ECONNREFUSED');
		assert.equal(problem({ consulError: 'ECONNREFUSED', doubt: 'filtered' }, 'consul'), 'ECONNREFUSED');
	});
});
