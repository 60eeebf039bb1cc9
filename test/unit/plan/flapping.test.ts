import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Drift } from '../../../src/model.ts';
import type { Register } from '../../../src/plan/decide.ts';
import { Flapping, withProbation } from '../../../src/plan/flapping.ts';
import { service, stamp } from './samples.ts';

/** A service after so many lives of one millisecond, one right after the other. */
function after(lives: number): Flapping {
	const flapping = new Flapping();
	for (let n = 0; n < lives; n += 1) flapping.ended('a', 1, n);
	return flapping;
}

suite('how long a container must run before its service is registered', () => {
	const rows: readonly [lives: number, waitMs: number][] = [
		[0, 0],
		[4, 0],
		[5, 10_000],
		[6, 20_000],
		[7, 40_000],
		[8, 60_000],
		[100, 60_000],
	];
	for (const [lives, waitMs] of rows)
		test(`after ${lives} short lives: ${waitMs / 1_000} s`, () => {
			assert.equal(after(lives).waitMs('a', 100, 100), waitMs);
		});

	test('counts from its start, and from the end before where nobody saw that', () => {
		const flapping = after(5);
		assert.equal(flapping.waitMs('a', 1_000, 4_000), 7_000);
		assert.equal(flapping.waitMs('a', undefined, 4_000), 6_004);
		assert.equal(flapping.waitMs('a', 1_000, 30_000), 0);
	});

	test('is another for each service', () => {
		const flapping = after(5);
		assert.deepEqual(
			[flapping.isFlapping('a', 10), flapping.isFlapping('b', 10), flapping.count(10)],
			[true, false, 1],
		);
	});

	test('one short life is forgotten a minute, and in a few minutes the most of them', () => {
		assert.equal(after(5).isFlapping('a', 60_001), false);
		assert.equal(after(100).waitMs('a', 130_000, 130_000), 20_000);
		assert.equal(after(100).isFlapping('a', 240_100), false);
	});
});

suite('a life', () => {
	test('of ten seconds counts for nothing', () => {
		const flapping = new Flapping();
		for (let n = 0; n < 50; n += 1) flapping.ended('a', 10_000, n);
		assert.equal(flapping.isFlapping('a', 50), false);
	});

	test('that ends soon after it was registered at last is a short one as well', () => {
		const flapping = after(5);
		flapping.ended('a', 19_999, 20_000);
		assert.equal(flapping.waitMs('a', 20_000, 20_000), 20_000);
		flapping.ended('a', 30_000, 50_000);
		assert.equal(flapping.waitMs('a', 50_000, 50_000), 20_000);
	});

	test('of a few seconds once a minute, as of a job, is registered each time', () => {
		const flapping = new Flapping();
		for (let now = 0; now < 3_600_000; now += 60_000) {
			assert.equal(flapping.waitMs('a', now, now), 0);
			flapping.ended('a', 5_000, now + 5_000);
		}
	});
});

test('is news once, until it has been calm again', () => {
	const flapping = after(5);
	assert.deepEqual([flapping.isNews('a'), flapping.isNews('a')], [true, false]);
	flapping.ended('a', 1, 10);
	assert.equal(flapping.isNews('a'), false);
	for (let n = 0; n < 5; n += 1) flapping.ended('a', 1, 400_000);
	assert.equal(flapping.isNews('a'), true);
	assert.equal(flapping.isNews('b'), false);
});

test('remembers nothing of what has been calm for long', () => {
	const flapping = new Flapping();
	for (let n = 0; n < 50; n += 1) flapping.ended(`${n}`, 1, 0);
	flapping.ended('a', 1, 60_000);
	// Else it would be the last end of that, not now, from which an unseen start would count.
	assert.deepEqual([flapping.isNews('0'), flapping.isNews('a')], [false, true]);
});

test('whatever the lives and the pauses, ten minutes see no more than 15 for a moment and 60 for ten seconds', () => {
	const life = fc.record({ livesMs: fc.oneof(fc.nat(300), fc.nat(300), fc.nat(40_000)), pauseMs: fc.nat(500) });
	fc.assert(
		fc.property(fc.array(life, { minLength: 50, maxLength: 300 }), (lives) => {
			const flapping = new Flapping();
			const registeredAt: number[] = [];
			let now = 0;
			for (const { livesMs, pauseMs } of lives) {
				const waitMs = flapping.waitMs('a', now, now);
				if (waitMs < livesMs) registeredAt.push(now + waitMs);
				now += livesMs;
				flapping.ended('a', livesMs, now);
				now += pauseMs;
			}
			for (const from of registeredAt)
				assert.ok(registeredAt.filter((at) => at >= from && at < from + 600_000).length <= 75);
		}),
	);
});

suite('a registration of what flaps', () => {
	const because = (field: Drift['field']): Register => ({
		kind: 'register',
		desired: service,
		stamp,
		because: [{ field, desired: 1, observed: 2 }],
	});
	const flapping = new Flapping();
	for (let n = 0; n < 5; n += 1) flapping.ended(service.id, 1, 0);

	test('is put off', () => {
		const start = because('missing');
		assert.deepEqual(withProbation(start, 0, flapping, 1_000), { kind: 'flapping', start, waitMs: 9_000 });
	});

	test('is not put off where the agent has it and only something of it differs', () => {
		const change = because('port');
		assert.equal(withProbation(change, 0, flapping, 1_000), change);
	});

	test('is made where nothing flaps', () => {
		const start = because('missing');
		assert.equal(withProbation(start, 0, new Flapping(), 1_000), start);
	});
});
