import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, afterEach, describe, test } from 'node:test';
import { launchDaemon, startDaemon, startProgram } from '../support/daemon.ts';
import { eventually, freePort, startConsul } from '../support/lab.ts';
import { agentServices, cleanPasses, idle, startStage } from './stage.ts';

const stage = await startStage();
after(() => stage[Symbol.asyncDispose]());
afterEach(() => stage.clear());

const runRedis = (...args: readonly string[]): Promise<string> =>
	stage.run('--name', 'redis.0', '-p', '10000:6379', ...args, 'redis');

describe('memory://', () => {
	test('/api/services shows what would be registered, and why a port is not', async () => {
		await runRedis();
		await stage.run('--name', 'nginx.0', '-p', '8000:80', 'nginx');
		await using daemon = await startDaemon({ docker: stage.target.docker, registry: 'memory://' });
		interface Answer {
			readonly services: readonly Readonly<Record<string, unknown>>[];
			readonly notRegistered: readonly Readonly<Record<string, unknown>>[];
		}
		await eventually('all are shown as registered', async () => {
			const { services, notRegistered } = (await (await fetch(`${daemon.url}/api/services`)).json()) as Answer;
			assert.deepEqual(
				services.map(({ id, name, address, port, state }) => [id, name, address, port, state]),
				[
					['u1:nginx.0:80', 'nginx', '192.0.2.10', 8000, 'registered'],
					['u1:redis.0:6379', 'redis', '192.0.2.10', 10000, 'registered'],
				],
			);
			assert.deepEqual(
				notRegistered.map(({ port, reason }) => [port, reason]),
				[['443/tcp', 'not-published']],
			);
		});
	});
});

describe('--dry-run', () => {
	test('says once what it would do, and writes nothing', async () => {
		const { consul } = stage;
		// Ours by the stamp, and without a container: it would have to go.
		const engine = await stage.engine.docker('info', '--format', '{{.ID}}');
		const Meta = {
			'reconsul-owner': 'u1',
			'reconsul-engine': engine,
			'reconsul-container': 'f'.repeat(64),
			'reconsul-spec': '1-0000000000000000',
		};
		await consul.request('PUT', '/v1/agent/service/register', { ID: 'u1:ghost:80', Name: 'ghost', Port: 80, Meta });
		await runRedis();
		const before = await agentServices(consul);
		await using daemon = await stage.start('--dry-run', '--interval=1s');
		await idle(daemon);
		await cleanPasses(daemon, 3);
		const said = daemon.log.map(({ message }) => message).filter((message) => message.startsWith('would'));
		assert.deepEqual(said.sort(), ['would have deregistered u1:ghost:80', 'would have registered u1:redis.0:6379']);
		assert.equal(await daemon.metric('reconsul_operations_total', { result: 'dry_run' }), 2);
		assert.equal(await daemon.writes(), 0);
		assert.deepEqual(await agentServices(consul), before);
		await consul.request('PUT', '/v1/agent/service/deregister/u1:ghost:80');
	});
});

describe('--once', () => {
	const onePass = ['--once', '--listen='];

	test('brings everything in line and exits with 0', async () => {
		await runRedis();
		await using program = startProgram([...onePass, stage.target.registry], { docker: stage.target.docker });
		assert.equal(await program.exit, 0);
		assert.deepEqual(await stage.ids(), ['u1:redis.0:6379']);
		await stage.clear();
		await using again = startProgram([...onePass, stage.target.registry], { docker: stage.target.docker });
		assert.equal(await again.exit, 0);
		assert.deepEqual(await stage.ids(), []);
	});

	test('exits with 1 where Consul is away, and says so', async () => {
		const registry = `consul://127.0.0.1:${await freePort()}`;
		await using program = startProgram([...onePass, registry], { docker: stage.target.docker });
		assert.equal(await program.exit, 1);
		assert.match(program.stderr, /connection refused/);
	});
});

describe('a Consul that is not there', () => {
	test('-retry-attempts 2 tries three times and exits with 1', async () => {
		const registry = `consul://127.0.0.1:${await freePort()}`;
		const options = ['-retry-attempts', '2', '-retry-interval', '10'];
		await using daemon = await launchDaemon({ docker: stage.target.docker, registry, options });
		assert.equal(await daemon.exit, 1);
		const said = daemon.log.filter(({ message }) => message.includes('connection refused'));
		assert.deepEqual(
			said.map(({ level }) => level),
			['warn', 'warn', 'error'],
		);
	});

	test('without that the daemon waits, says that Consul is why it is not ready, and registers once it comes up', async () => {
		const port = await freePort();
		await runRedis();
		await using daemon = await launchDaemon({ docker: stage.target.docker, registry: `consul://127.0.0.1:${port}` });
		await eventually('Consul is named', async () =>
			assert.deepEqual(await daemon.failedChecks(), ['consul', 'first-resync']),
		);
		await using consul = await startConsul({ port });
		await eventually('it is registered', async () =>
			assert.deepEqual(
				(await agentServices(consul)).map(({ ID }) => ID),
				['u1:redis.0:6379'],
			),
		);
		await daemon.ready();
	});
});

describe('--listen', () => {
	test('a port that is taken is logged, and does not stop the registering', async () => {
		await using stranger = createServer().listen(await freePort(), '127.0.0.1');
		await once(stranger, 'listening');
		const { port } = stranger.address() as { port: number };
		await using daemon = await launchDaemon({ ...stage.target, port });
		await runRedis();
		await eventually('it is registered', async () => assert.deepEqual(await stage.ids(), ['u1:redis.0:6379']));
		assert.ok(daemon.log.some(({ message }) => message.startsWith(`cannot listen on 127.0.0.1:${port};`)));
		assert.equal(await daemon.stop(), 0);
	});
});
