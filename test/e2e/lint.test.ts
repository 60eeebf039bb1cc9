import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import { startProgram } from '../support/daemon.ts';
import { docker, removeAll, runContainer } from '../support/lab.ts';

const folder = await mkdtemp(join(tmpdir(), 'reconsul-lint-'));
after(() => rm(folder, { recursive: true }));
afterEach(() => removeAll());

async function lint(args: readonly string[], docker?: string) {
	await using program = startProgram(['lint', ...args], docker === undefined ? {} : { docker });
	const code = await program.exit;
	return { code, stdout: program.stdout, stderr: program.stderr };
}

async function compose(text: string): Promise<string> {
	const file = join(folder, 'compose.yml');
	await writeFile(file, text);
	return file;
}

describe('reconsul lint', () => {
	test('a container: exit code 2 and one line for each mistake, and needs no Consul', async () => {
		await runContainer('--name', 'lint-bad', '-P', '-e', 'SERVICE_TAG=a', '--label', 'reconsul.nmae=x', 'redis');
		const { code, stdout, stderr } = await lint(['lint-bad']);
		assert.deepEqual([code, stderr], [2, '']);
		assert.equal(
			stdout,
			`lint-bad:reconsul.nmae: is no label of reconsul's; did you mean reconsul.name?
lint-bad:SERVICE_TAG: an attribute, so it goes to Meta; did you mean SERVICE_TAGS?
`,
		);
	});

	test('a container without mistakes: exit code 0', async () => {
		await runContainer('--name', 'lint-good', '-P', '--label', 'SERVICE_NAME=cache', 'redis');
		const { code, stdout } = await lint(['lint-good']);
		assert.deepEqual([code, stdout], [0, 'no mistakes found in the labels of 1 container\n']);
	});

	test('all running containers', async () => {
		await runContainer('--name', 'lint-all', '-P', '--label', 'SERVICE_NAME=my_cache', 'redis');
		const { code, stdout } = await lint([]);
		assert.equal(code, 2);
		assert.match(stdout, /^lint-all:SERVICE_NAME: DNS does not find "my_cache"/m);
	});

	test('an image: its own labels and ports', async () => {
		const changes = ['--change', 'LABEL SERVICE_81_NAME=x', '--change', 'EXPOSE 80'];
		const { id } = await runContainer('--name', 'lint-base', 'busybox', 'true');
		await docker('commit', ...changes, id, 'lint-image:1');
		const bad = await lint(['image:lint-image:1']);
		await docker('rmi', 'lint-image:1');
		assert.equal(bad.code, 2);
		assert.equal(bad.stdout, 'image:lint-image:1:SERVICE_81_NAME: the container has no port 81, so it says nothing\n');
		const none = await lint(['image:lint-none:1']);
		assert.deepEqual([none.code, none.stdout, none.stderr], [1, '', 'Docker has no image lint-none:1\n']);
	});

	test('a compose file, with what its images expose, and where there is no Docker', async () => {
		const file = await compose(`
services:
  cache:
    image: redis
    labels: { SERVICE_6379_NAME: cache, SERVICE_80_NAME: web, SERVICE_IGNORE: "off" }
`);
		const ignored = `${file}:cache:SERVICE_IGNORE: the value means yes, as everything does but false, 0, no and nothing\n`;
		const { code, stdout } = await lint([file]);
		assert.equal(code, 2);
		assert.equal(stdout, `${file}:cache:SERVICE_80_NAME: the container has no port 80, so it says nothing\n${ignored}`);
		const alone = await lint([file], 'unix:///run/there-is-none.sock');
		assert.deepEqual([alone.code, alone.stdout, alone.stderr], [2, ignored, '']);
	});

	test('nothing of that name, no compose file, no Docker: exit code 1', async () => {
		const nobody = await lint(['lint-nobody']);
		assert.deepEqual(
			[nobody.code, nobody.stderr],
			[1, 'there is no container lint-nobody, and no file of that name\n'],
		);
		const missing = await lint([join(folder, 'none.yml')]);
		assert.deepEqual([missing.code, missing.stderr], [1, `${join(folder, 'none.yml')} cannot be read: ENOENT\n`]);
		const odd = await lint([await compose('services: [')]);
		assert.equal(odd.code, 1);
		assert.match(odd.stderr, /compose\.yml is no YAML: /);
		const noDocker = await lint([], 'unix:///run/there-is-none.sock');
		assert.equal(noDocker.code, 1);
		assert.match(noDocker.stderr, /there-is-none\.sock/);
		assert.equal((await lint(['a', 'b'])).code, 2);
	});
});
