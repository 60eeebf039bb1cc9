import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { parseDuration } from '../../src/duration.ts';

suite("a duration is read as Go's time.ParseDuration reads it", () => {
	/** Text and milliseconds, as Go 1.26 printed them. */
	const rows: readonly [text: string, ms: number | undefined][] = [
		['10s', 10_000],
		['1m30s', 90_000],
		['500ms', 500],
		['-5s', -5_000],
		['+5s', 5_000],
		['0', 0],
		['+0', 0],
		['-0', 0],
		['0s', 0],
		['000s', 0],
		['1h', 3_600_000],
		['1.5h', 5_400_000],
		['.5s', 500],
		['1.s', 1_000],
		['1us', 0.001],
		['1µs', 0.001],
		['1μs', 0.001],
		['1ns', 0.000001],
		['0.000001s', 0.001],
		['1h1m1s1ms', 3_661_001],
		['1s1h', 3_601_000],
		['', undefined],
		['10', undefined],
		['00', undefined],
		['s', undefined],
		['.s', undefined],
		['-', undefined],
		['1 s', undefined],
		[' 1s', undefined],
		['1S', undefined],
		['1d', undefined],
		['1m30', undefined],
		['1e3s', undefined],
		['--1s', undefined],
		['0x1s', undefined],
		['1..s', undefined],
		['1,5s', undefined],
		['٣s', undefined],
		['5m\n', undefined],
		['9223372036854775808ns', undefined],
		['2562048h', undefined],
	];
	for (const [text, ms] of rows)
		test(`${JSON.stringify(text)} is ${ms === undefined ? 'none' : `${ms} ms`}`, () => {
			assert.equal(parseDuration(text), ms);
		});

	test('whatever the text, it is a finite number of milliseconds or none', () => {
		const pieces = fc.array(
			fc.constantFrom('1', '0', '.', '-', '+', 'h', 'm', 's', 'ms', 'ns', 'µs', ' ', 'x', '9999999999'),
		);
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					pieces.map((parts) => parts.join('')),
				),
				(text) => {
					const ms = parseDuration(text);
					assert.ok(ms === undefined || Number.isFinite(ms));
				},
			),
			{ numRuns: 2_000 },
		);
	});

	test('parts add up', () => {
		fc.assert(
			fc.property(fc.nat(1_000), fc.nat(1_000), fc.nat(1_000), (hours, minutes, seconds) => {
				assert.equal(parseDuration(`${hours}h${minutes}m${seconds}s`), ((hours * 60 + minutes) * 60 + seconds) * 1_000);
			}),
		);
	});

	test('a long text is refused at once', () => {
		assert.equal(parseDuration('1'.repeat(1_000_000)), undefined);
		assert.equal(parseDuration('1s'.repeat(500_000)), undefined);
	});
});
