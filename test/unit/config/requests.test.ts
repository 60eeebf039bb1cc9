import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { commandFrom } from '../../../src/config/command.ts';
import { UsageError } from '../../../src/config/usage-error.ts';

const host = { version: '1.2.3', isTerminal: false, exists: () => true };
const command = (line: string, env: Readonly<Record<string, string>> = {}) =>
	commandFrom(line.split(' ').filter(Boolean), env, host);

suite('reconsul history', () => {
	const nothing = {
		kind: 'history',
		subject: undefined,
		isJson: false,
		follows: false,
		listen: undefined,
		apiTokenFile: '',
	};
	const rows: readonly [line: string, env: Readonly<Record<string, string>>, said: object][] = [
		['history', {}, {}],
		['history web', {}, { subject: 'web' }],
		['history --json --follow web', {}, { subject: 'web', isJson: true, follows: true }],
		['history web --follow --json', {}, { subject: 'web', isJson: true, follows: true }],
		['--listen=:1 history web', {}, { subject: 'web', listen: ':1' }],
		['--listen=:1 history web --listen=:2', {}, { subject: 'web', listen: ':2' }],
		['history', { RECONSUL_API_TOKEN_FILE: '/t' }, { apiTokenFile: '/t' }],
		['history --api-token-file=/u', { RECONSUL_API_TOKEN_FILE: '/t', RECONSUL_TTL: 'wrong' }, { apiTokenFile: '/u' }],
	];
	for (const [line, env, said] of rows)
		test(`${line} ${JSON.stringify(env)}`, () => assert.deepEqual(command(line, env), { ...nothing, ...said }));

	test('is about one thing', () =>
		assert.throws(
			() => command('history web other'),
			(error: unknown) => error instanceof UsageError && error.exitCode === 2 && /\n {2}other\n/.test(error.message),
		));

	test('has help behind what it is about, too', () => assert.equal(command('history web -h').kind, 'print'));
});
