import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseGoUrl } from '../../../src/config/go-url.ts';

/** As Go 1.26's url.Parse answers; `undefined` for its errors. */
const rows: readonly [
	text: string,
	answer: readonly [scheme: string, host: string, path: string, query: string] | undefined,
][] = [
	['', ['', '', '', '']],
	['-', ['', '', '-', '']],
	['a', ['', '', 'a', '']],
	['a:b', ['a', '', 'b', '']],
	['A+1.-:b', ['a+1.-', '', 'b', '']],
	['1:b', undefined],
	[':b', undefined],
	['./a:b', ['', '', './a:b', '']],
	['a b:c', undefined],
	['a\tb', undefined],
	['#\t', ['', '', '', '']],
	['#%zz', undefined],
	['s://h', ['s', 'h', '', '']],
	['s:///p', ['s', '', '/p', '']],
	['///p', ['', '', '///p', '']],
	['//h/p', ['', 'h', '/p', '']],
	['s:/p', ['s', '', '/p', '']],
	['s://h/p?q=%zz#f', ['s', 'h', '/p', 'q=%zz']],
	['s://h/%zz', undefined],
	['s://h?q', ['s', 'h', '', 'q']],
	['s://h:1:2', ['s', 'h:1:2', '', '']],
	['s://h:x', undefined],
	['s://h:', ['s', 'h:', '', '']],
	['s://[::1]:1', ['s', '[::1]:1', '', '']],
	['s://[::1', undefined],
	['s://[::1]x', undefined],
	['s://a[', undefined],
	['s://a b', undefined],
	['s://%41', undefined],
	['s://%c3%b6', ['s', '%c3%b6', '', '']],
	['s://u:p@h', ['s', 'h', '', '']],
	['s://u@v@h', ['s', 'h', '', '']],
	['s://u%zz@h', undefined],
	['s://u p@h', undefined],
];

suite("Go's url.Parse", () => {
	for (const [text, answer] of rows)
		test(`${JSON.stringify(text)} is ${answer === undefined ? 'an error' : 'a URI'}`, () => {
			const url = parseGoUrl(text);
			assert.deepEqual(url && [url.scheme, url.host, url.path, url.query], answer);
		});

	test('a user without a name is still a user', () => {
		assert.equal(parseGoUrl('s://@h')?.userinfo, '');
		assert.equal(parseGoUrl('s://u:p@h')?.userinfo, 'u:p');
		assert.equal(parseGoUrl('s://h/a@b')?.userinfo, undefined);
	});
});
