import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Daemon } from '../support/daemon.ts';
import { eventually } from '../support/lab.ts';
import { agentServices, caughtUp, type Stage, startStage } from './stage.ts';

// No full pass comes to the rescue: what an event does not bring about does not happen.
const eventsOnly = ['--interval=0'];

const registered = (stage: Stage, ids: readonly string[]): Promise<void> =>
	eventually('exactly these are registered', async () => assert.deepEqual(await stage.ids(), ids));

/** Also after all that has happened was dealt with. */
async function stillRegistered(stage: Stage, daemon: Daemon, ids: readonly string[]): Promise<void> {
	await caughtUp(stage, daemon);
	assert.deepEqual(await stage.ids(), ids);
}

const numbered = (name: string, count: number): readonly string[] =>
	Array.from({ length: count }, (_, at) => `${name}.${at}`);

// Two engines, each with an agent: one is restarted on while the other does the rest.
describe('containers that come and go', { concurrency: 2 }, () => {
	test('restarted 20 times, each time on another port: one registration, with the right port each time', async () => {
		await using stage = await startStage();
		await using daemon = await stage.start(...eventsOnly);
		await stage.run('-P', '--name', 'redis.0', 'redis');
		const ports = new Set<number>();
		for (let restart = 0; restart <= 20; restart++) {
			if (restart > 0) await stage.engine.docker('restart', 'redis.0');
			const [address] = (await stage.engine.docker('port', 'redis.0', '6379/tcp')).split('\n');
			const port = Number(address?.split(':').at(-1));
			ports.add(port);
			await eventually(`restart ${restart}: port ${port} is registered`, async () => {
				const services = (await stage.services()).map(({ ID, Port }) => [ID, Port]);
				assert.deepEqual(services, [['u1:redis.0:6379', port]]);
			});
		}
		// Else a registration that nobody touched would have passed.
		assert.equal(ports.size, 21);
		await stillRegistered(stage, daemon, ['u1:redis.0:6379']);
	});

	describe('one after the other', { concurrency: 1 }, () => {
		let stage: Stage;
		let daemon: Daemon;
		before(async () => {
			stage = await startStage();
			daemon = await stage.start(...eventsOnly);
		});
		afterEach(async () => {
			await stage.clear();
			await registered(stage, []);
		});
		after(() => stage[Symbol.asyncDispose]());

		test('containers that live 50 ms leave nothing', async () => {
			const names = numbered('brief', 8);
			await Promise.all(names.map((name) => stage.run('-P', '--name', name, 'redis', 'sleep', '0.05')));
			await eventually('all have ended', async () => (await stage.engine.docker('ps', '-q')) === '');
			await stillRegistered(stage, daemon, []);
		});

		test('docker run --rm: there while it runs, and gone when it is', async () => {
			await stage.run('--rm', '-P', '--name', 'redis.0', 'redis');
			await registered(stage, ['u1:redis.0:6379']);
			await stage.engine.docker('stop', 'redis.0');
			await registered(stage, []);
			await stage.run('--rm', '-P', '--name', 'brief', 'redis', 'true');
			await stillRegistered(stage, daemon, []);
		});

		test('a container that takes the name of another is registered in its place', async () => {
			await stage.run('-P', '--name', 'redis.0', 'redis');
			for (let generation = 0; generation < 3; generation++) {
				await stage.engine.docker('rm', '-f', 'redis.0');
				const id = await stage.run('-P', '--name', 'redis.0', 'redis');
				await eventually('the registration is the new one', async () => {
					const services = (await agentServices(stage.consul)).map(({ ID, Meta }) => [ID, Meta['reconsul-container']]);
					assert.deepEqual(services, [['u1:redis.0:6379', id]]);
				});
			}
			await stage.engine.docker('rename', 'redis.0', 'redis.1');
			await registered(stage, ['u1:redis.1:6379']);
			await stillRegistered(stage, daemon, ['u1:redis.1:6379']);
		});

		test('started and ended while the daemon starts: no start and no end is lost', async () => {
			const [ending, starting] = [numbered('ends', 6), numbered('starts', 6)];
			await Promise.all(ending.map((name) => stage.run('-P', '--name', name, 'redis')));
			await Promise.all(starting.map((name) => stage.engine.docker('create', '-P', '--name', name, 'redis')));
			await daemon.stop();
			daemon = await stage.launch(...eventsOnly);
			// The engine takes them one after the other: some before, some into and some after the first listing.
			const starts = starting.map((name) => stage.engine.docker('start', name));
			const ends = ending.map((name) => stage.engine.docker('kill', name));
			await Promise.all([...starts, ...ends]);
			const ids = starting.map((name) => `u1:${name}:6379`);
			await registered(stage, ids);
			await stillRegistered(stage, daemon, ids);
		});
	});
});
