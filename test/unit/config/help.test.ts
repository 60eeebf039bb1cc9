import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { flagsMarkdown, helpText, usageText } from '../../../src/config/help.ts';
import { optionRows, variableOf } from '../../../src/config/options.ts';
import { verbs } from '../../../src/config/verbs.ts';

suite('the help', () => {
	const lines = helpText().split('\n');

	test('has at most 100 columns and no blanks at the end of a line', () => {
		for (const line of lines) assert.ok(line.length <= 100 && line === line.trimEnd(), line);
	});

	test('names every option once, those of the predecessor first and with one dash', () => {
		const names = lines.flatMap((line) => /^ {2}(--?[A-Za-z-]+)(?: |$)/.exec(line)?.slice(1) ?? []);
		assert.deepEqual(
			names.map((name) => name.replace(/^--?/, '')),
			optionRows.map(({ name }) => name),
		);
		assert.deepEqual(
			names.map((name) => name.startsWith('--')),
			optionRows.map((_, at) => at >= names.indexOf('--interval')),
		);
		assert.equal(names.indexOf('--interval'), names.indexOf('-version') + 1);
	});

	test('gives defaults, and none where a switch is off or a text is empty', () => {
		assert.match(helpText(), /-retry-interval MS +Milliseconds between those attempts \(default 2000\)\n/);
		assert.match(helpText(), /-ip ADDRESS +Address for ports mapped to the host\n/);
		assert.doesNotMatch(helpText(), /default (false|0|)\)/);
	});

	test('the short usage says how to come by the long one', () => {
		assert.match(usageText(), /^Usage of reconsul:\n {2}reconsul \[options\] <registry URI>\n/);
		for (const verb of Object.keys(verbs))
			assert.match(usageText(), new RegExp(`^Verbs are.*(?:\\n.*)?\\b${verb}\\b`, 'm'));
		assert.match(usageText(), /reconsul -h lists the options, and says what the verbs do\.\n$/);
		assert.ok(usageText().split('\n').length < 10);
	});
});

suite('docs/flags.md', () => {
	test('says what the option table says; node src/cli/docs.ts writes it', async () => {
		const written = await readFile(join(import.meta.dirname, '../../../docs/flags.md'), 'utf8');
		assert.equal(written, flagsMarkdown());
	});

	test('has a row of four cells for every option, with its variable', () => {
		const cells = flagsMarkdown()
			.split('\n')
			.filter((line) => line.startsWith('| `-'))
			.map((line) => line.split(' | '));
		assert.deepEqual(
			cells.map((row) => row.length),
			optionRows.map(() => 4),
		);
		assert.deepEqual(
			cells.map((row) => row[1]),
			optionRows.map((row) => (variableOf(row) === undefined ? '' : `\`${variableOf(row)}\``)),
		);
	});
});
