import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { splitCommand } from '../../../../src/derive/labels/command.ts';

suite('a command in a label', () => {
	const rows: readonly [sentence: string, text: string, words: readonly string[] | undefined][] = [
		['nothing is no command', '', []],
		['blanks are none either', ' \n', []],
		['blanks part words', ' nc  -z\thost\n80 ', ['nc', '-z', 'host', '80']],
		['single quotes keep everything', `sh -c 'a "b" \\ $c'`, ['sh', '-c', 'a "b" \\ $c']],
		['double quotes keep blanks', 'echo "a b"', ['echo', 'a b']],
		['a backslash in them escapes what ends or means something', 'echo "a\\"b\\\\c\\n"', ['echo', 'a"b\\c\\n']],
		['quotes in the middle of a word are no end of it', `a'b c'"d e"f`, ['ab cd ef']],
		['an empty word is a word', `echo '' ""`, ['echo', '', '']],
		['a backslash takes the next character as it is', 'a\\ b \\"c', ['a b', '"c']],
		['nothing is expanded', 'echo $HOME `x` *', ['echo', '$HOME', '`x`', '*']],
		['an open quote is a mistake', `echo 'a`, undefined],
		['so is an open double quote', 'echo "a', undefined],
		['so is a backslash at the end', 'echo a\\', undefined],
		['so is a program without a name', "'' a", undefined],
		['a JSON list is taken as it is', '["sh", "-c", "a b"]', ['sh', '-c', 'a b']],
		['an empty list is no command', '[]', []],
		['a list of something else is a mistake', '["a", 1]', undefined],
		['so is a broken one', '["a"', undefined],
		['so is one without a program', '[""]', undefined],
		['so is a character that no program can be given', 'a\0b', undefined],
		['also in a list', '["a\\u0000"]', undefined],
	];
	for (const [sentence, text, words] of rows) test(sentence, () => assert.deepEqual(splitCommand(text), words));

	test('quoted words come back', () => {
		const word = fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '\\', '$', '\n', 'ü') });
		const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
		fc.assert(
			fc.property(fc.array(word), (words) => {
				const all = ['program', ...words];
				assert.deepEqual(splitCommand(all.map(quoted).join(' ')), all);
				assert.deepEqual(splitCommand(JSON.stringify(all)), all);
			}),
		);
	});
});
