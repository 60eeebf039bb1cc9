import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { documents } from '../../src/cli/docs.ts';

for (const { path, text } of documents()) {
	test(`${path} says what the code says; node src/cli/docs.ts writes it`, async () => {
		assert.equal(await readFile(path, 'utf8'), text);
	});
}
