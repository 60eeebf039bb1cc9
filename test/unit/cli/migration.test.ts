import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { actions } from '../../../src/cli/plan/report.ts';
import { commandFrom } from '../../../src/config/command.ts';
import type { OptionRow } from '../../../src/config/option-rows.ts';
import { optionRows } from '../../../src/config/options.ts';
import { registratorOptions } from '../../../src/config/registrator-options.ts';
import { verbs } from '../../../src/config/verbs.ts';
import { registratorRows } from '../../../src/derive/labels/registrator-rows.ts';
import { stampKeys } from '../../../src/registry/consul/body.ts';

const docs = join(import.meta.dirname, '..', '..', '..', 'docs');
const text = readFileSync(join(docs, 'migration.md'), 'utf8');
const section = (title: string): string => text.split(/^## /m).find((part) => part.startsWith(title)) ?? '';

suite('docs/migration.md', () => {
	test('has every option of registrator in its table, and none that there is not', () => {
		const options = section('Every option');
		for (const { name } of registratorOptions)
			assert.match(options, new RegExp(`^\\|.*\`-${name}\`.*\\|.*\\|`, 'm'), name);
		const ofVerbs = Object.values(verbs).flatMap(({ options }): readonly OptionRow[] => options);
		const known = new Set([...optionRows, ...ofVerbs].map(({ name }) => name));
		// Docker's own, in commands.
		const dockers = new Set(['rm', 'net', 'volume', 'restart', 'name', 'd', 'f', 'h', 'c']);
		const named = [...text.matchAll(/(?<=[\s`(])--?([a-zA-Z][\w-]*)/g)].map(([, name = '']) => name);
		assert.ok(named.length > 30);
		assert.deepEqual(
			named.filter((name) => !known.has(name) && !dockers.has(name)),
			[],
		);
	});

	test('has every key of registrator’s language in its table, and none that there is not', () => {
		const labels = section('Every label');
		const keys = Object.keys(registratorRows).map((key) => key.toUpperCase());
		for (const key of keys) assert.match(labels, new RegExp(`^\\|.*\`${key}\`.*\\|.*\\|`, 'm'), key);
		const named = [...labels.matchAll(/`([A-Z][A-Z_]{1,})`/g)].map(([, key]) => key);
		assert.deepEqual(
			named.filter((key) => !keys.includes(key ?? '')),
			[],
		);
	});

	test('explains everything that plan says', () => {
		for (const action of actions) assert.match(section('Before'), new RegExp(`^\\| \`${action}\` \\|`, 'm'), action);
	});

	test('names the pairs that are new in Meta', () => {
		for (const key of Object.values(stampKeys)) assert.ok(section('After').includes(`\`${key}\``), key);
	});

	test('has commands that the program understands', () => {
		const commands = [...text.matchAll(/reconsul:dev (.*)$/gm)].map(([, line = '']) => line);
		assert.equal(commands.length, 4);
		const host = { version: '', isTerminal: false, exists: () => true };
		const kinds = commands.map(
			(line) => commandFrom(line.replace('OPTIONS', '-cleanup -ip 1.2.3.4').split(' '), {}, host).kind,
		);
		assert.deepEqual(kinds, ['plan', 'run', 'release', 'release']);
	});

	test('has links that lead somewhere', () => {
		const links = [...text.matchAll(/\]\(([^)#]+)(?:#([^)]+))?\)/g)];
		assert.ok(links.length >= 4);
		for (const [, path = '', anchor] of links) {
			const target = readFileSync(join(docs, path), 'utf8');
			const anchors = [...target.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
				title.toLowerCase().replaceAll(' ', '-'),
			);
			if (anchor !== undefined) assert.ok(anchors.includes(anchor), anchor);
		}
	});
});
