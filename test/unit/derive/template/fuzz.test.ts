import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { TemplateError } from '../../../../src/derive/template/errors.ts';
import { execute } from '../../../../src/derive/template/execute.ts';
import { maxTextLength } from '../../../../src/derive/template/format.ts';
import { parseTemplate } from '../../../../src/derive/template/parser.ts';
import { parsePattern } from '../../../../src/derive/template/regexp.ts';

const { data, results } = JSON.parse(readFileSync(join(import.meta.dirname, 'go-results.json'), 'utf8')) as {
	data: { redis: unknown };
	results: readonly { template: string }[];
};
const templates = results.map(({ template }) => template);

/** Whatever the text: an output within bounds, or an error that says what is wrong. */
function evaluates(text: string, document: unknown = data.redis): void {
	try {
		assert.ok(execute(parseTemplate(text), document).length <= maxTextLength);
	} catch (error) {
		if (!(error instanceof TemplateError)) throw error;
	}
}

const fragments = [
	...[
		'{{',
		'}}',
		'{{-',
		'-}}',
		'(',
		')',
		'|',
		':=',
		'=',
		',',
		'.',
		'$',
		'$x',
		'"',
		'`',
		"'",
		'\\',
		'/*',
		'*/',
		' ',
		'\n',
	],
	...[
		'if',
		'else',
		'end',
		'range',
		'with',
		'break',
		'define "a"',
		'template "a"',
		'block "a"',
		'nil',
		'true',
		'1',
		'-1.5e3',
	],
	...[
		'.Config.Env',
		'.Config.Labels',
		'.Name',
		'.HostConfig',
		'.__proto__',
		'.constructor',
		'printf "%5.3d"',
		'index',
		'slice',
	],
	...[
		'split ""',
		'join "-"',
		'replace -1 "" "x"',
		'len',
		'eq',
		'lt',
		'and',
		'or',
		'not',
		'html',
		'js',
		'urlquery',
		'strSlice',
	],
	...['sIndex', 'mIndex', 'matchAllElements "(a*)*"', 'jsonParse', 'print', 'println', 'toUpper', '日', '\0', '\ud800'],
];

const mutated = fc
	.tuple(
		fc.constantFrom(...templates),
		fc.array(fc.tuple(fc.nat(200), fc.nat(6), fc.constantFrom(...fragments, '')), { minLength: 1, maxLength: 4 }),
	)
	.map(([template, edits]) =>
		edits.reduce((text, [at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut), template),
	);

suite('a template from anybody', () => {
	test('any text is evaluated or refused', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => evaluates(`{{${text}}}`)),
			{ numRuns: 500 },
		);
		fc.assert(
			fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (text) => evaluates(text)),
			{ numRuns: 500 },
		);
	});

	test('any sequence of what templates consist of is evaluated or refused', () => {
		const texts = fc.array(fc.constantFrom(...fragments), { maxLength: 30 }).map((parts) => parts.join(''));
		fc.assert(
			fc.property(texts, (text) => evaluates(text)),
			{ numRuns: 2_000 },
		);
		const actions = fc.array(fc.constantFrom(...fragments.slice(2)), { maxLength: 8 });
		fc.assert(
			fc.property(actions, (parts) => evaluates(`{{${parts.join(' ')}}}`)),
			{ numRuns: 2_000 },
		);
	});

	test('a valid template with some edits is evaluated or refused', () => {
		fc.assert(
			fc.property(mutated, (text) => evaluates(text)),
			{ numRuns: 3_000 },
		);
	});

	test('any document can be evaluated on', () => {
		fc.assert(
			fc.property(fc.constantFrom(...templates), fc.jsonValue(), (text, document) => evaluates(text, document)),
			{ numRuns: 1_000 },
		);
		const documents = fc.record({
			Name: fc.jsonValue(),
			Config: fc.jsonValue(),
			State: fc.jsonValue(),
			NetworkSettings: fc.jsonValue(),
		});
		fc.assert(
			fc.property(fc.constantFrom(...templates), documents, (text, document) => evaluates(text, document)),
			{ numRuns: 1_000 },
		);
	});
});

suite('a pattern from anybody', () => {
	const pieces = [
		'a',
		'b',
		'.',
		'*',
		'+',
		'?',
		'|',
		'(',
		')',
		'(?:',
		'(?i)',
		'[',
		'^',
		']',
		'-',
		'\\',
		'{2}',
		'{1,}',
		'$',
		'd',
		'\\b',
		'\\pL',
	];

	test('any text is a pattern or refused', () => {
		const patterns = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''));
		fc.assert(
			fc.property(fc.oneof(patterns, fc.string({ unit: 'binary', maxLength: 20 })), fc.string(), (pattern, text) => {
				try {
					assert.equal(typeof parsePattern(pattern)(text), 'boolean');
				} catch (error) {
					if (!(error instanceof TemplateError)) throw error;
				}
			}),
			{ numRuns: 3_000 },
		);
	});

	test('what both languages spell alike matches alike', () => {
		const leaf = fc.constantFrom('a', 'b', 'ab', '.', '[ab]', '[^a]', '\\d', '\\w', '^', '$', '\\b', '');
		const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
			pattern: fc.oneof(
				{ maxDepth: 3 },
				leaf,
				fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => a + b),
				fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
				fc
					.tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{1,}', '*?'))
					.map(([a, sign]) => `(?:${a})${sign}`),
			),
		}));
		const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', '\n'), maxLength: 6 });
		fc.assert(
			fc.property(pattern, text, (source, value) => {
				assert.equal(parsePattern(source)(value), new RegExp(source, 'u').test(value));
			}),
			{ numRuns: 3_000 },
		);
	});
});
