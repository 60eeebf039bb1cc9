import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Check } from '../../../src/model.ts';
import { driftInChecks, presumedRefusals } from '../../../src/plan/check-drift.ts';
import type { Refusal } from '../../../src/plan/refusals.ts';
import { service } from './samples.ts';

const main = 'service:u1:web:80';
const named = (name: string): string => `reconsul:u1:web:80:${name}`;
const tcp: Check = { id: main, name: 'answers', tcp: '192.0.2.10:80', interval: '10s' };
const script: Check = { id: named('script'), name: 'script', args: ['true'], interval: '10s' };
const ping: Check = { id: named('ping'), name: 'ping', h2ping: '192.0.2.10:80', interval: '10s' };
const wanted = { ...service, checks: [tcp, script, ping] };
const all = [main, named('script'), named('ping')];

suite('the checks of a service differ from those it should have', () => {
	const rows: readonly [sentence: string, found: readonly string[], refusals: readonly Refusal[], isDrift: boolean][] =
		[
			['not if all are there', all, [], false],
			['not for one of other people’s', [...all, 'theirs', 'service:u1:web:80:more', 'service:u1:web'], [], false],
			['not for maintenance', [...all, '_service_maintenance:u1:web:80'], [], false],
			['if one is missing', all.slice(1), [], true],
			['if all are missing', [], [], true],
			['if one of ours is left over', [...all, named('old')], [], true],
			['not if what is missing was refused', [main, named('ping')], ['scripts'], false],
			['if more is missing than was refused', [named('ping')], ['scripts'], true],
			['not if what was refused is there all the same', all, ['scripts', 'h2ping'], false],
		];
	for (const [sentence, found, refusals, isDrift] of rows)
		test(sentence, () => {
			const drifts = driftInChecks(wanted, new Set(found), new Set(refusals));
			assert.deepEqual(
				drifts.map(({ field }) => field),
				isDrift ? ['checks'] : [],
			);
		});

	test('both sides are named, in order', () => {
		const [drift] = driftInChecks(wanted, new Set([named('old'), 'theirs']));
		assert.deepEqual(drift, { field: 'checks', desired: all.toSorted(), observed: [named('old')] });
	});
});

suite('an agent may have refused', () => {
	const rows: readonly [sentence: string, found: readonly string[], presumed: readonly Refusal[]][] = [
		['nothing of what it has', all, []],
		['a script that it lacks', [main, named('ping')], ['scripts']],
		['a check of a newer kind that it lacks', [main, named('script')], ['h2ping']],
		['neither of two that it lacks, if every agent takes one', [named('script'), named('ping')], []],
	];
	for (const [sentence, found, presumed] of rows)
		test(sentence, () => assert.deepEqual([...presumedRefusals(wanted, new Set(found))], presumed));
});
