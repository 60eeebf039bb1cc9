import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Daemon } from '../support/daemon.ts';
import { eventually } from '../support/lab.ts';
import { agentServices, type Stage, startStage } from './stage.ts';

const ids = ['u1:nginx.0:443', 'u1:nginx.0:80', 'u1:redis.0:6379'];

/** A daemon that has registered these. */
async function startBusy(stage: Stage, ...options: readonly string[]): Promise<Daemon> {
	await stage.run('--name', 'redis.0', '-P', 'redis');
	await stage.run('--name', 'nginx.0', '-P', 'nginx');
	const daemon = await stage.start(...options);
	await eventually('all are registered', async () => assert.deepEqual(await stage.ids(), ids));
	return daemon;
}

/** A daemon that is in the middle of registering a container with an agent that does not answer. */
async function startStuck(stage: Stage, ...options: readonly string[]): Promise<Daemon> {
	const daemon = await startBusy(stage, ...options);
	await stage.consul.freeze();
	await stage.run('--name', 'redis.1', '-P', 'redis');
	await eventually('it is being worked on', async () => {
		return (await daemon.metric('reconsul_reconcile_active_workers')) > 0;
	});
	return daemon;
}

const lastWords = ({ log }: Daemon): string | undefined => log.at(-1)?.message;

// They mostly wait, so several go on at a time, each with an engine and an agent of its own.
describe('a daemon that is told to stop', { concurrency: 4 }, () => {
	for (const options of [[], ['--deregister-on-exit']])
		test(`ends after ten seconds with 1 while Consul hangs, and says so ${options}`, async () => {
			await using stage = await startStage();
			const daemon = await startStuck(stage, ...options);
			const since = performance.now();
			assert.equal(await daemon.stop(), 1);
			const tookMs = Math.round(performance.now() - since);
			assert.ok(tookMs < 11_500, `took ${tookMs} ms`);
			assert.match(String(lastWords(daemon)), /^stopped; not everything/);
		});

	test('ends at once with 1 when it is told so again', async () => {
		await using stage = await startStage();
		const daemon = await startStuck(stage);
		daemon.signal('SIGTERM');
		await eventually('it says that a second signal ends at once', () =>
			assert.match(String(lastWords(daemon)), /a second signal ends at once/),
		);
		const since = performance.now();
		daemon.signal('SIGTERM');
		assert.equal(await daemon.exit, 1);
		assert.ok(performance.now() - since < 1_000);
	});

	test('leaves the services registered, and the exit code is 0', async () => {
		await using stage = await startStage();
		for (const signal of ['SIGTERM', 'SIGINT'] as const) {
			const daemon = signal === 'SIGTERM' ? await startBusy(stage) : await stage.start();
			daemon.signal(signal);
			assert.equal(await daemon.exit, 0);
			assert.equal(lastWords(daemon), 'stopped');
			assert.deepEqual(await stage.ids(), ids);
		}
	});

	test('takes away what is ours with --deregister-on-exit, and only that', async () => {
		await using stage = await startStage();
		const { consul, engine } = stage;
		const daemon = await startBusy(stage, '--deregister-on-exit');
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
		assert.equal(await daemon.stop(), 0);
		assert.deepEqual(await agentServices(consul), before);
	});
});
