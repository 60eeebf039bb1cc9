import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { lineSplitter } from '../../../src/source/lines.ts';

const split = (pieces: readonly string[], longest = 100): readonly string[] => pieces.flatMap(lineSplitter(longest));

const rows: readonly (readonly [sentence: string, pieces: readonly string[], lines: readonly string[]])[] = [
	['a line is complete with its line feed', ['{"a":1}\n'], ['{"a":1}']],
	['what has no line feed yet is no line', ['{"a"'], []],
	['a line comes in pieces', ['{"a"', ':1', '}\n{'], ['{"a":1}']],
	['a piece holds several lines', ['a\nb\nc\n'], ['a', 'b', 'c']],
	['a record separator before each line is taken off', ['\u001ea\n\u001eb\n'], ['a', 'b']],
	['so is a carriage return after it', ['a\r\nb\r', '\n'], ['a', 'b']],
	['empty lines, a proxy may send them to keep a connection open, are none', ['\n\r\n\u001e\na\n'], ['a']],
];

describe('the lines of a stream', () => {
	for (const [sentence, pieces, lines] of rows)
		test(sentence, () => {
			assert.deepEqual(split(pieces), lines);
		});

	test('where it is cut does not matter', () => {
		const line = fc
			.string({ minLength: 1 })
			.filter((text) => !['\n', '\r', '\u001e'].some((mark) => text.includes(mark)));
		fc.assert(
			fc.property(fc.array(line), fc.array(fc.nat(5), { minLength: 1 }), (lines, sizes) => {
				const text = lines.map((one) => `${one}\n`).join('');
				const pieces: string[] = [];
				for (let at = 0, n = 0; at < text.length; n++) {
					const size = 1 + (sizes[n % sizes.length] ?? 0);
					pieces.push(text.slice(at, at + size));
					at += size;
				}
				assert.deepEqual(split(pieces), lines);
			}),
		);
	});

	test('a line of the permitted length passes, whole or in pieces', () => {
		assert.deepEqual(split(['x'.repeat(100), '\n']), ['x'.repeat(100)]);
	});

	for (const [sentence, pieces] of [
		['that grows beyond its bound', ['x'.repeat(60), 'x'.repeat(41)]],
		['that arrives whole but too long', [`${'x'.repeat(101)}\na`]],
	] as const)
		test(`a line ${sentence} is an error that quotes nothing of it`, () => {
			assert.throws(() => split(pieces), {
				name: 'RangeError',
				message: 'a line may have 100 characters, this one has more',
			});
		});
});
