import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { isYes, metadataFor } from '../../../src/derive/metadata.ts';

const valuesOf = (
	env: readonly string[],
	labels: Readonly<Record<string, string>> = {},
	port = '80',
): Readonly<Record<string, string>> => ({ ...metadataFor(port, env, labels).values });

suite('SERVICE_* of a container', () => {
	const rows: readonly [
		sentence: string,
		env: readonly string[],
		labels: Readonly<Record<string, string>>,
		values: Readonly<Record<string, string>>,
	][] = [
		['nothing is nothing', [], {}, {}],
		['a variable counts', ['SERVICE_NAME=db'], {}, { name: 'db' }],
		['a label counts', [], { SERVICE_NAME: 'db' }, { name: 'db' }],
		['keys come out in lower case', ['SERVICE_RegIon=us2'], {}, { region: 'us2' }],
		['values stay as they are', ['SERVICE_X= A=b '], {}, { x: ' A=b ' }],
		['an empty value is a value', ['SERVICE_X='], {}, { x: '' }],
		['a variable without = is none', ['SERVICE_X'], {}, {}],
		['another prefix is none', ['SERVICES_X=1', 'service_x=1', 'MY_SERVICE_X=1'], { 'com.SERVICE_X': '1' }, {}],
		['a label beats a variable', ['SERVICE_X=env'], { SERVICE_X: 'label' }, { x: 'label' }],
		['a key with the port beats one without', ['SERVICE_80_X=80', 'SERVICE_X=all'], {}, { x: '80' }],
		['in either order', ['SERVICE_X=all', 'SERVICE_80_X=80'], {}, { x: '80' }],
		['even if that one is a label', ['SERVICE_80_X=80'], { SERVICE_X: 'all' }, { x: '80' }],
		['a label for the port beats a variable for the port', ['SERVICE_80_X=a'], { SERVICE_80_X: 'b' }, { x: 'b' }],
		['a key for another port is not ours', ['SERVICE_443_X=1'], {}, {}],
		['a port may be alone in front of nothing', ['SERVICE_80_=1'], {}, { '': '1' }],
		['a number without a key behind it is a key', ['SERVICE_80=1'], {}, { '80': '1' }],
		['a number inside a key is part of it', ['SERVICE_X_80=1'], {}, { x_80: '1' }],
		['a word is no port', ['SERVICE_8080a_X=1'], {}, { '8080a_x': '1' }],
		['a number written otherwise is another port', ['SERVICE_080_X=1', 'SERVICE_+80_X=1'], {}, {}],
		['a number beyond 64 bits is a word', ['SERVICE_9223372036854775808_X=1'], {}, { '9223372036854775808_x': '1' }],
		['a range around the port counts', ['SERVICE_80-89_X=1'], {}, { x: '1' }],
		['its ends belong to it', ['SERVICE_79-80_X=1', 'SERVICE_80-81_Y=2'], {}, { x: '1', y: '2' }],
		['a range beats no port, in either order', ['SERVICE_1-99_X=r', 'SERVICE_X=all'], {}, { x: 'r' }],
		['the port beats a range, in either order', ['SERVICE_80_X=80', 'SERVICE_1-99_X=r'], {}, { x: '80' }],
		['even if that one is a label', ['SERVICE_80_X=80'], { 'SERVICE_1-99_X': 'r' }, { x: '80' }],
		['the port beats a range of itself alone', ['SERVICE_80_X=80', 'SERVICE_80-80_X=r'], {}, { x: '80' }],
		['a narrow range beats a wide one', ['SERVICE_70-90_X=n', 'SERVICE_1-99_X=w'], {}, { x: 'n' }],
		['a label beats a variable for one range', ['SERVICE_1-99_X=a'], { 'SERVICE_1-99_X': 'b' }, { x: 'b' }],
		['a range beside the port is an attribute', ['SERVICE_81-99_X=1'], {}, { '81-99_x': '1' }],
		['so is one the wrong way round', ['SERVICE_99-1_X=1'], {}, { '99-1_x': '1' }],
		['so is one without a key behind it', ['SERVICE_1-99=1'], {}, { '1-99': '1' }],
		['so is one of three', ['SERVICE_1-80-99_X=1'], {}, { '1-80-99_x': '1' }],
		['a range may have nothing behind it', ['SERVICE_1-99_=1'], {}, { '': '1' }],
		['the last of two equal keys counts', ['SERVICE_X=1', 'SERVICE_X=2'], {}, { x: '2' }],
		['a label key with = is cut there', [], { 'SERVICE_X=a': 'b' }, { x: 'a=b' }],
		[
			'a key like an inherited one is a key',
			['SERVICE___PROTO__=1'],
			{ SERVICE_constructor: '2' },
			{ ['__proto__']: '1', constructor: '2' },
		],
	];
	for (const [sentence, env, labels, values] of rows)
		test(sentence, () => assert.deepEqual(Object.entries(valuesOf(env, labels)), Object.entries(values)));

	test('it is known which keys were given for the port', () => {
		const { fromPort } = metadataFor('80', ['SERVICE_80_NAME=a', 'SERVICE_X=1', 'SERVICE_443_Y=1'], {});
		assert.deepEqual([...fromPort], ['name']);
	});

	test('a key for a range is one for the port: no number is added to its name', () => {
		assert.deepEqual([...metadataFor('80', ['SERVICE_1-99_NAME=a'], {}).fromPort], ['name']);
		assert.deepEqual([...metadataFor('80', ['SERVICE_81-99_NAME=a'], {}).fromPort], []);
	});

	test('two ranges of one width: the last by bytes counts, in any order, and it is said', () => {
		for (const env of [
			['SERVICE_79-81_NAME=a', 'SERVICE_80-82_NAME=b'],
			['SERVICE_80-82_NAME=b', 'SERVICE_79-81_NAME=a'],
		]) {
			const { values, warnings } = metadataFor('80', env, {});
			assert.equal(values['name'], 'b');
			assert.deepEqual(warnings, [
				`${env[0]?.split('=')[0]} and ${env[1]?.split('=')[0]} say the same of port 80: SERVICE_80-82_NAME counts`,
			]);
		}
	});

	test('keys that differ only in case: the last by bytes counts, in any order, and it is said', () => {
		for (const env of [
			['SERVICE_NAME=upper', 'SERVICE_name=lower'],
			['SERVICE_name=lower', 'SERVICE_NAME=upper'],
		]) {
			const { values, warnings } = metadataFor('80', env, {});
			assert.equal(values['name'], 'lower');
			assert.equal(warnings.length, 1);
			assert.match(warnings[0] ?? '', /differ only in case: SERVICE_name counts/);
		}
	});

	test('a label and a variable that differ in case are no conflict: the label counts', () => {
		const { values, warnings } = metadataFor('80', ['SERVICE_name=env'], { SERVICE_NAME: 'label' });
		assert.equal(values['name'], 'label');
		assert.deepEqual(warnings, []);
	});

	test('whatever the environment, warnings name keys and never values', () => {
		const key = fc.stringMatching(/^SERVICE_(80_|79-8[01]_)?[abAB_]{0,3}$/);
		fc.assert(
			fc.property(fc.array(key), fc.dictionary(key, fc.constant('s3cret')), (keys, labels) => {
				const env = keys.map((name) => `${name}=s3cret`);
				const { values, warnings } = metadataFor('80', env, labels);
				for (const name of Object.keys(values)) assert.equal(name, name.toLowerCase());
				assert.ok(!warnings.some((text) => text.includes('s3cret')));
				assert.ok(warnings.length <= keys.length + Object.keys(labels).length);
			}),
		);
	});

	test('any text at all is read without an error', () => {
		const text = fc.string({ unit: 'binary' }).map((rest) => `SERVICE_${rest}`);
		fc.assert(
			fc.property(fc.array(text), fc.dictionary(text, fc.string()), (env, labels) => {
				metadataFor('80', env, labels);
			}),
		);
	});
});

suite('yes and no', () => {
	const rows: readonly [value: string | undefined, yes: boolean][] = [
		[undefined, false],
		['', false],
		['0', false],
		['no', false],
		['No', false],
		['false', false],
		['FALSE', false],
		['1', true],
		['true', true],
		['yes', true],
		['on', true],
		['off', true],
		[' ', true],
	];
	for (const [value, yes] of rows)
		test(`${JSON.stringify(value)} is ${yes ? 'yes' : 'no'}`, () => assert.equal(isYes(value), yes));
});
