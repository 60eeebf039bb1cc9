import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Daemon } from '../support/daemon.ts';
import { eventually } from '../support/lab.ts';
import { agentServices, caughtUp, startStage } from './stage.ts';

const stage = await startStage();
after(() => stage[Symbol.asyncDispose]());
afterEach(() => stage.clear());

// No full pass comes to the rescue: what an event does not bring about does not happen.
const eventsOnly = ['--interval=0'];

const hostPort = async (name: string): Promise<number> =>
	Number((await stage.engine.docker('port', name, '6379/tcp')).split('\n')[0]?.split(':').at(-1));

describe('containers that come and go', () => {
	let daemon: Daemon;
	before(async () => {
		daemon = await stage.start(...eventsOnly);
	});
	after(() => daemon[Symbol.asyncDispose]());

	test('restarted 20 times, each time on another port: one registration, with the right port each time', async () => {
		await stage.run('-P', '--name', 'redis.0', 'redis');
		const ports = new Set<number>();
		for (let restart = 0; restart <= 20; restart++) {
			if (restart > 0) await stage.engine.docker('restart', 'redis.0');
			const port = await hostPort('redis.0');
			ports.add(port);
			await eventually(`restart ${restart}: port ${port} is registered`, async () =>
				assert.deepEqual(
					(await stage.services()).map(({ ID, Port }) => [ID, Port]),
					[['u1:redis.0:6379', port]],
				),
			);
		}
		// Else a registration that nobody touched would have passed.
		assert.equal(ports.size, 21);
		await caughtUp(stage, daemon);
		assert.deepEqual(await stage.ids(), ['u1:redis.0:6379']);
	});

	test('containers that live 50 ms leave nothing', async () => {
		const names = Array.from({ length: 8 }, (_, at) => `brief.${at}`);
		await Promise.all(names.map((name) => stage.run('-P', '--name', name, 'redis', 'sleep', '0.05')));
		for (const name of names)
			await eventually(`${name} has ended`, async () => {
				return (await stage.engine.docker('inspect', '--format', '{{.State.Running}}', name)) === 'false';
			});
		await caughtUp(stage, daemon);
		assert.deepEqual(await stage.ids(), []);
	});

	test('docker run --rm: there while it runs, and gone when it is', async () => {
		await stage.run('--rm', '-P', '--name', 'redis.0', 'redis');
		await eventually('it is registered', async () => assert.deepEqual(await stage.ids(), ['u1:redis.0:6379']));
		await stage.engine.docker('stop', 'redis.0');
		await eventually('it is gone', async () => assert.deepEqual(await stage.ids(), []));
		await stage.run('--rm', '-P', '--name', 'brief', 'redis', 'true');
		await caughtUp(stage, daemon);
		assert.deepEqual(await stage.ids(), []);
	});

	test('a container that takes the name of one that was removed is registered in its place', async () => {
		await stage.run('-P', '--name', 'redis.0', 'redis');
		for (let generation = 0; generation < 3; generation++) {
			await stage.engine.docker('rm', '-f', 'redis.0');
			const id = await stage.run('-P', '--name', 'redis.0', 'redis');
			await eventually('the registration is the new one', async () =>
				assert.deepEqual(
					(await agentServices(stage.consul)).map(({ ID, Meta }) => [ID, Meta['reconsul-container']]),
					[['u1:redis.0:6379', id]],
				),
			);
		}
		await caughtUp(stage, daemon);
		assert.deepEqual(await stage.ids(), ['u1:redis.0:6379']);
	});

	test('renamed: the id follows the name', async () => {
		await stage.run('-P', '--name', 'before', 'redis');
		await eventually('it is registered', async () => assert.deepEqual(await stage.ids(), ['u1:before:6379']));
		await stage.engine.docker('rename', 'before', 'after');
		await eventually('the new id', async () => assert.deepEqual(await stage.ids(), ['u1:after:6379']));
	});
});

describe('while the daemon starts', () => {
	test('no start and no end is lost', async () => {
		const names = (prefix: string): readonly string[] => Array.from({ length: 6 }, (_, at) => `${prefix}.${at}`);
		const [ending, starting] = [names('ends'), names('starts')];
		await Promise.all(ending.map((name) => stage.run('-P', '--name', name, 'redis')));
		await Promise.all(starting.map((name) => stage.engine.docker('create', '-P', '--name', name, 'redis')));
		await using daemon = await stage.launch(...eventsOnly);
		// The engine takes them one after the other: some before, some into and some after the first listing.
		await Promise.all([...starting.map((name) => stage.engine.docker('start', name)), ...ending.map(end)]);
		const ids = starting.map((name) => `u1:${name}:6379`);
		await eventually('all that run are registered, and no other', async () => assert.deepEqual(await stage.ids(), ids));
		await caughtUp(stage, daemon);
		assert.deepEqual(await stage.ids(), ids);
	});
});

const end = (name: string): Promise<string> => stage.engine.docker('kill', name);
