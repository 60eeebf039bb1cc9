import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { suggestionFor } from '../../../../src/derive/labels/known-labels.ts';
import { editDistance, nearest } from '../../../../src/derive/labels/suggestion.ts';

suite('how far two texts are apart', () => {
	const rows: readonly [a: string, b: string, distance: number][] = [
		['', '', 0],
		['', 'abc', 3],
		['abc', 'abc', 0],
		['abc', 'abd', 1],
		['abc', 'acb', 1],
		['abc', 'ab', 1],
		['abc', 'xabc', 1],
		['ab', 'ba', 1],
		['kitten', 'sitting', 3],
	];
	for (const [a, b, distance] of rows)
		test(`${a} and ${b}: ${distance}`, () => {
			assert.deepEqual([editDistance(a, b), editDistance(b, a)], [distance, distance]);
		});

	test('no more than one change for each character of the longer, and nothing only for the same', () => {
		const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
		fc.assert(
			fc.property(word, word, (a, b) => {
				const distance = editDistance(a, b);
				assert.ok(distance <= Math.max(a.length, b.length) && distance >= Math.abs(a.length - b.length));
				assert.equal(distance === 0, a === b);
			}),
		);
	});
});

suite('what was probably meant', () => {
	const rows: readonly [key: string, isForPort: boolean, meant: string | undefined][] = [
		['nmae', false, 'name'],
		['Name', false, 'name'],
		['alias', false, 'aliases'],
		['tag', false, 'tags'],
		['weight.passing', false, 'weights.passing'],
		['weights_passing', false, 'weights.passing'],
		['address.wan_ip4', false, 'address.wan_ipv4'],
		['metta.region', false, 'meta.region'],
		['check.web.htp', false, 'check.web.http'],
		['chek.web.http', false, 'check.web.http'],
		['checks.web.http', false, 'check.web.http'],
		['check.web.tlsSkipVerify', false, 'check.web.tls_skip_verify'],
		['check.web.deregister_critical_after', false, undefined],
		['check.web.headers.Accept', false, 'check.web.header.Accept'],
		['prot', false, 'port'],
		['prot', true, undefined],
		['something.entirely.different', false, undefined],
		['', false, undefined],
		['x'.repeat(500), false, undefined],
	];
	for (const [key, isForPort, meant] of rows)
		test(`${key.slice(0, 40)} is ${meant ?? 'anybody’s guess'}`, () =>
			assert.equal(suggestionFor(key, isForPort), meant));

	test('the nearest is found, the first of two that are as near', () => {
		assert.equal(nearest('abcd', ['abce', 'abcf', 'abc']), 'abce');
		assert.equal(nearest('abcd', ['xyz']), undefined);
		assert.equal(nearest('abcd', []), undefined);
	});
});
