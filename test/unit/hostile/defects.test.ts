import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

const tests = join(import.meta.dirname, '..', '..');

suite('the table of defects in test/README.md', () => {
	const rows = readFileSync(join(tests, 'README.md'), 'utf8').matchAll(/^\| (\d+) \| .* \| `([^`]+)`: (.+) \|$/gm);
	const found = [...rows].map(([, number, file = '', name = '']) => ({ number: Number(number), file, name }));

	test('names every defect from 1 to 23', () => {
		const numbers = [...new Set(found.map(({ number }) => number))];
		assert.deepEqual(
			numbers,
			Array.from({ length: 23 }, (_, at) => at + 1),
		);
	});

	for (const { number, file, name } of found)
		test(`${number}, ${file}: the test is there by its name`, () => {
			const text = readFileSync(join(tests, file), 'utf8');
			const isThere = ["'", '"', '`'].some((quote) => text.includes(`${quote}${name}${quote}`));
			assert.ok(isThere, `no test named ${name}`);
		});
});
