import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { optionRows } from '../../src/config/options.ts';
import { verbs } from '../../src/config/verbs.ts';
import { startProgram } from '../support/daemon.ts';

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'reconsul-man-'));
const page = join(folder, 'reconsul.1');
before(async () => {
	await using program = startProgram(['man']);
	assert.equal(await program.exit, 0);
	await writeFile(page, program.stdout);
});
after(() => rm(folder, { recursive: true }));

describe('reconsul man', () => {
	test('is a page without mistakes', async () => {
		const { stdout } = await run('mandoc', ['-T', 'lint', '-W', 'warning', page]).catch((error: unknown) =>
			Object(error),
		);
		const flaws = String(stdout)
			.split('\n')
			// It is the same for the same program, so it has no date.
			.filter((line) => line !== '' && !/missing date/.test(line));
		assert.deepEqual(flaws, []);
	});

	test('tells of every verb and every option, as they are typed', async () => {
		const { stdout } = await run('mandoc', ['-T', 'ascii', '-O', 'width=200', page]);
		// It prints bold letters as typewriters did.
		const text = stdout
			.split('\b')
			.map((part, at, { length }) => (at < length - 1 ? part.slice(0, -1) : part))
			.join('');
		for (const verb of Object.keys(verbs)) assert.match(text, new RegExp(`^ {7}${verb}\\b`, 'm'));
		for (const { name } of optionRows) assert.match(text, new RegExp(`^ {7}--?${name}\\b`, 'm'));
		assert.match(text, /^ {7}--policy sync\|upsert-only\n? .*\(default sync; variable\s+RECONSUL_POLICY\)/ms);
		assert.match(text, /^ {14}--yes {2}Do it\.$/m);
	});
});
