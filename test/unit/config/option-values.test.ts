import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { initialValue, parseInteger, readValue } from '../../../src/config/option-values.ts';
import { optionRows, variableOf } from '../../../src/config/options.ts';

suite('whole numbers as Go reads them', () => {
	const good: readonly [text: string, value: bigint][] = [
		['0', 0n],
		['-0', 0n],
		['+5', 5n],
		['0x10', 16n],
		['0X1f', 31n],
		['-0b101', -5n],
		['0o17', 15n],
		['010', 8n],
		['00', 0n],
		['1_000', 1_000n],
		['0x_ff', 255n],
		['0_7', 7n],
		['9223372036854775807', 2n ** 63n - 1n],
	];
	for (const [text, value] of good) test(`${text} is ${value}`, () => assert.equal(parseInteger(text), value));

	for (const text of [
		'',
		' 1',
		'1 ',
		'1.0',
		'1e3',
		'08',
		'0x',
		'0xg',
		'0b2',
		'0o8',
		'_1',
		'1_',
		'1__0',
		'--1',
		'+',
		'ⅷ',
		'１',
	])
		test(`${JSON.stringify(text)} is none`, () => assert.equal(parseInteger(text), undefined));

	test('any integer is read back in every base', () => {
		fc.assert(
			fc.property(fc.bigInt({ min: 0n, max: 2n ** 70n }), (value) => {
				assert.equal(parseInteger(String(value)), value);
				assert.equal(parseInteger(`-0x${value.toString(16)}`), -value);
				assert.equal(parseInteger(`0o${value.toString(8)}`), value);
				assert.equal(parseInteger(`0${value.toString(8)}`), value);
			}),
		);
	});

	test('a number of a million digits is out of range, at once', () => {
		const row = optionRows.find(({ name }) => name === 'resync');
		assert.ok(row);
		const before = performance.now();
		assert.deepEqual(readValue(row, '9'.repeat(1_000_000)), { flaw: 'value out of range' });
		assert.deepEqual(readValue(row, '9223372036854775808'), { flaw: 'value out of range' });
		assert.deepEqual(readValue(row, '-9223372036854775808'), { flaw: 'must not be negative' });
		assert.ok(performance.now() - before < 5_000);
	});
});

suite('the table of options', () => {
	for (const row of optionRows) {
		test(`-${row.name}: its default is a value that could be given`, () => {
			const text = row.kind === 'boolean' ? String(row.initial) : String(row.initial);
			assert.deepEqual(readValue(row, text), { value: initialValue(row) });
		});
		test(`-${row.name}: its help is one sentence without a full stop, and fits a table`, () =>
			assert.match(row.help, /^[^|\n]{10,100}[^.|\n]$/));
	}

	test('no two options share a name or a variable', () => {
		const names = optionRows.map(({ name }) => name.toLowerCase());
		const variables = optionRows.map(variableOf).filter((name) => name !== undefined);
		assert.equal(new Set(names).size, names.length);
		assert.equal(new Set(variables).size, optionRows.length - 1);
		for (const name of variables) assert.match(name, /^RECONSUL(_[A-Z]+)+$/);
	});

	test('words of a name are parted in its variable', () => {
		const variable = (name: string) => optionRows.filter((row) => row.name === name).map(variableOf);
		assert.deepEqual(variable('useIpFromLabel'), ['RECONSUL_USE_IP_FROM_LABEL']);
		assert.deepEqual(variable('retry-attempts'), ['RECONSUL_RETRY_ATTEMPTS']);
		assert.deepEqual(variable('version'), [undefined]);
	});
});
