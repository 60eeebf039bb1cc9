import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Drift, Stamp } from '../../../src/model.ts';
import { Budget, type Meddling, meddlingIn, withinBudget } from '../../../src/plan/budget.ts';
import type { Register } from '../../../src/plan/decide.ts';
import { other, service, stamp } from './samples.ts';

const stripped: Drift = { field: 'stamp', desired: {}, observed: undefined };
const edited: Drift = { field: 'port', desired: 49_153, observed: 81 };
const repair = (...because: readonly Drift[]): Register => ({ kind: 'register', desired: service, stamp, because });

suite('what a write repairs', () => {
	const rows: readonly [sentence: string, left: Stamp | undefined, because: readonly Drift[], what?: Meddling][] = [
		['our stamp, taken off', stamp, [stripped], 'stamp'],
		['a field that somebody edited', stamp, [edited], 'fields'],
		['a field that somebody edited who took off our stamp as well', stamp, [edited, stripped], 'fields'],
		['a stamp that names another container', stamp, [{ ...stripped, observed: { containerId: other } }], 'fields'],
		['nothing of somebody’s where the entry is gone', stamp, [{ field: 'missing', desired: 'x', observed: undefined }]],
		['nothing of somebody’s where we have not seen it as it should be', undefined, [stripped]],
		['nothing of somebody’s where we want something else now', { ...stamp, spec: '1-other' }, [edited]],
		['nothing of somebody’s where the container is another now', { ...stamp, containerId: other }, [edited]],
		['nothing of somebody’s where the engine calls itself otherwise now', { ...stamp, engine: 'none' }, [stripped]],
		['nothing of somebody’s where the token is another now', { ...stamp, token: 'a1' }, [edited]],
		['nothing of somebody’s where we are another owner now', { ...stamp, owner: 'u2' }, [stripped]],
	];
	for (const [sentence, left, because, what] of rows)
		test(sentence, () => assert.equal(meddlingIn(repair(...because), left), what));
});

/** When, in seconds, the repairs happen of one who looks every second and finds the same every time. */
function repairs(meddling: Meddling, seconds: number): readonly number[] {
	const budget = new Budget();
	return Array.from({ length: seconds }, (_, second) => second).filter((second) => {
		if (budget.waitMs('a', meddling, second * 1_000) > 0) return false;
		budget.spend('a', meddling, second * 1_000);
		return true;
	});
}

suite('what may be spent on one service', () => {
	test('a stamp: one write in five minutes', () => {
		assert.deepEqual(repairs('stamp', 901), [0, 300, 600, 900]);
	});

	test('edited fields: five at once, then one a minute', () => {
		assert.deepEqual(repairs('fields', 241), [0, 1, 2, 3, 4, 60, 120, 180, 240]);
	});

	test('after a quiet time five at once again', () => {
		const budget = new Budget();
		for (let n = 0; n < 5; n += 1) budget.spend('a', 'fields', n);
		assert.equal(budget.waitMs('a', 'fields', 10), 59_990);
		assert.equal(budget.waitMs('a', 'fields', 60_000), 0);
		for (let n = 0; n < 5; n += 1) {
			assert.equal(budget.waitMs('a', 'fields', 600_000 + n), 0);
			budget.spend('a', 'fields', 600_000 + n);
		}
		assert.equal(budget.waitMs('a', 'fields', 600_005), 59_995);
	});

	test('each service has its own, and each kind', () => {
		const budget = new Budget();
		budget.spend('a', 'stamp', 0);
		assert.deepEqual([budget.isSpent('a', 1), budget.isSpent('b', 1)], [true, false]);
		assert.deepEqual([budget.waitMs('a', 'fields', 1), budget.waitMs('b', 'stamp', 1)], [0, 0]);
		assert.equal(budget.isSpent('a', 300_000), false);
	});

	test('however writes are asked for, no five minutes see more than one of a stamp and nine of fields', () => {
		const most: Readonly<Record<Meddling, number>> = { stamp: 1, fields: 9 };
		fc.assert(
			fc.property(fc.constantFrom<Meddling>('stamp', 'fields'), fc.array(fc.nat(90_000)), (meddling, pauses) => {
				const budget = new Budget();
				const times: number[] = [];
				let now = 0;
				for (const pause of pauses) {
					now += pause;
					if (budget.waitMs('a', meddling, now) > 0) continue;
					budget.spend('a', meddling, now);
					times.push(now);
				}
				for (const from of times)
					assert.ok(times.filter((at) => at >= from && at < from + 300_000).length <= most[meddling]);
			}),
		);
	});
});

suite('a repair', () => {
	const decision = repair(stripped);

	test('is made where the budget allows it', () => {
		assert.equal(withinBudget(decision, stamp, new Budget(), 0), decision);
	});

	test('is put off where it does not, for as long as that takes', () => {
		const budget = new Budget();
		budget.spend(service.id, 'stamp', 0);
		const contest = { kind: 'contested', repair: decision, meddling: 'stamp', waitMs: 200_000 };
		assert.deepEqual(withinBudget(decision, stamp, budget, 100_000), contest);
	});

	test('that is not for somebody else’s doing is never put off', () => {
		const budget = new Budget();
		for (const meddling of ['stamp', 'fields'] as const)
			for (let n = 0; n < 9; n += 1) budget.spend(service.id, meddling, 0);
		const unchanged = { kind: 'unchanged', desired: service } as const;
		assert.equal(withinBudget(decision, undefined, budget, 0), decision);
		assert.equal(withinBudget(unchanged, stamp, budget, 0), unchanged);
	});
});
