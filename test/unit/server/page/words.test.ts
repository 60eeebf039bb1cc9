import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { assetNamed, assets } from '../../../../src/server/page/assets.ts';
import { quantile } from '../../../../src/server/page/speed.ts';
import { span } from '../../../../src/server/page/words.ts';

suite('the words of the page', () => {
	const spans: readonly [ms: number, text: string][] = [
		[-5_000, '0 s'],
		[999, '1 s'],
		[59_400, '59 s'],
		[60_000, '1 min'],
		[3_599_000, '59 min'],
		[7_440_000, '2 h 4 min'],
		[90_000_000, '1 d 1 h'],
	];
	for (const [ms, text] of spans) test(`${ms} ms are ${text}`, () => assert.equal(span(ms), text));

	test('a share of the events lies within the first bucket that holds so many', () => {
		const buckets = [
			{ seconds: 0.01, count: 5 },
			{ seconds: 2.5, count: 9 },
			{ seconds: Number.POSITIVE_INFINITY, count: 10 },
		];
		assert.deepEqual(
			[0.5, 0.9, 0.95].map((part) => quantile(buckets, part)),
			['10 ms', '2.5 s', 'more than a minute'],
		);
	});
});

suite('the assets', () => {
	test('are named after what they contain, and found by that name only', () => {
		for (const { path, body } of Object.values(assets)) {
			assert.match(path, /^\/assets\/\w+\.[0-9a-f]{12}\.\w+$/);
			assert.equal(assetNamed(path.slice('/assets/'.length))?.body, body);
		}
		for (const name of ['page.js', '', '../assets', 'constructor']) assert.equal(assetNamed(name), undefined);
	});

	test('the script is a program by itself, in which no type is left', () => {
		assert.doesNotThrow(() => new Function(assets.script.body));
		assert.doesNotMatch(assets.script.body, /\bimport\b|\bexport\b/);
	});
});
