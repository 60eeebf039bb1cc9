import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Program, type ProgramOptions, startProgram } from '../support/daemon.ts';
import { eventually } from '../support/lab.ts';

/** Command lines and what is expected of them; test/conformance/README.md has the format. */
interface RecordedCommandLine {
	readonly what: string;
	readonly args: readonly string[];
	/** `exitCode` null: the program keeps running, and says the texts soon. */
	readonly expect: { readonly exitCode: number | null; readonly stderrContains: readonly string[] };
}

const recorded = JSON.parse(
	readFileSync(join(import.meta.dirname, '..', 'conformance', 'cli.json'), 'utf8'),
) as readonly RecordedCommandLine[];

/** The arguments are to be exactly these, so everything else is said by the environment. */
const quiet: ProgramOptions = { env: { RECONSUL_LISTEN: '' } };

const hasSaid = ({ stderr }: Program, texts: readonly string[]): void => {
	for (const text of texts) assert.ok(stderr.includes(text), `${JSON.stringify(text)} is not in: ${stderr}`);
};

describe('command lines of the predecessor, given to the built program', { concurrency: 2 }, () => {
	for (const { what, args, expect } of recorded.filter(({ expect }) => expect.exitCode !== null))
		test(`${what}: ends with ${expect.exitCode}`, async () => {
			await using program = startProgram(args, quiet);
			assert.equal(await program.exit, expect.exitCode);
			hasSaid(program, expect.stderrContains);
		});

	for (const { what, args, expect } of recorded.filter(({ expect }) => expect.exitCode === null))
		test(`${what}: keeps running, and ends with 0 when it is told to`, async () => {
			await using program = startProgram(args, quiet);
			await eventually('it has said everything', () => hasSaid(program, expect.stderrContains));
			assert.ok(program.isRunning);
			program.signal('SIGTERM');
			assert.equal(await program.exit, 0);
		});

	for (const flag of ['-version', '--version', '-version=true'])
		test(`${flag}: the version, and nothing else, on stdout`, async () => {
			await using program = startProgram([flag], quiet);
			assert.equal(await program.exit, 0);
			assert.match(program.stdout, /^\d+\.\d+\.\d+\n$/);
			assert.equal(program.stderr, '');
		});
});
