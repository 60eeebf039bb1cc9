import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { type Command, commandFrom } from '../../src/config/command.ts';
import type { ConfigHost } from '../../src/config/config.ts';
import { usageText } from '../../src/config/help.ts';
import { UsageError } from '../../src/config/usage-error.ts';
import { tagsTemplate } from '../../src/derive/tags.ts';

/** Command lines and what the predecessor answered; test/conformance/README.md has the format. */
interface RecordedCommandLine {
	readonly what: string;
	readonly args: readonly string[];
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
	/** `null`: the command line is accepted, and the program keeps running. */
	readonly expect: { readonly exitCode: number | null; readonly stderrContains: readonly string[] };
	readonly differs: string | null;
}

const recorded = JSON.parse(
	readFileSync(join(import.meta.dirname, 'cli.json'), 'utf8'),
) as readonly RecordedCommandLine[];

const host: ConfigHost = { version: '1.2.3', isTerminal: false, exists: () => true };

interface Answer {
	readonly exitCode: number | null;
	readonly stdout: string;
	readonly stderr: string;
	readonly command?: Command;
}

/** What main does with the answer, short of running. */
function answerTo(args: readonly string[]): Answer {
	try {
		const command = commandFrom(args, {}, host);
		if (command.kind === 'print')
			return { exitCode: 0, stdout: '', stderr: '', [command.stream]: command.text, command };
		return { exitCode: null, stdout: '', stderr: '', command };
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		const stderr = `${error.message}\n${error.usage ? usageText() : ''}`;
		return { exitCode: error.exitCode, stdout: '', stderr };
	}
}

/** Those that parse, and then end at a Consul where nobody listens. */
const endsAtConsul = ({ expect }: RecordedCommandLine): boolean =>
	expect.exitCode === null || expect.stderrContains.includes('connection refused');

/** Parses, and then the wiring finds that the template does not. */
const endsAtTemplate = ({ expect: { exitCode, stderrContains } }: RecordedCommandLine): boolean =>
	exitCode === 1 && stderrContains.join() === '-tags';

suite('command lines of the predecessor', () => {
	for (const line of recorded.filter((line) => endsAtConsul(line) || endsAtTemplate(line)))
		test(`${line.what}: accepted`, () => {
			const { exitCode, command } = answerTo(line.args);
			assert.equal(exitCode, null);
			assert.ok(command?.kind === 'run' && command.config.registry.kind === 'consul');
			const { port, socketPath } = command.config.registry;
			assert.ok(port === 1 || socketPath === '/nonexistent.sock');
			const { tags } = command.config;
			if (endsAtTemplate(line)) assert.throws(() => tagsTemplate(tags));
			else tagsTemplate(tags);
			const hasSaid = line.args.some((argument) => argument.startsWith('-retry-attempts'));
			assert.equal(command.config.retryAttempts !== undefined, hasSaid);
		});

	for (const line of recorded.filter((line) => !endsAtConsul(line) && !endsAtTemplate(line)))
		test(`${line.what}: ends with ${line.expect.exitCode}`, () => {
			const { exitCode, stdout, stderr } = answerTo(line.args);
			assert.equal(exitCode, line.expect.exitCode);
			for (const text of line.expect.stderrContains) assert.ok(stderr.includes(text), `${text} is not in: ${stderr}`);
			assert.equal(stdout !== '', stderr === '');
		});

	for (const line of recorded.filter(({ exitCode, differs }) => exitCode > 0 && differs === null))
		test(`${line.what}: complains in the predecessor's words`, () => {
			const [words = ''] = line.stderr.replace('Starting registrator  ...\n', '').split('Usage of registrator:');
			if (words.startsWith('Using consul adapter')) return assert.equal(answerTo(line.args).exitCode, null);
			const { stderr } = answerTo(line.args);
			assert.ok(stderr.startsWith(words), `${JSON.stringify(words)} is not the beginning of ${stderr}`);
		});
});
