import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Daemon } from '../support/daemon.ts';
import { eventually } from '../support/lab.ts';
import { agentServices, startStage } from './stage.ts';

const stage = await startStage();
after(() => stage[Symbol.asyncDispose]());

before(async () => {
	await stage.run('--name', 'redis.0', '-P', 'redis');
	await stage.run('--name', 'nginx.0', '-P', 'nginx');
});
const ids = ['u1:nginx.0:443', 'u1:nginx.0:80', 'u1:redis.0:6379'];

async function registered(): Promise<void> {
	await eventually('all are registered', async () => assert.deepEqual(await stage.ids(), ids));
}

const lastWords = ({ log }: Daemon): string | undefined => log.at(-1)?.message;

describe('told to stop', () => {
	for (const signal of ['SIGTERM', 'SIGINT'] as const)
		test(`${signal}: the services stay registered, and the exit code is 0`, async () => {
			await using daemon = await stage.start();
			await registered();
			daemon.signal(signal);
			assert.equal(await daemon.exit, 0);
			assert.equal(lastWords(daemon), 'stopped');
			assert.deepEqual(await stage.ids(), ids);
		});

	test('--deregister-on-exit takes away what is ours, and only that', async () => {
		const { consul, engine } = stage;
		const stamp = (owner: string, engineId: string, container: string): object => ({
			'reconsul-owner': owner,
			'reconsul-engine': engineId,
			'reconsul-container': container,
			'reconsul-spec': '1-0000000000000000',
		});
		const [engineId, container] = await Promise.all([
			engine.docker('info', '--format', '{{.ID}}'),
			engine.docker('inspect', '--format', '{{.Id}}', 'redis.0'),
		]);
		const strangers = [
			{ ID: 'u1:byhand:6379', Name: 'byhand' },
			{ ID: 'u1:elsewhere:80', Name: 'elsewhere', Meta: stamp('u1', 'another engine', 'f'.repeat(64)) },
			{ ID: 'u2:redis.0:6379', Name: 'redis', Meta: stamp('other', engineId, container) },
		];
		for (const stranger of strangers) await consul.request('PUT', '/v1/agent/service/register', stranger);
		const before = (await agentServices(consul)).filter(({ ID }) => !ids.includes(ID));
		assert.equal(before.length, strangers.length);
		await using daemon = await stage.start('--deregister-on-exit');
		await eventually('ours are registered', async () => {
			const found = await stage.ids();
			assert.ok(ids.every((id) => found.includes(id)));
		});
		assert.equal(await daemon.stop(), 0);
		assert.deepEqual(await agentServices(consul), before);
	});
});

describe('told to stop while Consul hangs', () => {
	// Wiped as well, whatever the test before has left.
	before(() => stage.consul.restart());
	afterEach(async () => {
		await stage.consul.thaw();
		await stage.engine.docker('rm', '-f', 'redis.1');
	});

	/** A daemon that is in the middle of registering a container with an agent that does not answer. */
	async function stuck(...options: readonly string[]): Promise<Daemon> {
		const daemon = await stage.start(...options);
		await registered();
		await stage.consul.freeze();
		await stage.run('--name', 'redis.1', '-P', 'redis');
		await eventually('it is being worked on', async () => {
			return (await daemon.metric('reconsul_reconcile_active_workers')) > 0;
		});
		return daemon;
	}

	test('it ends after ten seconds, with 1 and a word about it', async () => {
		await using daemon = await stuck();
		const since = performance.now();
		assert.equal(await daemon.stop(), 1);
		const tookMs = performance.now() - since;
		assert.ok(tookMs < 11_500, `took ${Math.round(tookMs)} ms`);
		assert.match(String(lastWords(daemon)), /^stopped; not everything/);
	});

	test('a second signal ends it at once, with 1', async () => {
		await using daemon = await stuck();
		daemon.signal('SIGTERM');
		await eventually('it says that a second signal ends at once', () =>
			assert.match(String(lastWords(daemon)), /a second signal ends at once/),
		);
		const since = performance.now();
		daemon.signal('SIGTERM');
		assert.equal(await daemon.exit, 1);
		assert.ok(performance.now() - since < 1_000);
	});
});
