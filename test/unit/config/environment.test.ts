import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { optionsFromEnvironment } from '../../../src/config/environment.ts';
import { type OptionValue, optionRows, variableOf } from '../../../src/config/options.ts';
import { resultOrComplaint, usageErrorOf } from './usage-errors.ts';

const nothing = new Map<string, OptionValue>();

suite('options from the environment', () => {
	const rows: readonly [
		sentence: string,
		env: Readonly<Record<string, string>>,
		found: Readonly<Record<string, OptionValue>>,
	][] = [
		['no variable says nothing', { HOME: '/root', IP: 'x', RECONSUL: 'x' }, {}],
		['a text', { RECONSUL_IP: '1.2.3.4' }, { ip: '1.2.3.4' }],
		['a number', { RECONSUL_TTL: '0x10' }, { ttl: 16 }],
		['a switch', { RECONSUL_CLEANUP: 'true', RECONSUL_INTERNAL: '0' }, { cleanup: true, internal: false }],
		['a duration', { RECONSUL_INTERVAL: '1m' }, { interval: 60_000 }],
		['a list is parted at commas', { RECONSUL_FORMER_HOSTNAME: ' a,, b ,' }, { 'former-hostname': ['a', 'b'] }],
		['an empty text is a text', { RECONSUL_LISTEN: '' }, { listen: '' }],
		[
			'an empty number, switch, choice or list says nothing',
			{ RECONSUL_TTL: '', RECONSUL_ONCE: '', RECONSUL_API: '', RECONSUL_FORMER_HOSTNAME: '' },
			{},
		],
		['variables are in capitals', { reconsul_ip: 'x', RECONSUL_ip: 'x' }, {}],
		['there is no variable for -version', { RECONSUL_VERSION: 'true' }, {}],
	];
	for (const [sentence, env, found] of rows)
		test(sentence, () => assert.deepEqual(Object.fromEntries(optionsFromEnvironment(env, nothing)), found));

	test('what the command line says is not looked up, not even for errors', () => {
		const given = new Map<string, OptionValue>([['ttl', 5]]);
		assert.deepEqual(optionsFromEnvironment({ RECONSUL_TTL: 'x' }, given), nothing);
	});

	const wrong: readonly [env: Readonly<Record<string, string>>, message: string][] = [
		[{ RECONSUL_TTL: '10s' }, 'invalid value "10s" in RECONSUL_TTL: parse error'],
		[{ RECONSUL_CLEANUP: 'yes' }, 'invalid value "yes" in RECONSUL_CLEANUP: parse error'],
		[{ RECONSUL_API: 'all' }, 'invalid value "all" in RECONSUL_API: must be local or public'],
		[
			{ RECONSUL_FORMER_HOSTNAME: 'a,b c' },
			'invalid value "b c" in RECONSUL_FORMER_HOSTNAME: must be a host name: letters, digits, ".", "_" and "-"',
		],
	];
	for (const [env, message] of wrong)
		test(`${JSON.stringify(env)} is refused by the variable's name`, () => {
			const error = usageErrorOf(() => optionsFromEnvironment(env, nothing));
			assert.deepEqual([error.message, error.exitCode, error.usage], [message, 2, false]);
		});

	test('any text in any variable is read or refused in a short message that names it', () => {
		const variables = optionRows.map(variableOf).filter((name) => name !== undefined);
		fc.assert(
			fc.property(fc.constantFrom(...variables), fc.string({ unit: 'binary' }), (variable, text) => {
				resultOrComplaint(() => {
					try {
						optionsFromEnvironment({ [variable]: text }, nothing);
					} catch (error) {
						assert.ok(error instanceof Error && error.message.includes(` in ${variable}: `));
						throw error;
					}
				});
			}),
		);
	});
});
