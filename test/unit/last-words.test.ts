import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lastWords } from '../../src/last-words.ts';

suite('the last words', () => {
	test('say what it was and where, and nothing that hangs on it', () => {
		const request = { headers: { 'x-consul-token': 'hidden' } };
		const error = Object.assign(new TypeError('no route', { cause: { request } }), { request });
		const said = lastWords(error);
		assert.match(said, /TypeError: no route\n +at .*last-words\.test\.ts/);
		assert.doesNotMatch(said, /hidden/);
	});
	test('leave out the password of an address', () => {
		assert.doesNotMatch(lastWords(new Error('no answer of http://u:hidden@h')), /hidden/);
	});
	test('of something that is no error name only its kind', () => {
		assert.match(lastWords({ token: 'hidden' }), /worth a report: object\n$/);
	});
});
