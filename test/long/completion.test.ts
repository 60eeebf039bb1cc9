import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type Shell, shells, verbs } from '../../src/config/verbs.ts';
import { startProgram } from '../support/daemon.ts';
import { removeAll, runContainer } from '../support/lab.ts';
import { typedShell, zshPaths } from '../support/shells.ts';

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'reconsul-completion-'));
const file = (shell: Shell): string => join(folder, shell);
before(async () => {
	for (const shell of shells) {
		await using program = startProgram(['completion', shell]);
		assert.equal(await program.exit, 0);
		await writeFile(file(shell), program.stdout);
	}
});
afterEach(() => removeAll());
after(() => rm(folder, { recursive: true }));

/** What is offered for the end of a line, without descriptions, sorted. */
const offered: Readonly<Record<'bash' | 'fish', (line: string) => Promise<readonly string[]>>> = {
	bash: async (line) => {
		const script = `. ${file('bash')}; COMP_LINE=$1 COMP_POINT=\${#1}; _reconsul; printf '%s\\n' "\${COMPREPLY[@]}"`;
		return sorted((await run('bash', ['-uc', script, 'bash', line])).stdout);
	},
	fish: async (line) => {
		const script = `source ${file('fish')}; complete -C $argv[1]`;
		const env = { PATH: process.env['PATH'], HOME: folder };
		const { stdout } = await run('fish', ['--no-config', '-c', script, line], { env });
		return sorted(stdout.replaceAll(/\t.*$/gm, ''));
	},
};
const sorted = (text: string): readonly string[] =>
	text
		.split('\n')
		.filter((word) => word !== '')
		.sort();

const rows: readonly (readonly [line: string, bash: readonly string[], fish?: readonly string[]])[] = [
	['reconsul doc', ['doctor']],
	['reconsul plan --js', ['--json']],
	['reconsul --js', []],
	['reconsul --policy up', ['upsert-only']],
	// Bash has cut the word at the sign, so it is offered what stands behind.
	['reconsul --policy=up', ['upsert-only'], ['--policy=upsert-only']],
	['reconsul -deregister on', ['on-success']],
	['reconsul -dereg', ['-deregister']],
	['reconsul --dereg', ['--deregister', '--deregister-on-exit']],
	['reconsul --log-level debug pla', ['plan']],
	['reconsul -ip 192.0.2.1 expl', ['explain']],
	['reconsul plan consul-t', ['consul-tls://']],
	['reconsul completion ', ['bash', 'fish', 'zsh']],
	['reconsul -ip ', []],
];

for (const shell of ['bash', 'fish'] as const)
	describe(`completion in ${shell}`, () => {
		for (const [line, words, ofFish = words] of rows)
			test(`${line}: ${words.join(' ') || 'nothing'}`, async () =>
				assert.deepEqual(await offered[shell](line), shell === 'fish' ? ofFish : words));

		test('knows all verbs', async () => {
			const words = await offered[shell]('reconsul ');
			for (const verb of Object.keys(verbs)) assert.ok(words.includes(verb), verb);
		});

		test('knows the containers that run, where a verb asks for one', async () => {
			await runContainer('--name', 'completion-web', 'redis');
			assert.deepEqual(await offered[shell]('reconsul explain completion-w'), ['completion-web']);
		});

		test('offers files by their names, whatever these are, and runs nothing', async () => {
			await writeFile(join(folder, 'x$(touch ran)'), '');
			const [offer = ''] = await offered[shell](`reconsul replay ${folder}/x`);
			assert.equal(offer.replaceAll('\\', ''), `${folder}/x$(touch ran)`);
			assert.deepEqual(
				(await readdir('.')).filter((name) => name === 'ran'),
				[],
			);
		});

		test('offers files for options that take one', async () => {
			await writeFile(join(folder, 'the-token'), '');
			assert.deepEqual(await offered[shell](`reconsul --token-file ${folder}/the-t`), [`${folder}/the-token`]);
		});
	});

const typed: readonly (readonly [keys: string, ran: string])[] = [
	['reconsul doc\t', 'doctor'],
	['reconsul plan --js\t', 'plan --json'],
	['reconsul --policy=up\t', '--policy=upsert-only'],
	['reconsul --policy up\tpla\t', '--policy upsert-only plan'],
	['reconsul -ip 192.0.2.1 expl\t', '-ip 192.0.2.1 explain'],
	['reconsul plan consul-t\t192.0.2.9', 'plan consul-tls://192.0.2.9'],
	['reconsul completion z\t', 'completion zsh'],
];
const ran = `reconsul() { echo "RAN<$*>"; }`;

describe('completion as it is typed', () => {
	test('in bash', async () => {
		const rc = join(folder, 'bashrc');
		await writeFile(rc, `PS1='READY>'\n${ran}\n. ${file('bash')}\n`);
		await using shell = await typedShell(`bash --noprofile --rcfile ${rc} -i`);
		for (const [keys, args] of typed) assert.equal(await shell.type(keys), args, keys);
	});

	test('in zsh', async () => {
		await runContainer('--name', 'completion-zsh', 'redis');
		const setting = 'autoload -U compinit\ncompinit -u -D\nunsetopt zle_bracketed_paste 2>/dev/null\n';
		await writeFile(join(folder, '.zshrc'), `${await zshPaths()}PS1='READY>'\n${setting}${ran}\n. ${file('zsh')}\n`);
		await using shell = await typedShell('zsh -d -i', { ZDOTDIR: folder });
		for (const [keys, args] of typed) assert.equal(await shell.type(keys), args, keys);
		assert.equal(await shell.type('reconsul explain completion-z\t'), 'explain completion-zsh');
		assert.equal(await shell.type(`reconsul --token-file ${folder}/zs\tdoc\t`), `--token-file ${folder}/zsh doctor`);
	});
});
