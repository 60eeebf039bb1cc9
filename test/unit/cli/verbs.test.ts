import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { commandFrom } from '../../../src/config/command.ts';
import { UsageError } from '../../../src/config/usage-error.ts';

const host = { version: '1.2.3', isTerminal: false, exists: () => true };
const command = (line: string, env: Readonly<Record<string, string>> = {}) =>
	commandFrom(line.split(' ').filter(Boolean), env, host);

/** `plan http://127.0.0.1:8500 json`. */
function told(line: string, env: Readonly<Record<string, string>> = {}): string {
	const it = command(line, env);
	if (it.kind === 'plan') return `plan ${it.config.registry.where}${it.isJson ? ' json' : ''}`;
	if (it.kind === 'release') return `release ${it.config.registry.where}${it.isConfirmed ? ' yes' : ''}`;
	return it.kind;
}

suite('plan and release', () => {
	const rows: readonly [line: string, env: Readonly<Record<string, string>>, what: string][] = [
		['plan consul://127.0.0.1', {}, 'plan http://127.0.0.1:8500'],
		['plan --json consul://a:1', {}, 'plan http://a:1 json'],
		['release consul://a:1', {}, 'release http://a:1'],
		['release --yes consul://a:1', {}, 'release http://a:1 yes'],
		['release -yes=false consul://a:1', {}, 'release http://a:1'],
		['plan', { RECONSUL_URI: 'consul://b:2' }, 'plan http://b:2'],
		['release --yes', { CONSUL_HTTP_ADDR: 'c:3' }, 'release http://c:3 yes'],
		['plan', { RECONSUL_URI: 'consul://b:2', CONSUL_HTTP_ADDR: 'c:3' }, 'plan http://b:2'],
		['plan consul://a:1', { RECONSUL_URI: 'consul://b:2' }, 'plan http://a:1'],
		['cleanup --yes consul://a:1', {}, 'cleanup'],
		['doctor', { RECONSUL_URI: 'consul://b:2' }, 'doctor'],
		['completion zsh', {}, 'completion'],
		['man', {}, 'man'],
		['consul://plan', {}, 'run'],
	];
	for (const [line, env, what] of rows)
		test(`${line} ${JSON.stringify(env)}: ${what}`, () => assert.equal(told(line, env), what));

	test('take the daemon’s options on either side of the verb, those behind it win', () => {
		const it = command('-cleanup --hostname=a plan --hostname=b --former-hostname=c consul://x');
		assert.ok(it.kind === 'plan');
		const { settings } = it.config;
		assert.deepEqual(
			[settings.hostname, settings.ownership.cleanup, settings.ownership.formerHostnames],
			['b', true, ['c']],
		);
	});

	const faults: readonly [line: string, exitCode: 1 | 2, message: RegExp][] = [
		['plan', 2, /^Missing registry URI: give one, or set RECONSUL_URI or CONSUL_HTTP_ADDR/],
		['release', 2, /^Missing registry URI/],
		['plan consul://a --json', 2, /^Extra unparsed arguments:\n {2}--json\n/],
		['release consul://a --yes', 2, /^Extra unparsed arguments:\n {2}--yes\n/],
		['plan --yes consul://a', 2, /yes/],
		['--yes release consul://a', 2, /yes/],
		['--json consul://a', 2, /json/],
		['completion', 2, /^reconsul completion needs a shell: bash, zsh or fish; got none\n/],
		['completion ksh', 2, /; got "ksh"\n/],
		['completion bash zsh', 2, /^Extra unparsed arguments:\n {2}zsh\n/],
		['man 1', 2, /^Extra unparsed arguments:\n {2}1\n/],
		['plan etcd://a', 1, /reconsul does not have registrator's etcd; supported are consul:/],
		['release -ttl=10 consul://a', 1, /-ttl and -ttl-refresh must be specified together/],
	];
	for (const [line, exitCode, message] of faults)
		test(`${line}: ${exitCode}`, () =>
			assert.throws(
				() => command(line),
				(error: unknown) => error instanceof UsageError && error.exitCode === exitCode && message.test(error.message),
			));
});
