import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startProgram } from '../support/daemon.ts';
import { caughtUp, startStage } from './stage.ts';

const folder = await mkdtemp(join(tmpdir(), 'reconsul-docs-'));
const stage = await startStage();
after(async () => {
	await stage[Symbol.asyncDispose]();
	await rm(folder, { recursive: true });
});

interface Step {
	readonly command: string;
	readonly output: readonly string[];
}

/** The commands of a section, in their order, and what they print. */
async function stepsOf(file: string, section: string): Promise<readonly Step[]> {
	const text = await readFile(join(import.meta.dirname, '..', '..', file), 'utf8');
	const [, body = ''] = new RegExp(`\n## ${section}\n(.*?)\n## `, 's').exec(text) ?? [];
	return [...body.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
		block
			.split(/^\$ /m)
			.slice(1)
			.map((step) => {
				const [command = '', ...output] = step.trimEnd().split('\n');
				return { command, output };
			}),
	);
}

/** Times are never the same. */
const withoutTimes = (line: string): string =>
	line
		.replace(/^\d{4}-\d\d-\d\d [\d:.]+Z/, 'THEN')
		.replace(/\d+(\.\d+)? m?s\b/g, 'N ms')
		.trimEnd();

const sections: readonly (readonly [file: string, section: string, commands: number])[] = [
	['README.md', 'Look at it', 5],
	['docs/operations.md', 'What happened', 5],
];

for (const [file, section, least] of sections)
	test(`the commands under "${section}" in ${file} print what stands there`, async () => {
		await stage.clear();
		const daemon = await stage.start('--hostname=u1', '-ip', '192.0.2.10');
		const env = {
			RECONSUL_URI: stage.target.registry,
			RECONSUL_LISTEN: daemon.url.replace('http://', ''),
			RECONSUL_HOSTNAME: 'u1',
			RECONSUL_IP: '192.0.2.10',
		};
		const steps = await stepsOf(file, section);
		assert.ok(steps.length >= least, 'the section has its commands');
		for (const { command, output } of steps) {
			const [name, ...words] = command.split(' ');
			const args = words.map((word) => word.replace('case.json', join(folder, 'case.json')));
			if (name === 'docker') {
				await stage.engine.docker(...args);
				await caughtUp(stage, daemon);
				continue;
			}
			assert.equal(name, 'reconsul', command);
			await using program = startProgram(args, { docker: stage.target.docker, env });
			await program.exit;
			const printed = `${program.stdout}${program.stderr}`.replaceAll(`${folder}/`, '').trimEnd().split('\n');
			assert.deepEqual(printed.map(withoutTimes), output.map(withoutTimes), command);
		}
		await daemon.stop();
	});
