import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { stampKeys } from '../../src/registry/consul/body.ts';
import { startConsulProxy } from '../support/consul-proxy.ts';
import { startProgram } from '../support/daemon.ts';
import { idle, type Stage, startStage } from './stage.ts';

const stage: Stage = await startStage();
const proxy = await startConsulProxy(stage.consul.port);
const registry = `consul://127.0.0.1:${proxy.port}`;
after(async () => {
	await proxy[Symbol.asyncDispose]();
	await stage[Symbol.asyncDispose]();
});
afterEach(async () => {
	await stage.clear();
	for (const id of await stage.ids())
		await stage.consul.request('PUT', `/v1/agent/service/deregister/${encodeURIComponent(id)}`);
});

async function cleanup(options: readonly string[], docker = stage.engine.host) {
	await using program = startProgram(['cleanup', ...options, registry], { docker });
	const code = await program.exit;
	return { code, stdout: program.stdout, stderr: program.stderr };
}

/** Two services of containers, as a daemon leaves them that has ended, with `--interval=0` and whatever else. */
async function leftBehind(...options: readonly string[]): Promise<void> {
	for (const name of ['clean-1', 'clean-2']) await stage.run('--name', name, '-p', '6379', 'redis');
	const daemon = await stage.start(...options);
	await idle(daemon);
	assert.equal(await daemon.stop(), 0);
}

const stamp = (owner: string, engine: string, containerId: string): object => ({
	[stampKeys.owner]: owner,
	[stampKeys.engine]: engine,
	[stampKeys.containerId]: containerId,
	[stampKeys.spec]: '1-0',
});
const put = (body: object): Promise<unknown> => stage.consul.request('PUT', '/v1/agent/service/register', body);
const ours = ['u1:clean-1:6379', 'u1:clean-2:6379'];

describe('reconsul cleanup', () => {
	test('shows what it would remove, and removes it when told to: that owner’s, and nothing else', async () => {
		await leftBehind();
		await stage.engine.docker('stop', '-t', '0', 'clean-2');
		const engine = await stage.engine.docker('info', '-f', '{{.ID}}');
		await put({ ID: 'other-owner', Name: 'redis', Meta: stamp('u2', engine, 'a'.repeat(64)) });
		await put({ ID: 'u1:nobodys:6379', Name: 'redis' });
		proxy.forget();
		const shown = await cleanup([]);
		assert.deepEqual([shown.code, shown.stderr], [2, '']);
		assert.match(
			shown.stdout,
			/^remove 1: entries of containers that run here\n {2}u1:clean-1:6379 +redis +\S+:\d+ +clean-1\n\nremove 1: entries of containers that do not run here\n {2}u1:clean-2:6379 +redis +\S+:\d+ +[0-9a-f]{12}\n\nnothing was written; --yes does it\n$/,
		);
		assert.deepEqual(proxy.writes, []);
		const done = await cleanup(['--yes']);
		assert.deepEqual([done.code, done.stderr], [0, '']);
		assert.match(done.stdout, /\nremoved 2 of 2\n$/);
		assert.deepEqual(await stage.ids(), ['other-owner', 'u1:nobodys:6379']);
		const again = await cleanup(['--yes']);
		assert.deepEqual([again.code, again.stdout], [0, 'there is nothing of owner u1 to remove\n']);
		const others = await cleanup(['--yes', '--owner=u2']);
		assert.equal(others.code, 0);
		assert.deepEqual(await stage.ids(), ['u1:nobodys:6379']);
	});

	test('does nothing while a daemon of that owner answers on this host', async () => {
		await stage.run('--name', 'clean-1', '-p', '6379', 'redis');
		const daemon = await stage.start();
		await idle(daemon);
		const listen = `--listen=${new URL(daemon.url).host}`;
		const refused = await cleanup([listen, '--yes']);
		assert.equal(refused.code, 1);
		assert.match(refused.stderr, /has the owner u1; stop it first, else it registers everything again at once/);
		assert.deepEqual(await stage.ids(), ['u1:clean-1:6379']);
		const other = await cleanup([listen, '--yes', '--owner=somebody-else']);
		assert.deepEqual([other.code, other.stderr], [0, '']);
		await daemon.stop();
	});

	test('tells of a daemon that takes everything back, wherever it listens', async () => {
		await stage.run('--name', 'clean-1', '-p', '6379', 'redis');
		const daemon = await stage.start();
		await idle(daemon);
		const undone = await cleanup(['--listen=', '--yes']);
		assert.equal(undone.code, 1);
		assert.match(
			undone.stderr,
			/^1 were taken back at once, u1:clean-1:6379 for one: a reconsul of owner u1 still runs/,
		);
		await daemon.stop();
	});

	test('needs no Docker where the owner is said', async () => {
		await leftBehind();
		const nowhere = 'unix:///run/there-is-none.sock';
		const unsaid = await cleanup(['--yes'], nowhere);
		assert.equal(unsaid.code, 1);
		assert.match(
			unsaid.stderr,
			/there-is-none\.sock.*--owner says whose entries to remove where Docker cannot be asked/,
		);
		assert.deepEqual(await stage.ids(), ours);
		const said = await cleanup(['--yes', '--owner=u1'], nowhere);
		assert.deepEqual([said.code, said.stderr], [0, '']);
		assert.match(said.stdout, /^remove 2: entries; Docker cannot be asked whether their containers run\n/);
		assert.deepEqual(await stage.ids(), []);
	});

	test('settles what an engine left that was reinstalled since', async () => {
		await leftBehind();
		await put({ ID: 'u1:before:6379', Name: 'redis', Meta: stamp('u1', 'BEFO:RE00', 'b'.repeat(64)) });
		const shown = await cleanup([]);
		assert.match(
			shown.stdout,
			/remove 1: entries that were registered from another Docker engine.*\n {2}u1:before:6379 /,
		);
		assert.equal((await cleanup(['--yes'])).code, 0);
		assert.deepEqual(await stage.ids(), []);
	});

	test('writes nothing under --dry-run', async () => {
		await leftBehind();
		const dry = await cleanup(['--yes', '--dry-run']);
		assert.equal(dry.code, 0);
		assert.match(dry.stdout, /\nwould have removed 2 of 2\n$/);
		assert.deepEqual(await stage.ids(), ours);
	});
});
