import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { docker, eventually, labelArgs, removeAll, runContainer, startConsul } from '../support/lab.ts';
import { agentServices, cleanPasses } from './stage.ts';

// The lab's own engine, since an agent looks for the containers of its checks where DOCKER_HOST says, or by default.
const consul = await startConsul();
const mine = labelArgs.at(-1) ?? '';
const daemon: Daemon = await startDaemon({
	registry: `consul://${consul.host}:${consul.port}`,
	options: ['-ip', '127.0.0.1', '--container-filter', `label=${mine}`],
});
after(async () => {
	await daemon[Symbol.asyncDispose]();
	await consul[Symbol.asyncDispose]();
});
afterEach(() => removeAll());

const labels = (given: Readonly<Record<string, string>>): readonly string[] =>
	Object.entries(given).flatMap(([key, value]) => ['--label', `${key}=${value}`]);

const checks = async (): Promise<Readonly<Record<string, string>>> => {
	const all = (await consul.request('GET', '/v1/agent/checks')) as Readonly<
		Record<string, { readonly CheckID: string; readonly Status: string }>
	>;
	return Object.fromEntries(Object.values(all).map(({ CheckID, Status }) => [CheckID, Status]));
};
const isOf = (id: string, status: string): Promise<true> =>
	eventually(`${id} is ${status}`, async () => (await checks())[id] === status, { withinMs: 30_000 });

const warnings = (about: string): readonly string[] =>
	daemon.log.filter(({ level, message }) => level === 'warn' && message.includes(about)).map(({ message }) => message);

describe('labels under reconsul.', () => {
	test('a check runs in the container itself', async () => {
		const { name } = await runContainer(
			...labels({
				'reconsul.port': '9000',
				'reconsul.check.inside.args': 'test -e /tmp/ready',
				'reconsul.check.inside.docker_container_id': 'true',
				'reconsul.check.inside.interval': '1s',
			}),
			'busybox',
			'sleep',
			'600',
		);
		const id = `reconsul:u1:${name}:9000:inside`;
		await isOf(id, 'critical');
		await docker('exec', name, 'touch', '/tmp/ready');
		await isOf(id, 'passing');
	});

	test('a container without ports is a service at its address on the network that is said', async () => {
		const network = `labels-${process.pid}`;
		await docker('network', 'create', ...labelArgs, network);
		const { name } = await runContainer(
			'--network',
			network,
			...labels({ 'reconsul.port': '9000', 'reconsul.network': network, 'reconsul.name': 'worker' }),
			'busybox',
			'sleep',
			'600',
		);
		await docker('network', 'connect', 'bridge', name);
		const address = await docker('inspect', '-f', `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, name);
		await eventually('it is there', async () => {
			const [service] = await agentServices(consul);
			assert.deepEqual([service?.Service, service?.Address, service?.Port], ['worker', address, 9000]);
		});
	});

	test('every name of a port is a service, all of them well or none', async () => {
		const { name } = await runContainer(
			'-P',
			...labels({ 'reconsul.aliases': 'www,shop', 'reconsul.check.alive.ttl': '600s', 'reconsul.name': 'web' }),
			'redis',
		);
		const id = `u1:${name}:6379`;
		const aliases = ['shop', 'www'].map((alias) => `reconsul:${id}:alias:${alias}:alias`);
		await eventually('all three are there', async () => {
			const services = await agentServices(consul);
			assert.deepEqual(
				services.map(({ Service }) => Service),
				['web', 'shop', 'www'],
			);
		});
		for (const alias of aliases) await isOf(alias, 'critical');
		await consul.request('PUT', `/v1/agent/check/pass/${encodeURIComponent(`reconsul:${id}:alive`)}`);
		for (const alias of aliases) await isOf(alias, 'passing');
	});

	test('a TTL check that we are asked to beat stays passing', async () => {
		const { name } = await runContainer(
			'-P',
			...labels({ 'reconsul.check.alive.ttl': '3s', 'reconsul.check.alive.heartbeat': 'true' }),
			'redis',
		);
		const id = `reconsul:u1:${name}:6379:alive`;
		await isOf(id, 'passing');
		const beats = (): Promise<number> => daemon.metric('reconsul_heartbeats_total', { result: 'ok' });
		const before = await beats();
		await eventually('it was beaten for two TTLs', async () => (await beats()) >= before + 6, { withinMs: 15_000 });
		assert.equal((await checks())[id], 'passing');
	});

	test('what the agent is too old for is told once, and costs no more writes', async () => {
		const { name } = await runContainer(
			'-P',
			...labels({
				'reconsul.check.ping.h2ping': 'true',
				'reconsul.check.up.tcp': 'true',
				'reconsul.check.up.tls_server_name': 'x',
				'reconsul.check.other.http': '/',
				'reconsul.check.other.disable_redirects': 'true',
				'reconsul.htpp': 'x',
			}),
			'redis',
		);
		const id = `u1:${name}:6379`;
		await eventually('it has the check that is left', async () => {
			assert.deepEqual(Object.keys(await checks()), [`reconsul:${id}:other`]);
		});
		const writes = await daemon.writes();
		await cleanPasses(daemon, 2);
		assert.equal(await daemon.writes(), writes);
		assert.deepEqual(warnings('is left out'), [
			'its check "other" goes without disable_redirects: this Consul agent does not know it, Consul 1.13 does; ' +
				'its check "ping" is left out: this Consul agent does not know h2ping, which Consul 1.10 has; ' +
				'its check "up" is left out: this Consul agent does not know tls_server_name, which Consul 1.10 has',
		]);
		assert.deepEqual(warnings('no label'), ["reconsul.htpp is no label of reconsul's"]);
	});
});
