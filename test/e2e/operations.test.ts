import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { freePort } from '../support/lab.ts';
import { idle, startStage } from './stage.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const stage = await startStage();
const folder = await mkdtemp(join(tmpdir(), 'reconsul-operations-'));
after(async () => {
	await stage[Symbol.asyncDispose]();
	await rm(folder, { recursive: true });
});

/** Where no daemon listens, whatever else runs on the machine. */
const listen = `:${await freePort()}`;

/** A block of the page as it is printed when its commands are typed. */
async function typed(block: string): Promise<string> {
	const env = {
		PATH: `${folder}:${process.env['PATH']}`,
		DOCKER_HOST: stage.engine.host,
		RECONSUL_URI: stage.target.registry,
		RECONSUL_LISTEN: listen,
	};
	const commands = [...block.matchAll(/^\$ (.*)$/gm)].map(([, command = '']) => command);
	let text = '';
	for (const command of commands) {
		// Its exit code tells that there is something to be done.
		const { stdout } = await run('sh', ['-c', `${command} || true`], { env });
		text += `$ ${command}\n${stdout}`;
	}
	return text;
}

test('doctor and cleanup print what docs/operations.md shows', async () => {
	const program = join(folder, 'reconsul');
	await writeFile(program, `#!/bin/sh\nexec ${process.execPath} ${join(root, 'dist', 'reconsul.cjs')} "$@"\n`);
	await chmod(program, 0o755);
	await stage.run('--name', 'web', '-p', '8080:6379', 'redis');
	const daemon = await stage.start('-ip', '192.0.2.10');
	await idle(daemon);
	await daemon.stop();
	const page = await readFile(join(root, 'docs', 'operations.md'), 'utf8');
	// Others have tests of their own.
	const sections = page.split(/^## /m).filter((it) => /^(?:Is the host in order|Taking a host out)/.test(it));
	const blocks = [...sections.join('').matchAll(/^```console\n(\$ reconsul .*?)^```$/gms)].map(
		([, block = '']) => block,
	);
	assert.equal(blocks.length, 2);
	for (const block of blocks) assert.equal((await typed(block)).replaceAll(listen, ':9482'), block);
	assert.deepEqual(await stage.ids(), []);
});
