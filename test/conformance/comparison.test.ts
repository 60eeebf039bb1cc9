import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { RecordedCheck, RecordedService } from '../support/recorded.ts';
import { checkFaults, serviceFaults } from './comparison.ts';

const base: RecordedService = {
	ID: 'u1:web:80',
	Service: 'web',
	Address: '192.0.2.10',
	Port: 8000,
	Tags: ['a', 'b'],
	Meta: { zone: 'x' },
	EnableTagOverride: false,
};

suite('services as a case wants them', () => {
	const rows: readonly [sentence: string, there: readonly RecordedService[], faults: readonly string[]][] = [
		['the same services are without fault', [base], []],
		['tags count as a set', [{ ...base, Tags: ['b', 'a', 'b'] }], []],
		["the daemon's own pairs of Meta do not count", [{ ...base, Meta: { zone: 'x', 'reconsul-owner': 'u1' } }], []],
		['one that is missing', [], ['u1:web:80 is missing']],
		['another name', [{ ...base, Service: 'www' }], ['u1:web:80: Service is "www", wanted "web"']],
		['another address', [{ ...base, Address: '' }], ['u1:web:80: Address is "", wanted "192.0.2.10"']],
		['another port', [{ ...base, Port: 80 }], ['u1:web:80: Port is 80, wanted 8000']],
		['a tag less', [{ ...base, Tags: ['a'] }], ['u1:web:80: Tags is ["a"], wanted ["a","b"]']],
		['a pair less', [{ ...base, Meta: {} }], ['u1:web:80: Meta is {}, wanted {"zone":"x"}']],
		[
			'a pair more',
			[{ ...base, Meta: { zone: 'x', y: '1' } }],
			['u1:web:80: Meta is {"zone":"x","y":"1"}, wanted {"zone":"x"}'],
		],
		[
			'tags that others may change',
			[{ ...base, EnableTagOverride: true }],
			['u1:web:80: EnableTagOverride is true, wanted false'],
		],
	];
	for (const [sentence, there, faults] of rows)
		test(sentence, () => assert.deepEqual(serviceFaults([base], there), faults));

	test('one too many is a fault of its own', () => {
		const [fault, ...others] = serviceFaults([base], [base, { ...base, ID: 'more' }]);
		assert.match(fault ?? '', /^more is there and should not be: /);
		assert.deepEqual(others, []);
	});

	suite('where Meta may be a part', () => {
		const wanted = { ...base, Meta: { a: '1', b: '2', c: '3', d: '4' } };
		const faultsOf = (Meta: RecordedService['Meta']): readonly string[] =>
			serviceFaults([wanted], [{ ...base, Meta }], 'subset');

		test('a quarter may be missing', () => assert.deepEqual(faultsOf({ a: '1', b: '2', c: '3' }), []));
		test('more than that may not', () =>
			assert.deepEqual(faultsOf({ a: '1', b: '2' }), ['u1:web:80: Meta has only 2 of 4 pairs']));
		test('nothing may be added', () =>
			assert.deepEqual(faultsOf({ ...wanted.Meta, e: '5' }), ['u1:web:80: Meta has {"e":"5"}, which is not wanted']));
	});
});

suite('checks as a case wants them', () => {
	const http: RecordedCheck = { HTTP: 'http://192.0.2.10:8000/', Interval: '60s' };
	const rows: readonly [
		sentence: string,
		want: RecordedCheck | null,
		sent: readonly RecordedCheck[],
		isFault: boolean,
	][] = [
		['the same check', http, [http], false],
		['none, as wanted', null, [], false],
		['durations count by value', http, [{ ...http, Interval: '1m' }], false],
		['an empty field is none', http, [{ ...http, Method: '', TLSSkipVerify: false }], false],
		['what a check is called is free', http, [{ ...http, CheckID: 'x', Name: 'y', Notes: 'z' }], false],
		['another interval', http, [{ ...http, Interval: '61s' }], true],
		['a field more', http, [{ ...http, Timeout: '5s' }], true],
		['a text that is no duration', http, [{ ...http, Interval: 'often' }], true],
		['a check where none is wanted', null, [http], true],
		['none where one is wanted', http, [], true],
		['a second one', http, [http, { TTL: '10s' }], true],
		['arguments in another order', { Args: ['sh', '-c', 'x'] }, [{ Args: ['-c', 'sh', 'x'] }], true],
	];
	for (const [sentence, want, sent, isFault] of rows)
		test(sentence, () => {
			assert.equal(checkFaults({ web: want }, new Map([['web', sent]])).length, isFault ? 1 : 0);
		});

	test('of a service that was not sent nothing is known', () => {
		assert.deepEqual(checkFaults({ web: null }, new Map()), ['web was not registered, so its check is unknown']);
	});
});
