import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TemplateError } from '../../../../src/derive/template/errors.ts';
import { execute } from '../../../../src/derive/template/execute.ts';
import { maxTextLength } from '../../../../src/derive/template/format.ts';
import { maxTemplateLength, parseTemplate } from '../../../../src/derive/template/parser.ts';

const evaluate = (text: string, document: unknown = {}): string => execute(parseTemplate(text), document);
const withEnv = (...env: readonly string[]): unknown => ({ Config: { Env: env } });

suite('what is wrong with a template is said with its place', () => {
	const rows: readonly [template: string, message: RegExp][] = [
		['{{.Name', /^1:1: unclosed action: expected \}\}/],
		['a\n  {{nope .Name}}', /^2:5: function "nope" is not defined/],
		['{{if .Name}}x', /expected \{\{end\}\} of \{\{if\}\} at 1:3/],
		['x{{end}}', /^1:4: unexpected \{\{end\}\}/],
		['{{$x}}', /^1:3: undefined variable \$x/],
		['{{.Name!}}', /^1:8: unexpected "!" after field/],
		['{{/* x }}', /^1:3: unclosed comment/],
		['{{if}}{{end}}', /^1:5: missing value for if/],
		['{{httpGet "http://x"}}', /^1:3: httpGet is not supported: /],
		['{{"\\q"}}', /^1:3: bad escape/],
		['{{template "a"}}{{.Nope}}', /^1:3: template "a" is not defined/],
		['ab\n{{.Name}}\n{{.Config.Nope}}', /^3:3: can't evaluate field Nope in type Config/],
		['{{index .Config.Env 3}}', /^1:3: index out of range: 3/],
		['{{toUpper 1}}', /^1:3: toUpper: wrong type for argument 1; expected string; got int/],
	];
	for (const [template, message] of rows)
		test(JSON.stringify(template), () => {
			assert.throws(() => evaluate(template, { Config: {} }), { name: 'TemplateError', message });
		});

	test('a message names fields, never values', () => {
		const document = { Name: 'secret-name', Config: { Env: ['secret-value'] } };
		for (const template of ['{{.Name.Foo}}', '{{lt .Name 1}}', '{{toUpper .Config.Env}}', '{{range .Name}}{{end}}'])
			assert.throws(
				() => evaluate(template, document),
				(error: Error) => !error.message.includes('secret'),
			);
	});
});

suite('only what Docker said can be reached', () => {
	test('what every JavaScript object inherits is not there', () => {
		for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'json', 'kind', 'shape']) {
			assert.throws(() => evaluate(`{{.${name}}}`), TemplateError);
			assert.equal(evaluate(`{{.Config.Labels.${name}}}`, { Config: { Labels: {} } }), '<no value>');
			assert.equal(evaluate(`{{index .Config.Labels "${name}"}}`, { Config: { Labels: {} } }), '');
			assert.throws(() => parseTemplate(`{{${name} .}}`), TemplateError);
		}
	});

	test('a label that is named like one of these is a label', () => {
		const document: unknown = JSON.parse('{"Config":{"Labels":{"__proto__":"a","constructor":"b"}}}');
		assert.equal(evaluate('{{.Config.Labels.__proto__}}{{index .Config.Labels "constructor"}}', document), 'ab');
	});

	test('a field that only newer engines send is shown all the same', () => {
		const document = {
			Platform: 'linux',
			HostConfig: { Runtime: 'runc', Annotations: { a: 'b' }, Sizes: [1, 2.5, null] },
		};
		assert.equal(
			evaluate('{{.Platform}} {{.HostConfig.Runtime}} {{.HostConfig.Annotations.a}} {{.HostConfig.Sizes}}', document),
			'linux runc b [1 2.5 <nil>]',
		);
	});

	test('a field that the engine no longer sends is empty, not an error', () => {
		assert.equal(evaluate('[{{.NetworkSettings.IPAddress}}]', { NetworkSettings: {} }), '[]');
	});
});

suite('a template ends, and stays small', () => {
	const rows: readonly [sentence: string, template: string, message: RegExp][] = [
		['loops inside loops', '{{range 1000000}}{{range 1000000}}{{end}}{{end}}', /more than \d+ steps/],
		['a loop that does nothing', '{{range 9223372036854775807}}{{end}}', /more than \d+ steps/],
		[
			'templates that call each other',
			'{{define "a"}}{{template "b"}}{{end}}{{define "b"}}{{template "a"}}{{end}}{{template "a"}}',
			/more than 100 levels/,
		],
		['a text that doubles', '{{$x := "ab"}}{{range 100}}{{$x = print $x $x}}{{end}}', /grows beyond/],
		['a join of many', '{{$x := printf "%60000s" ""}}{{join $x (split "" $x)}}', /grows beyond/],
		['a replacement of many', '{{$x := printf "%60000s" ""}}{{replace -1 "" $x $x}}', /grows beyond/],
		['a wide column', '{{printf "%999999999d" 1}}', /more than \d+ characters/],
		['many wide columns', `{{printf "${'%60000d'.repeat(10)}" 1 1 1 1 1 1 1 1 1 1}}`, /more than \d+ characters/],
		['an output without end', '{{range 10000}}0123456789{{end}}', /more than \d+ characters/],
		['parentheses', `{{${'('.repeat(60_000)}1}}`, /nested more than 100 levels/],
		['blocks', '{{if true}}'.repeat(5_000), /nested more than 100 levels/],
		['a pattern of repeats', '{{matchAllElements "((a{1000}){1000}){1000}" .Config.Env}}', /pattern repeats too much/],
		['a pattern of groups', `{{matchAllElements "${'('.repeat(900)}" .Config.Env}}`, /nested too deep/],
	];
	for (const [sentence, template, message] of rows)
		test(`${sentence}: refused`, () => {
			assert.throws(() => evaluate(template, withEnv('a')), { name: 'TemplateError', message });
		});

	test('a template may be as long as the limit, and no longer', () => {
		assert.equal(evaluate('x'.repeat(maxTemplateLength)).length, maxTextLength);
		assert.throws(
			() => parseTemplate('x'.repeat(maxTemplateLength + 1)),
			/at most 65536 characters, this one has 65537/,
		);
	});

	test('a template of thousands of actions is within the limits', () => {
		assert.equal(evaluate('{{.Name}}'.repeat(7_000), { Name: '/a' }), '/a'.repeat(7_000));
	});

	test('patterns that make JavaScript try for years are answered at once', () => {
		const hostile = `${'a'.repeat(4_000)}!`;
		for (const pattern of ['(a+)+$', '(a|a)+$', '(a*)*b', '(.*)*x.*=', '^(([a-z])+.)+[A-Z]$', 'a*a*a*a*a*a*b'])
			assert.equal(evaluate(`[{{matchFirstElement "${pattern}" .Config.Env}}]`, withEnv(hostile)), '[]');
	});

	test('a text that is too long for a pattern is refused rather than cut', () => {
		const document = withEnv('a'.repeat(3_000_000));
		assert.throws(() => evaluate('{{matchAllElements "abcde" .Config.Env}}', document), /too long for the pattern/);
	});
});

suite('jsonParse reads a label that holds JSON', () => {
	const document = { Config: { Labels: { json: '{"a":{"b":["x",{"c":null}]},"__proto__":1}', bad: '{' } } };
	const rows: readonly [path: string, label: string, value: string][] = [
		['a::b::[0]', 'json', 'x'],
		['a::b::[1]', 'json', '{"c":null}'],
		['a::b::[1]::c', 'json', 'null'],
		['a::b::[7]', 'json', ''],
		['a::b::0', 'json', ''],
		['a::b::length', 'json', ''],
		['constructor', 'json', ''],
		['a', 'bad', ''],
	];
	for (const [path, label, value] of rows)
		test(`${path} of ${label}`, () => {
			assert.equal(evaluate(`{{jsonParse .Config.Labels.${label} "${path}"}}`, document), value);
		});
});
