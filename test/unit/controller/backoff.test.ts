import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { retryDelayMs } from '../../../src/controller/backoff.ts';

const middle = (): number => 0.5;

suite('how long to wait after a failure', () => {
	const rows: readonly [failures: number, ms: number][] = [
		[1, 1_000],
		[2, 2_000],
		[3, 4_000],
		[6, 32_000],
		[7, 60_000],
		[8, 60_000],
		[5_000, 60_000],
	];
	for (const [failures, ms] of rows)
		test(`after ${failures} in a row: ${ms / 1_000} s`, () => assert.equal(retryDelayMs(failures, false, middle), ms));

	test('what is refused for good waits ten minutes, however often it was tried', () => {
		for (const failures of [1, 2, 100]) assert.equal(retryDelayMs(failures, true, middle), 600_000);
	});

	test('it is spread by a fifth both ways', () => {
		const spread = [retryDelayMs(1, false, () => 0), retryDelayMs(1, false, () => 1), retryDelayMs(9, false, () => 1)];
		assert.deepEqual(spread.map(Math.round), [800, 1_200, 72_000]);
	});

	test('with real chance it stays within that, and is not always the same', () => {
		const delays = Array.from({ length: 100 }, () => retryDelayMs(1, false));
		assert.ok(delays.every((ms) => ms >= 800 && ms < 1_200));
		assert.ok(new Set(delays).size > 1);
	});

	test('more failures never wait less', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 1e6 }), fc.boolean(), (failures, permanent) => {
				const ms = retryDelayMs(failures, permanent, middle);
				assert.ok(ms <= retryDelayMs(failures + 1, permanent, middle));
			}),
		);
	});
});
