import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Check, ServiceInstance } from '../../../src/model.ts';
import { revival } from '../../../src/plan/revival.ts';
import { service } from './samples.ts';

const withChecks = (...changes: readonly Partial<Check>[]): ServiceInstance => ({
	...service,
	checks: changes.map((change, index) => ({
		id: `c${index}`,
		name: 'c',
		tcp: '192.0.2.10:1',
		interval: '10s',
		...change,
	})),
});
const reaped = withChecks({ deregisterCriticalServiceAfter: '10m', status: 'passing' });
const minutes = (n: number): number => n * 60_000;

suite('a service that vanished from the agent', () => {
	const plain = withChecks({ status: 'passing' }, {});

	test('is put back as it was where Consul removes nothing by itself', () => {
		assert.deepEqual(revival(plain, undefined, 0), { kind: 'register', service: plain });
		assert.deepEqual(revival(plain, 0, 1), { kind: 'register', service: plain });
	});

	test('is put back at once the first time, critical, so that its check decides', () => {
		const outcome = revival(reaped, undefined, minutes(1));
		assert.deepEqual(outcome, {
			kind: 'register',
			service: withChecks({ deregisterCriticalServiceAfter: '10m', status: 'critical' }),
		});
		assert.equal(reaped.checks[0]?.status, 'passing');
	});

	test('is made critical in all its checks, since one that passes would hide the other', () => {
		const outcome = revival(withChecks({ deregisterCriticalServiceAfter: '10m' }, {}), undefined, 0);
		assert.deepEqual(outcome.kind === 'register' && outcome.service.checks.map(({ status }) => status), [
			'critical',
			'critical',
		]);
	});

	const rows: readonly [sentence: string, now: number, expected: number | 'register'][] = [
		['waits for the whole period right after', minutes(5), minutes(10)],
		['waits for the rest of the period', minutes(8), minutes(7)],
		['waits to the last millisecond', minutes(15) - 1, 1],
		['is put back when the period is over', minutes(15), 'register'],
		['is put back long after', minutes(500), 'register'],
	];
	for (const [sentence, now, expected] of rows)
		test(`the second time it ${sentence}`, () => {
			const outcome = revival(reaped, minutes(5), now);
			assert.equal(outcome.kind === 'wait' ? outcome.ms : outcome.kind, expected);
		});

	test('waits for the longest of several periods', () => {
		const wanted = withChecks({ deregisterCriticalServiceAfter: '1m' }, { deregisterCriticalServiceAfter: '1h' });
		assert.deepEqual(revival(wanted, 0, minutes(2)), { kind: 'wait', ms: minutes(58) });
	});

	test('is not kept waiting by a period that is no duration', () => {
		assert.equal(revival(withChecks({ deregisterCriticalServiceAfter: 'soon' }), 0, 1).kind, 'register');
	});
});
