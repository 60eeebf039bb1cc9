import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

const file = join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'print.ts');
const length = 4_000_000;
const program = `const { print } = await import(${JSON.stringify(file)}); await print('x'.repeat(${length})); process.exit(3);`;
const start = () =>
	spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });

test('all of a long text gets through a pipe before the process ends', async () => {
	const child = start();
	let count = 0;
	child.stdout.on('data', (chunk: Buffer) => {
		count += chunk.length;
	});
	const [code] = await once(child, 'close');
	assert.deepEqual([count, code], [length, 3]);
});

test('a reader that has seen enough is no error', async () => {
	const child = start();
	let complaint = '';
	child.stderr.on('data', (chunk) => {
		complaint += chunk;
	});
	child.stdout.once('data', () => child.stdout.destroy());
	const [code] = await once(child, 'close');
	assert.deepEqual([code, complaint], [3, '']);
});
