import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { progressOn, readingOn } from '../../../src/cli/progress.ts';

function terminal(isTTY: boolean) {
	const written: string[] = [];
	return { isTTY, columns: 20, written, write: (text: string) => void written.push(text) };
}

suite('progress', () => {
	test('is one line of a terminal, written over, cut to its width and gone in the end', () => {
		const stream = terminal(true);
		let now = 0;
		const progress = progressOn(stream, () => now);
		progress.show('a\nb');
		now = 50;
		progress.show('too soon to be read');
		now = 100;
		progress.show('x'.repeat(30));
		progress.clear();
		progress.clear();
		assert.deepEqual(stream.written, ['\r\u001b[Ka\\nb', `\r\u001b[K${'x'.repeat(19)}`, '\r\u001b[K']);
	});

	test('is not written to what is no terminal', () => {
		const stream = terminal(false);
		const progress = progressOn(stream);
		progress.show('a');
		progress.clear();
		assert.deepEqual(stream.written, []);
	});
});

test('of reading is shown until all is read', () => {
	const stream = terminal(true);
	let now = 0;
	const reading = readingOn(progressOn({ ...stream, columns: 80 }, () => now));
	reading(1, 3);
	now = 1_000;
	reading(2, 3);
	reading(3, 3);
	assert.deepEqual(stream.written, [
		'\r\u001b[Kreading 3 containers: 1 done',
		'\r\u001b[Kreading 3 containers: 2 done',
		'\r\u001b[K',
	]);
});
