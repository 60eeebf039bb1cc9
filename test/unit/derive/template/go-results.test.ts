import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { TemplateError } from '../../../../src/derive/template/errors.ts';
import { execute } from '../../../../src/derive/template/execute.ts';
import { parseTemplate } from '../../../../src/derive/template/parser.ts';

/** What Go 1.26 made of each template, on the struct of registrator's Docker client filled from `data`. */
interface Results {
	readonly data: Readonly<Record<string, unknown>>;
	readonly results: readonly {
		readonly template: string;
		readonly data: string;
		readonly output?: string;
		readonly error?: 'parse' | 'execute';
	}[];
}

const { data, results } = JSON.parse(readFileSync(join(import.meta.dirname, 'go-results.json'), 'utf8')) as Results;

/** Where we do not do what Go does, and mean it. */
const deliberate: ReadonlyMap<string, { readonly output?: string; readonly error?: 'parse' | 'execute' }> = new Map([
	// Docker's own names work too.
	['{{.Id}}', { output: 'e20f9c1a76565d62ae24a3bb877b17b862b6eab94f4e95a0e07ccf25087aaf4f' }],
	['{{.HostConfig.CpuShares}}x', { output: '512x' }],
	// Refused at the start of the daemon rather than at the first container.
	['{{9223372036854775808}}', { error: 'parse' }],
	['{{call .Name}}', { error: 'parse' }],
	['{{httpGet "http://127.0.0.1:1/"}}', { error: 'parse' }],
	['{{1i}}', { error: 'parse' }],
]);

function ours(text: string, document: unknown): { readonly output?: string; readonly error?: 'parse' | 'execute' } {
	let stage: 'parse' | 'execute' = 'parse';
	try {
		const template = parseTemplate(text);
		stage = 'execute';
		return { output: execute(template, document) };
	} catch (error) {
		assert.ok(error instanceof TemplateError, String(error));
		assert.match(error.message, /^\d+:\d+: /);
		return { error: stage };
	}
}

suite('a template means what it means in Go', () => {
	for (const { template, data: document, ...result } of results)
		test(`${document}: ${JSON.stringify(template)}`, () => {
			assert.deepEqual(ours(template, data[document]), deliberate.get(template) ?? result);
		});

	test('the table is the whole one, with every deliberate difference in it', () => {
		assert.ok(results.length > 380);
		for (const template of deliberate.keys()) assert.ok(results.some((result) => result.template === template));
	});
});
