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

suite('reconsul record and replay', () => {
	test('the file, how long, and where', () => {
		for (const line of [
			'record a.json --for=10s consul://a:1',
			'record --for 10s a.json consul://a:1',
			'--hostname=u1 record a.json --for 10s --hostname=u2 consul://a:1',
		]) {
			const it = command(line);
			assert.ok(it.kind === 'record');
			assert.deepEqual([it.file, it.forMs, it.config.registry.where], ['a.json', 10_000, 'http://a:1'], line);
		}
		const it = command('record a.json', { RECONSUL_URI: 'consul://b:2' });
		assert.ok(it.kind === 'record');
		assert.deepEqual([it.forMs, it.config.registry.where], [0, 'http://b:2']);
	});

	const rows: readonly [line: string, what: string | undefined, isJson: boolean][] = [
		['replay a.json', undefined, false],
		['replay a.json --json', undefined, true],
		['replay a.json web --json', 'web', true],
		['replay --json a.json web', 'web', true],
	];
	for (const [line, what, isJson] of rows)
		test(line, () => assert.deepEqual(command(line), { kind: 'replay', file: 'a.json', what, isJson }));

	const faults: readonly [line: string, message: RegExp][] = [
		['record', /^Missing required argument: the file to write/],
		['record a.json', /^Missing registry URI/],
		['replay', /^Missing required argument: the file that reconsul record wrote/],
		['replay a.json web other', /^Extra unparsed arguments:\n {2}other/],
		['record a.json --for=2h consul://a', /for/],
	];
	for (const [line, message] of faults)
		test(`${line}: refused`, () =>
			assert.throws(
				() => command(line),
				(error: unknown) => error instanceof UsageError && error.exitCode === 2 && message.test(error.message),
			));
});
