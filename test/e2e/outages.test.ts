import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Daemon } from '../support/daemon.ts';
import { eventually } from '../support/lab.ts';
import { agentServices, idle, type Service, type Stage, startStage } from './stage.ts';

// They mostly wait, so several go on at a time, each with an engine and an agent of its own.
const together = { concurrency: 3 };

const registered = (stage: Stage, expected: readonly string[]): Promise<void> =>
	eventually('exactly these are registered', async () => assert.deepEqual(await stage.ids(), expected));

/** The daemon's trouble, while it lasts. */
const failing = (daemon: Daemon, expected: readonly string[], withinMs: number): Promise<void> =>
	eventually(`/readyz names ${expected}`, async () => assert.deepEqual(await daemon.failedChecks(), expected), {
		withinMs,
	});

/** How the service is reached by the engine's word. */
async function published({ engine }: Stage, name: string): Promise<Pick<Service, 'ID' | 'Port'>> {
	const [address] = (await engine.docker('port', name, '6379/tcp')).split('\n');
	return { ID: `u1:${name}:6379`, Port: Number(address?.split(':').at(-1)) };
}

const names = ['always.0', 'always.1', 'always.2'];
const ids = [...names.map((name) => `u1:${name}:6379`), 'u1:once:6379'];

/** Containers that a new dockerd starts again, and one that it does not. */
async function runNamed(stage: Stage): Promise<void> {
	for (const name of names) await stage.run('--name', name, '-P', '--restart=always', 'redis');
	await stage.run('--name', 'once', '-P', 'redis');
}

/** Those that came back, at the ports they have now; the one that did not is gone. */
async function cameBack(stage: Stage): Promise<void> {
	await eventually('what came back is registered, at its new port, and no other', async () => {
		const expected = await Promise.all(names.map((name) => published(stage, name)));
		assert.deepEqual(
			(await stage.services()).map(({ ID, Port }) => ({ ID, Port })),
			expected,
		);
	});
}

describe('outages', together, () => {
	test('Consul wiped: everything is back, and only that', async () => {
		await using stage = await startStage();
		const { consul } = stage;
		await stage.run('--name', 'redis.0', '-P', '-e', 'SERVICE_TAGS=a,b', '-e', 'SERVICE_CHECK_SCRIPT=true', 'redis');
		await stage.run('--name', 'nginx.0', '-P', 'nginx');
		await using daemon = await stage.start();
		await registered(stage, ['u1:nginx.0:443', 'u1:nginx.0:80', 'u1:redis.0:6379']);
		const before = await agentServices(consul);
		await consul.restart();
		// Well before the next full pass of the default period.
		await eventually('all are back', async () => assert.deepEqual(await agentServices(consul), before));
		const checks = (await consul.request('GET', '/v1/agent/checks')) as object;
		assert.deepEqual(Object.keys(checks), ['service:u1:redis.0:6379']);
		await idle(daemon);
		assert.equal(await daemon.writes(), 2 * before.length);
		await daemon.ready();
	});

	test('Consul away, then wiped: what ended and what started meanwhile is right afterwards', async () => {
		await using stage = await startStage();
		const { engine, consul } = stage;
		await stage.run('--name', 'ends', '-P', 'redis');
		await stage.run('--name', 'stays', '-P', 'redis');
		await using daemon = await stage.start();
		await registered(stage, ['u1:ends:6379', 'u1:stays:6379']);
		await consul.stop();
		await engine.docker('kill', 'ends');
		await stage.run('--name', 'starts', '-P', 'redis');
		await failing(daemon, ['consul'], 10_000);
		await consul.restart();
		await registered(stage, ['u1:starts:6379', 'u1:stays:6379']);
		await daemon.ready();
	});

	test('dockerd restarted: the daemon goes on, and has those that came back', async () => {
		await using stage = await startStage();
		const { engine } = stage;
		await runNamed(stage);
		await using daemon = await stage.start();
		await registered(stage, ids);
		await engine.restart();
		await cameBack(stage);
		await daemon.ready();
		assert.ok(daemon.log.some(({ message }) => message.startsWith("lost Docker's events")));
	});

	test('dockerd killed: nothing is deleted while it is away, however many passes fail', async () => {
		await using stage = await startStage();
		const { engine } = stage;
		await runNamed(stage);
		await using daemon = await stage.start('--interval=1s');
		await registered(stage, ids);
		const [before, writes] = [await stage.services(), await daemon.writes()];
		const failures = await daemon.metric('reconsul_resync_total', { result: 'error' });
		await engine.kill();
		await failing(daemon, ['docker-list', 'docker-events'], 10_000);
		await eventually('three passes have failed', async () => {
			return (await daemon.metric('reconsul_resync_total', { result: 'error' })) >= failures + 3;
		});
		assert.deepEqual([await stage.services(), await daemon.writes()], [before, writes]);
		await engine.restart();
		await cameBack(stage);
		await daemon.ready();
	});
	test('Consul frozen: /readyz says so, and what started meanwhile is registered afterwards', async () => {
		await using stage = await startStage();
		await stage.run('--name', 'redis.0', '-P', 'redis');
		await using daemon = await stage.start('--interval=1s');
		await registered(stage, ['u1:redis.0:6379']);
		await stage.consul.freeze();
		await stage.run('--name', 'redis.1', '-P', 'redis');
		// A call may take ten seconds.
		await failing(daemon, ['consul'], 15_000);
		await stage.consul.thaw();
		await daemon.ready();
		await registered(stage, ['u1:redis.0:6379', 'u1:redis.1:6379']);
	});

	test('dockerd frozen: /readyz says so, nothing is deleted, and what ends afterwards is seen to end', async () => {
		await using stage = await startStage();
		await stage.run('--name', 'redis.0', '-P', 'redis');
		await stage.run('--name', 'redis.1', '-P', 'redis');
		await using daemon = await stage.start('--interval=1s');
		const ids = ['u1:redis.0:6379', 'u1:redis.1:6379'];
		await registered(stage, ids);
		await stage.engine.freeze();
		await failing(daemon, ['docker-list', 'docker-events'], 15_000);
		assert.deepEqual(await stage.ids(), ids);
		await stage.engine.thaw();
		await daemon.ready(20_000);
		await stage.engine.docker('kill', 'redis.0');
		await registered(stage, ['u1:redis.1:6379']);
		await idle(daemon);
		assert.equal(await daemon.writes(), 3);
	});
});
