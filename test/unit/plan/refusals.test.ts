import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Check } from '../../../src/model.ts';
import { checksWithout, type Refusal, whatIsMissing } from '../../../src/plan/refusals.ts';

const script: Check = { id: 'a', name: 'a', args: ['true'], interval: '10s' };
const ping: Check = { id: 'b', name: 'b', h2ping: '192.0.2.10:80', interval: '10s' };
const http: Check = { id: 'c', name: 'c', http: 'https://192.0.2.10/', interval: '10s', disableRedirects: true };
const beat: Check = { id: 'd', name: 'd', ttl: '10s', failuresBeforeCritical: 2, failuresBeforeWarning: 1 };
const all = [script, ping, http, beat];

suite('what is left of checks for an agent that refuses some of it', () => {
	const rows: readonly [sentence: string, refusals: readonly Refusal[], left: readonly Check[]][] = [
		['nothing refused, everything left', [], all],
		['no scripts', ['scripts'], [ping, http, beat]],
		['a kind of check it does not know', ['h2ping'], [script, http, beat]],
		['two at once', ['scripts', 'h2ping'], [http, beat]],
		[
			'what only says how is taken off',
			['disableRedirects', 'failuresBeforeWarning'],
			[
				script,
				ping,
				{ id: 'c', name: 'c', http: 'https://192.0.2.10/', interval: '10s' },
				{ id: 'd', name: 'd', ttl: '10s', failuresBeforeCritical: 2 },
			],
		],
		['a field that no check has', ['udp'], all],
	];
	for (const [sentence, refusals, left] of rows)
		test(sentence, () => assert.deepEqual(checksWithout(all, new Set(refusals)), left));

	test('a check for another name than the certificate’s would fail, so it goes', () => {
		assert.deepEqual(checksWithout([{ ...http, tlsServerName: 'web' }], new Set(['tlsServerName'])), []);
	});

	test('the order in which an agent says it does not matter', () => {
		const some = fc.subarray<Refusal>([
			'scripts',
			'h2ping',
			'disableRedirects',
			'failuresBeforeWarning',
			'http',
			'ttl',
		]);
		fc.assert(
			fc.property(some, (refusals) => {
				assert.deepEqual(checksWithout(all, new Set(refusals.toReversed())), checksWithout(all, new Set(refusals)));
			}),
		);
	});
});

suite('what people are told of it', () => {
	const rows: readonly [refusals: readonly Refusal[], text: string][] = [
		[[], ''],
		[['scripts'], 'its script check is left out: this Consul agent forbids them (set enable_script_checks there)'],
		[['h2ping'], 'its check "b" is left out: this Consul agent does not know h2ping, which Consul 1.10 has'],
		[
			['disableRedirects'],
			'its check "c" goes without disable_redirects: this Consul agent does not know it, Consul 1.13 does',
		],
	];
	for (const [refusals, text] of rows)
		test(refusals.join() || 'nothing', () => assert.equal(whatIsMissing(all, new Set(refusals)), text));

	test('several things are one sentence', () => {
		const text = whatIsMissing(all, new Set<Refusal>(['scripts', 'h2ping', 'disableRedirects']));
		assert.equal(text.split('; ').length, 3);
	});
});
