import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startProgram } from '../support/daemon.ts';
import { eventually } from '../support/lab.ts';
import { startStage } from './stage.ts';

const document = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'explain.md'), 'utf8');
const folder = await mkdtemp(join(tmpdir(), 'reconsul-docs-'));
const stage = await startStage();
const daemon = await stage.start('--hostname=u1', '-ip', '192.0.2.10');
after(async () => {
	await stage[Symbol.asyncDispose]();
	await rm(folder, { recursive: true });
});

/** The commands of all blocks in order, and what the document says they print. */
const steps = [...document.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
	block
		.split(/^\$ /m)
		.slice(1)
		.map((step): readonly [command: string, output: string] => {
			const [command = '', ...lines] = step.split('\n');
			return [command, lines.join('\n')];
		}),
);

/** What is another each time. */
const plain = (text: string): string =>
	text
		.replaceAll(/\b[0-9a-f]{12}\b/g, 'ID')
		.replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
		.trim();

async function reconsul(words: readonly string[]): Promise<string> {
	const args = words.map((word) => (word === 'compose.yml' ? join(folder, word) : word));
	const listen = `--listen=${new URL(daemon.url).host}`;
	await using program = startProgram([listen, ...args], { docker: stage.target.docker });
	await program.exit;
	return (program.stdout + program.stderr).replaceAll(`${folder}/`, '');
}

async function carryOut(command: string, output: string): Promise<void> {
	const [program, ...words] = command.split(' ');
	if (program === 'docker') await stage.engine.docker(...words);
	else if (program === 'cat') await writeFile(join(folder, words[0] ?? ''), output);
	else {
		assert.equal(program, 'reconsul');
		// What was started a moment ago is registered within another.
		await eventually(command, async () => assert.equal(plain(await reconsul(words)), plain(output)));
	}
}

test('docs/explain.md: every command does what it says', async () => {
	assert.equal(steps.filter(([command]) => command.startsWith('reconsul ')).length, 5);
	for (const [command, output] of steps) await carryOut(command, output);
});
