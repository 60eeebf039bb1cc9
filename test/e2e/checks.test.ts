import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import { startDaemon } from '../support/daemon.ts';
import { type ConsulProcess, eventually, freePort, startConsul } from '../support/lab.ts';
import { agentServices, cleanPasses, idle, startStage } from './stage.ts';

// The specification's script check calls nc, which Consul looks for on our PATH; busybox, which the lab has, can be one.
const tools = await mkdtemp(join(tmpdir(), 'reconsul-tools-'));
await symlink(execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim(), join(tools, 'nc'));
process.env['PATH'] = tools + delimiter + process.env['PATH'];

const stage = await startStage();
after(async () => {
	await stage[Symbol.asyncDispose]();
	await rm(tools, { recursive: true });
});
afterEach(() => stage.clear());

interface AgentCheck {
	readonly CheckID: string;
	readonly Name: string;
	readonly ServiceID: string;
	readonly Type: string;
	readonly Status: string;
	readonly Output: string;
}

async function checks(consul: ConsulProcess = stage.consul): Promise<readonly AgentCheck[]> {
	const all = (await consul.request('GET', '/v1/agent/checks')) as Readonly<Record<string, AgentCheck>>;
	return Object.values(all).sort((a, b) => (a.CheckID < b.CheckID ? -1 : 1));
}

/** What is fixed when a check is registered, as far as an agent shows it. */
const definitions = async (): Promise<readonly Partial<AgentCheck>[]> =>
	(await checks()).map(({ CheckID, Name, ServiceID, Type }) => ({ CheckID, Name, ServiceID, Type }));

const env = (pairs: Readonly<Record<string, string>>): readonly string[] =>
	Object.entries(pairs).flatMap(([name, value]) => ['-e', `${name}=${value}`]);

/** Listens where the container's published port would be, were its engine not in a network of its own. */
async function listening(server: Server): Promise<{ readonly port: number } & AsyncDisposable> {
	const port = await freePort();
	await once(server.listen(port, '127.0.0.1'), 'listening');
	return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

describe('health checks', () => {
	test("the specification's HTTP check asks for its path, at its interval, for as long as its timeout says", async () => {
		let isHanging = false;
		const asked: string[] = [];
		const server = createHttpServer(({ method, url }, response) => {
			asked.push(`${method} ${url}`);
			if (!isHanging) response.end('well');
		});
		await using service = await listening(server);
		await using _daemon = await stage.start('-ip', '127.0.0.1');
		const check = {
			SERVICE_80_CHECK_HTTP: '/health/endpoint/path',
			SERVICE_80_CHECK_INTERVAL: '1s',
			SERVICE_80_CHECK_TIMEOUT: '1s',
		};
		await stage.run('--name', 'web', '-p', `${service.port}:80`, '-p', '4443:443', ...env(check), 'nginx');
		await eventually('the agent has the check', async () =>
			assert.deepEqual(await definitions(), [
				{
					CheckID: 'service:u1:web:80',
					Name: "Service 'nginx-80' check",
					ServiceID: 'u1:web:80',
					Type: 'http',
				},
			]),
		);
		await eventually('Consul has asked three times', () => asked.length >= 3, { withinMs: 4_500 });
		assert.deepEqual(new Set(asked), new Set(['GET /health/endpoint/path']));
		assert.equal((await checks())[0]?.Status, 'passing');
		isHanging = true;
		await eventually(
			'Consul has waited no longer than the timeout',
			async () => {
				const [found] = await checks();
				assert.equal(found?.Status, 'critical');
				assert.match(found.Output, /Timeout exceeded|deadline exceeded/);
			},
			{ withinMs: 6_000 },
		);
		server.closeAllConnections();
	});

	test("the specification's script check finds its address and port filled in", async () => {
		const server = createServer((socket) => socket.on('error', () => {}).end('all is OK\n'));
		await using service = await listening(server);
		await using _daemon = await stage.start('-ip', '127.0.0.1');
		const check = { SERVICE_CHECK_SCRIPT: 'nc $SERVICE_IP $SERVICE_PORT | grep OK', SERVICE_CHECK_INTERVAL: '1s' };
		await stage.run('--name', 'redis.0', '-p', `${service.port}:6379`, ...env(check), 'redis');
		await eventually('Consul has run it', async () => {
			const [found] = await checks();
			assert.deepEqual([found?.Type, found?.Status, found?.Output], ['script', 'passing', 'all is OK\n']);
		});
	});

	test('the attributes of the check are in Meta too; it goes with its service', async () => {
		await using _daemon = await stage.start();
		const check = { SERVICE_80_CHECK_HTTP: '/health/endpoint/path', SERVICE_80_CHECK_INTERVAL: '15s' };
		await stage.run('--name', 'web', '-p', '8000:80', '-p', '4443:443', ...env(check), 'nginx');
		await eventually('both ports are registered', async () => {
			const attributes = (await stage.services()).map(({ ID, Attrs }) => [ID, Attrs]);
			assert.deepEqual(attributes, [
				['u1:web:443', {}],
				['u1:web:80', { check_http: '/health/endpoint/path', check_interval: '15s' }],
			]);
		});
		assert.equal((await checks()).length, 1);
		await stage.engine.docker('kill', 'web');
		await eventually('nothing is left', async () => assert.deepEqual([await stage.ids(), await checks()], [[], []]));
	});

	test('-ttl: a service is passing for as long as the daemon says so, and critical once nobody does', async () => {
		await stage.run('--name', 'redis.0', '-p', '10000:6379', 'redis');
		await using daemon = await stage.start('-ttl=2', '-ttl-refresh=1');
		const seen = new Set<string>();
		const status = async (): Promise<string> => {
			const [found] = await checks();
			seen.add(`${found?.CheckID} ${found?.Status}`);
			return found?.Status ?? 'missing';
		};
		await eventually('it is there', async () => assert.equal(await status(), 'passing'));
		seen.clear();
		// Longer than it would live by itself.
		await eventually('three heartbeats', async () => {
			await status();
			return (await daemon.metric('reconsul_heartbeats_total', { result: 'ok' })) >= 3;
		});
		assert.deepEqual(seen, new Set(['reconsul:u1:redis.0:6379:ttl passing']));
		assert.equal(await daemon.writes(), 1);
		await daemon.kill();
		await eventually('it is critical', async () => assert.equal(await status(), 'critical'));
		await stage.consul.request('PUT', '/v1/agent/service/deregister/u1:redis.0:6379');
	});

	test('where the agent forbids scripts, the service is registered without its check, and is left alone then', async () => {
		await using consul = await startConsul({ config: { enable_script_checks: false } });
		await using daemon = await startDaemon({
			docker: stage.target.docker,
			registry: `consul://${consul.host}:${consul.port}`,
			options: ['--interval=1s'],
		});
		await stage.run('--name', 'redis.0', '-p', '10000:6379', ...env({ SERVICE_CHECK_SCRIPT: 'true' }), 'redis');
		await eventually('it is registered', async () => assert.equal((await agentServices(consul)).length, 1));
		await idle(daemon);
		const writes = await daemon.writes();
		await cleanPasses(daemon, 2);
		assert.deepEqual([await daemon.writes(), await checks(consul)], [writes, []]);
		assert.ok(daemon.log.some(({ message }) => message.includes('its script check is left out')));
	});
});
