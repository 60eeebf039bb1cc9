import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { flag, html } from '../../../../src/server/page/html.ts';

/** What a browser makes of a text without markup. */
const read = (text: string): string =>
	text.replace(
		/&(amp|lt|gt|quot|#39);/g,
		(_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ?? "'",
	);

const anyText = fc.oneof(
	fc.string({ unit: 'binary' }),
	fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", '/', '=', ' ', 'a', '\u0000', '\u202e', '\ud800', '`') }),
);

suite('templates of HTML', () => {
	test('whatever is put in is text: it ends no tag, no attribute, and no reference', () => {
		fc.assert(
			fc.property(anyText, (text) => {
				const shown = html`${text}`.text;
				assert.doesNotMatch(shown, /[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
				assert.equal(read(shown), text.toWellFormed().replace(/[^\P{C}\n\t]/gu, '\ufffd'));
			}),
		);
	});

	test('what cannot be seen or turns the direction of writing is shown to be there', () => {
		assert.equal(html`${'a\u0000b\u202ec\u200bd\ud800'}`.text, 'a\ufffdb\ufffdc\ufffdd\ufffd');
		assert.equal(html`${'two\nlines\t'}`.text, 'two\nlines\t');
	});

	test('only templates make markup; an object of the same shape does not', () => {
		const forged: object = { text: '<b>bold</b>' };
		assert.throws(() => html`${forged as never}`);
		assert.equal(html`<i>${html`<b>${'<'}</b>`}</i>`.text, '<i><b>&lt;</b></i>');
	});

	test('lists are put one behind the other; undefined and false leave nothing, zero is a number', () => {
		assert.equal(html`[${['a', undefined, false, ['b', 0], html`<hr>`]}]`.text, '[ab0<hr>]');
	});

	test('flags are there or are not', () => {
		assert.equal(html`<p${flag('hidden', true)}${flag('checked', false)}>`.text, '<p hidden>');
	});
});
