import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../support/lab.ts';

const root = join(import.meta.dirname, '..', '..');

/** Notes what it is asked to do, and does it when it is let. */
const npm = `#!/bin/sh
echo "$1" >> asked
until [ -e go ]; do sleep 0.02; done
case $1 in
	ci) rm -rf node_modules && mkdir node_modules && touch node_modules/.package-lock.json ;;
	install) mkdir -p .node/node_modules && touch .node/node_modules/.package-lock.json ;;
esac
`;

/** A checkout with nothing installed, on a machine whose Node is too old. */
async function checkout(): Promise<{ readonly folder: string } & AsyncDisposable> {
	const folder = await mkdtemp(join(tmpdir(), 'reconsul-make-'));
	for (const file of ['Makefile', 'package-lock.json']) await cp(join(root, file), join(folder, file));
	for (const part of ['bin', 'src']) await mkdir(join(folder, part));
	await writeFile(join(folder, 'bin', 'npm'), npm, { mode: 0o755 });
	await writeFile(join(folder, 'bin', 'node'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
	return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

function makeDeps(folder: string): { readonly said: () => string; readonly end: Promise<number | null> } {
	const env = { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` };
	const child = spawn('make', ['deps'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
	let said = '';
	child.stdout.on('data', (chunk) => {
		said += chunk;
	});
	return { said: () => said, end: once(child, 'close').then(([code]: (number | null)[]) => code ?? null) };
}

test('of two makes at once the second waits for what the first installs, and does not install it again', async () => {
	await using made = await checkout();
	const { folder } = made;
	const first = makeDeps(folder);
	await eventually('the first is installing', () => existsSync(join(folder, 'asked')));
	const second = makeDeps(folder);
	await eventually('the second has found that something is missing', () => second.said().includes('npm'));
	await writeFile(join(folder, 'go'), '');
	assert.deepEqual(await Promise.all([first.end, second.end]), [0, 0]);
	assert.equal(await readFile(join(folder, 'asked'), 'utf8'), 'install\nci\n');
});

test('packages that are older than their lock file are installed anew', async () => {
	await using made = await checkout();
	const { folder } = made;
	await writeFile(join(folder, 'go'), '');
	assert.equal(await makeDeps(folder).end, 0);
	await cp(join(root, 'package-lock.json'), join(folder, 'package-lock.json'));
	for (let times = 0; times < 2; times += 1) assert.equal(await makeDeps(folder).end, 0);
	assert.equal(await readFile(join(folder, 'asked'), 'utf8'), 'install\nci\nci\n');
});
