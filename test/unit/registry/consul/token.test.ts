import assert from 'node:assert/strict';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { tokenFile } from '../../../../src/registry/consul/token.ts';

let directory: string;
let files = 0;
before(async () => {
	directory = await mkdtemp(join(tmpdir(), 'reconsul-token-'));
});
after(() => rm(directory, { recursive: true }));

async function written(text: string): Promise<{ path: string; write: (text: string, mtime: number) => Promise<void> }> {
	files += 1;
	const path = join(directory, String(files));
	const write = async (text: string, mtime: number): Promise<void> => {
		await writeFile(path, text);
		await utimes(path, mtime, mtime);
	};
	await write(text, 1);
	return { path, write };
}

test('the token is the file’s text without what editors add around it', async () => {
	const { path } = await written(' secret\n');
	assert.equal(await tokenFile(path).token(), 'secret');
});

test('a file that changed is read again after a second', async () => {
	const { path, write } = await written('old');
	let now = 0;
	const { token } = tokenFile(path, () => now);
	assert.equal(await token(), 'old');
	await write('new', 2);
	now = 999;
	assert.equal(await token(), 'old');
	now = 1_000;
	assert.equal(await token(), 'new');
});

test('after a refusal the file is read at once, even if its date did not change', async () => {
	const { path, write } = await written('old');
	const { token, onTokenRefused } = tokenFile(path, () => 0);
	assert.equal(await token(), 'old');
	await write('new', 1);
	await onTokenRefused();
	assert.equal(await token(), 'new');
});

test('while the file is missing the last token is used', async () => {
	const { path } = await written('old');
	let now = 0;
	const { token } = tokenFile(path, () => now);
	await token();
	await rm(path);
	now = 5_000;
	assert.equal(await token(), 'old');
});

test('a file that is empty or unfit while it is being written changes nothing', async () => {
	const { path, write } = await written('old');
	let now = 0;
	const { token } = tokenFile(path, () => now);
	await token();
	for (const [mtime, text] of ['', 'half of\nit', 'new'].entries()) {
		await write(text, mtime + 2);
		now += 1_000;
		assert.equal(await token(), text === 'new' ? 'new' : 'old');
	}
});

test('a file that never was readable is an error that names it, until it is there', async () => {
	const path = join(directory, 'none');
	const { token } = tokenFile(path, () => 0);
	await assert.rejects(async () => token(), /none cannot be read \(ENOENT\)/);
	await assert.rejects(async () => token(), /none cannot be read/);
	await writeFile(path, 'here');
	assert.equal(await token(), 'here');
});

const unfit: readonly (readonly [text: string, complaint: RegExp])[] = [
	['\n', /the token file .* is empty$/],
	['två-token', /must hold one token of printable ASCII/],
	['top secret', /must hold one token of printable ASCII/],
];
for (const [text, complaint] of unfit)
	test(`a file with ${JSON.stringify(text)} is an error that does not show it`, async () => {
		const { path } = await written(text);
		await assert.rejects(
			async () => tokenFile(path).token(),
			({ message }: Error) => complaint.test(message) && !(text.trim() !== '' && message.includes(text)),
		);
	});
