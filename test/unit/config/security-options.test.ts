import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inspect } from 'node:util';
import { commandFrom } from '../../../src/config/command.ts';
import type { Config } from '../../../src/config/config.ts';

const host = { version: '1', isTerminal: false, exists: () => false };

function configOf(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Config {
	const command = commandFrom([...argv, 'consul://'], env, host);
	assert.ok(command.kind === 'run');
	return command.config;
}
const fileOf = (config: Config): string | undefined =>
	config.registry.kind === 'consul' ? config.registry.tokenFile : undefined;

suite('--token-file', () => {
	const both = { CONSUL_HTTP_TOKEN: 'secret', CONSUL_HTTP_TOKEN_FILE: '/variable' };
	const rows: readonly (readonly [
		sentence: string,
		argv: readonly string[],
		env: typeof both | object,
		file: string,
	])[] = [
		['names the file', ['--token-file=/option'], {}, '/option'],
		['wins over the variables of Consul', ['--token-file=/option'], both, '/option'],
		['may come as a variable', [], { ...both, RECONSUL_TOKEN_FILE: '/own' }, '/own'],
		['that is empty leaves the word to Consul’s variable', ['--token-file='], both, '/variable'],
	];
	for (const [sentence, argv, env, file] of rows)
		test(sentence, () => {
			const config = configOf(argv, { ...env });
			assert.equal(fileOf(config), file);
			assert.ok(!inspect(config, { depth: 9 }).includes('secret'));
		});
});

suite('--no-script-checks', () => {
	test('is off unless asked for', () => assert.equal(configOf([]).settings.derive.scriptChecks, true));
	test('goes to whatever derives', () =>
		assert.equal(configOf(['--no-script-checks']).settings.derive.scriptChecks, false));
	test('may come as a variable', () =>
		assert.equal(configOf([], { RECONSUL_NO_SCRIPT_CHECKS: 'true' }).settings.derive.scriptChecks, false));
});
