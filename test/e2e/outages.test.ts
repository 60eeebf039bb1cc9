import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import type { Daemon } from '../support/daemon.ts';
import { eventually } from '../support/lab.ts';
import { agentServices, idle, type Service, startStage } from './stage.ts';

const stage = await startStage();
const { engine, consul } = stage;
after(() => stage[Symbol.asyncDispose]());

const registered = (expected: readonly string[]): Promise<void> =>
	eventually('exactly these are registered', async () => assert.deepEqual(await stage.ids(), expected));

/** The daemon's trouble, while it lasts. */
const failing = (daemon: Daemon, expected: readonly string[], withinMs: number): Promise<void> =>
	eventually(`/readyz names ${expected}`, async () => assert.deepEqual(await daemon.failedChecks(), expected), {
		withinMs,
	});

/** How the service is reached by the engine's word. */
async function published(name: string): Promise<Pick<Service, 'ID' | 'Port'>> {
	const [address] = (await engine.docker('port', name, '6379/tcp')).split('\n');
	return { ID: `u1:${name}:6379`, Port: Number(address?.split(':').at(-1)) };
}

describe('Consul', () => {
	test('wiped: everything is back, and only that', async () => {
		await stage.run('--name', 'redis.0', '-P', '-e', 'SERVICE_TAGS=a,b', '-e', 'SERVICE_CHECK_SCRIPT=true', 'redis');
		await stage.run('--name', 'nginx.0', '-P', 'nginx');
		await using daemon = await stage.start();
		await registered(['u1:nginx.0:443', 'u1:nginx.0:80', 'u1:redis.0:6379']);
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

	test('away, then wiped: what ended and what started meanwhile is right afterwards', async () => {
		await stage.run('--name', 'ends', '-P', 'redis');
		await stage.run('--name', 'stays', '-P', 'redis');
		await using daemon = await stage.start();
		await registered(['u1:ends:6379', 'u1:stays:6379']);
		await consul.stop();
		await engine.docker('kill', 'ends');
		await stage.run('--name', 'starts', '-P', 'redis');
		await failing(daemon, ['consul'], 10_000);
		await consul.restart();
		await registered(['u1:starts:6379', 'u1:stays:6379']);
		await daemon.ready();
	});
});

describe('dockerd', () => {
	const names = ['always.0', 'always.1', 'always.2'];

	beforeEach(async () => {
		for (const name of names) await stage.run('--name', name, '-P', '--restart=always', 'redis');
		await stage.run('--name', 'once', '-P', 'redis');
	});

	/** Those that came back, at the ports they have now; the one that did not is gone. */
	async function cameBack(): Promise<void> {
		const expected = await Promise.all(names.map(published));
		await eventually('what came back is registered, at its new port, and no other', async () => {
			assert.deepEqual(
				(await stage.services()).map(({ ID, Port }) => ({ ID, Port })),
				expected,
			);
		});
	}

	test('restarted: the daemon goes on, and has those that came back', async () => {
		await using daemon = await stage.start();
		await registered([...names.map((name) => `u1:${name}:6379`), 'u1:once:6379']);
		await engine.restart();
		await cameBack();
		await daemon.ready();
		assert.ok(daemon.log.some(({ message }) => message.startsWith("lost Docker's events")));
	});

	test('killed: nothing is deleted while it is away, however many passes fail', async () => {
		await using daemon = await stage.start('--interval=1s');
		await registered([...names.map((name) => `u1:${name}:6379`), 'u1:once:6379']);
		const [before, writes] = [await stage.services(), await daemon.writes()];
		const failures = await daemon.metric('reconsul_resync_total', { result: 'error' });
		await engine.kill();
		await failing(daemon, ['docker-list', 'docker-events'], 10_000);
		await eventually('three passes have failed', async () => {
			return (await daemon.metric('reconsul_resync_total', { result: 'error' })) >= failures + 3;
		});
		assert.deepEqual([await stage.services(), await daemon.writes()], [before, writes]);
		await engine.restart();
		await cameBack();
		await daemon.ready();
	});
});

describe('frozen', () => {
	test('Consul, then Docker: /readyz says which, and all is well afterwards', async () => {
		await stage.run('--name', 'redis.0', '-P', 'redis');
		await using daemon = await stage.start('--interval=1s');
		await registered(['u1:redis.0:6379']);

		await consul.freeze();
		await stage.run('--name', 'redis.1', '-P', 'redis');
		// A call may take ten seconds.
		await failing(daemon, ['consul'], 15_000);
		await consul.thaw();
		await daemon.ready();
		await registered(['u1:redis.0:6379', 'u1:redis.1:6379']);

		await engine.freeze();
		await failing(daemon, ['docker-list', 'docker-events'], 15_000);
		assert.deepEqual(await stage.ids(), ['u1:redis.0:6379', 'u1:redis.1:6379']);
		await engine.thaw();
		await daemon.ready(20_000);
		await engine.docker('kill', 'redis.0');
		await registered(['u1:redis.1:6379']);
		await idle(daemon);
		assert.equal(await daemon.writes(), 3);
	});
});

afterEach(async () => {
	await stage.clear();
	await consul.restart();
});
