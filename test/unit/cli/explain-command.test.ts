import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { commandFrom } from '../../../src/config/command.ts';
import { UsageError } from '../../../src/config/usage-error.ts';

const host = { version: '1.2.3', isTerminal: false, exists: () => true };

function asked(line: string, env: Readonly<Record<string, string>> = {}) {
	const command = commandFrom(line.split(' '), env, host);
	assert.ok(command.kind === 'explain');
	return command;
}

/** `web json :1 http://a:8500` */
function told(line: string, env: Readonly<Record<string, string>> = {}): string {
	const { what, isJson, listen, config } = asked(line, env);
	return [what, ...(isJson ? ['json'] : []), listen ?? 'default', config().registry.where].join(' ');
}

suite('reconsul explain', () => {
	const rows: readonly (readonly [line: string, what: string])[] = [
		['explain web consul://a', 'web default http://a:8500'],
		['explain --json web consul://a', 'web json default http://a:8500'],
		['explain web --json consul://a', 'web json default http://a:8500'],
		['explain web consul://a --json', 'web json default http://a:8500'],
		['--listen=:1 explain u1:web:80 consul://a', 'u1:web:80 :1 http://a:8500'],
		['--listen=:1 explain web --listen=:2 consul://a', 'web :2 http://a:8500'],
		['explain plan consul://a', 'plan default http://a:8500'],
	];
	for (const [line, what] of rows) test(`${line}: ${what}`, () => assert.equal(told(line), what));

	test('takes the registry from the environment', () => {
		assert.equal(told('explain web', { RECONSUL_URI: 'consul://b:2' }), 'web default http://b:2');
	});

	test('needs no registry until no daemon answers', () => {
		const { config } = asked('explain web');
		assert.throws(config, /Missing registry URI: give one, or set RECONSUL_URI/);
	});

	const faults: readonly (readonly [line: string, message: RegExp])[] = [
		['explain', /^Missing required argument: a container, or a service id/],
		['explain web consul://a consul://b', /^Extra unparsed arguments:\n {2}consul:\/\/b\n/],
		['explain web --yes', /^flag provided but not defined: -yes/],
	];
	for (const [line, message] of faults)
		test(`${line}: ${message.source}`, () =>
			assert.throws(
				() => asked(line),
				(error: unknown) => error instanceof UsageError && error.exitCode === 2 && message.test(error.message),
			));
});

suite('reconsul lint', () => {
	test('takes one thing to look over, or all, and the options of the daemon', () => {
		for (const target of [undefined, 'web', 'image:redis', './compose.yml']) {
			const line = ['--explicit', 'lint', '--ip=10.0.0.1', ...(target === undefined ? [] : [target])];
			const command = commandFrom(line, {}, host);
			assert.ok(command.kind === 'lint');
			assert.equal(command.target, target);
			const { ip, explicit } = command.config.settings.derive;
			assert.deepEqual([ip, explicit], ['10.0.0.1', true]);
		}
	});

	test('and not two', () => {
		assert.throws(() => commandFrom(['lint', 'a', 'b'], {}, host), /^UsageError: Extra unparsed arguments:\n {2}b\n/);
	});
});
