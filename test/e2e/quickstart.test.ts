import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Daemon } from '../support/daemon.ts';
import { eventually } from '../support/lab.ts';
import { type AgentService, agentServices, type Service, startStage } from './stage.ts';

const stage = await startStage();
after(() => stage[Symbol.asyncDispose]());
before(() => stage.engine.docker('network', 'create', 'backend'));

const hostAddress = '192.0.2.10';

async function shows(expected: readonly Service[]): Promise<void> {
	await eventually('Consul shows exactly these', async () => assert.deepEqual(await stage.services(), expected));
}

/** The container's address on the network. */
const addressOf = (name: string, network: string): Promise<string> =>
	stage.engine.docker('inspect', '--format', `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, name);

/** A daemon for all tests of the suite; every test begins and ends with nothing registered. */
function withDaemon(...options: readonly string[]): () => Daemon {
	let daemon: Daemon | undefined;
	before(async () => {
		daemon = await stage.start(...options);
	});
	afterEach(async () => {
		await stage.clear();
		await shows([]);
	});
	after(() => daemon?.[Symbol.asyncDispose]());
	return () => {
		if (daemon === undefined) throw new Error('no daemon yet');
		return daemon;
	};
}

/** Section 7 of the specification: the commands, and its table. */
const examples: readonly [
	example: string,
	args: readonly string[],
	services: readonly (Service & { hostId: string })[],
][] = [
	[
		'A, one service, defaults',
		['--name', 'redis.0', '-p', '10000:6379', 'progrium/redis'],
		[entry('u1:redis.0:6379', 'u1:redis.0:10000', 'redis', 10000)],
	],
	[
		'B, one service, customised',
		[
			...['--name', 'redis.0', '-p', '10000:6379'],
			...['-e', 'SERVICE_NAME=db', '-e', 'SERVICE_TAGS=master,backups', '-e', 'SERVICE_REGION=us2'],
			'progrium/redis',
		],
		[
			{
				...entry('u1:redis.0:6379', 'u1:redis.0:10000', 'db', 10000),
				Tags: ['master', 'backups'],
				Attrs: { region: 'us2' },
			},
		],
	],
	[
		'C, two services, defaults',
		['--name', 'nginx.0', '-p', '4443:443', '-p', '8000:80', 'progrium/nginx'],
		[
			entry('u1:nginx.0:443', 'u1:nginx.0:4443', 'nginx-443', 4443),
			entry('u1:nginx.0:80', 'u1:nginx.0:8000', 'nginx-80', 8000),
		],
	],
];

function entry(ID: string, hostId: string, Name: string, Port: number): Service & { hostId: string } {
	return { ID, hostId, Name, IP: '192.168.1.102', Port, Tags: [], Attrs: {} };
}

describe('the quick start', () => {
	withDaemon();

	const names = async (): Promise<readonly string[]> =>
		Object.keys((await stage.consul.request('GET', '/v1/catalog/services')) as object).sort();

	test('docker run -dP redis: a query of Consul shows redis, and no longer once the container is stopped', async () => {
		assert.deepEqual(await names(), ['consul']);
		const id = await stage.run('-P', 'redis');
		await eventually('redis is shown', async () => assert.deepEqual(await names(), ['consul', 'redis']));
		await stage.engine.docker('stop', id);
		await eventually('redis is gone', async () => assert.deepEqual(await names(), ['consul']));
	});

	test("without -ip the address is the host name's; what was stamped says who registered it for which container", async () => {
		const id = await stage.run('--name', 'redis.0', '-p', '10000:6379', 'progrium/redis');
		await shows([{ ID: 'u1:redis.0:6379', Name: 'redis', IP: hostAddress, Port: 10000, Tags: [], Attrs: {} }]);
		const [{ Meta }] = (await agentServices(stage.consul)) as [AgentService];
		const { 'reconsul-spec': spec, ...stamp } = Meta;
		assert.match(String(spec), /[0-9a-f]{16}$/);
		assert.deepEqual(stamp, {
			'reconsul-owner': 'u1',
			'reconsul-engine': await stage.engine.docker('info', '--format', '{{.ID}}'),
			'reconsul-container': id,
		});
	});

	test("on the host's network, the exposed port is the port", async () => {
		await stage.run('--network=host', '--name', 'redis.0', 'progrium/redis');
		await shows([{ ID: 'u1:redis.0:6379', Name: 'redis', IP: hostAddress, Port: 6379, Tags: [], Attrs: {} }]);
	});

	test('on a network of the user, published ports are services as on the default one', async () => {
		await stage.run('--network=backend', '--name', 'redis.0', '-p', '10000:6379', 'progrium/redis');
		await shows([{ ID: 'u1:redis.0:6379', Name: 'redis', IP: hostAddress, Port: 10000, Tags: [], Attrs: {} }]);
	});

	test("a container on another's network is a service at that one's address, for as long as that one runs", async () => {
		await stage.run('--name', 'base', 'busybox', 'sleep', '60');
		await stage.run('--network=container:base', '--name', 'redis.0', 'progrium/redis');
		const IP = await addressOf('base', 'bridge');
		await shows([{ ID: 'u1:redis.0:6379', Name: 'redis', IP, Port: 6379, Tags: [], Attrs: {} }]);
		await stage.engine.docker('kill', 'base');
		await shows([]);
	});

	test('a port that is exposed and not published is no service', async () => {
		await stage.run('--name', 'nginx.0', '-p', '8000:80', 'progrium/nginx');
		await shows([{ ID: 'u1:nginx.0:80', Name: 'nginx', IP: hostAddress, Port: 8000, Tags: [], Attrs: {} }]);
	});
});

for (const [flag, idOf] of [
	['--id-port=container', ({ ID }: Service & { hostId: string }): string => ID],
	['--id-port=host', ({ hostId }: Service & { hostId: string }): string => hostId],
] as const)
	describe(`the examples of the specification with ${flag}`, () => {
		withDaemon('-ip', '192.168.1.102', flag);
		for (const [example, args, expected] of examples)
			test(example, async () => {
				await stage.run(...args);
				const records = expected.map(({ hostId, ...service }) => ({ ...service, ID: idOf({ ...service, hostId }) }));
				await shows(records.sort((a, b) => (a.ID < b.ID ? -1 : 1)));
			});
	});

describe('with -internal', () => {
	withDaemon('-internal');

	test("a service has its container's address and the exposed port, published or not", async () => {
		await stage.run('--name', 'nginx.0', '-p', '8000:80', 'progrium/nginx');
		const IP = await addressOf('nginx.0', 'bridge');
		await shows([
			{ ID: 'u1:nginx.0:443', Name: 'nginx-443', IP, Port: 443, Tags: [], Attrs: {} },
			{ ID: 'u1:nginx.0:80', Name: 'nginx-80', IP, Port: 80, Tags: [], Attrs: {} },
		]);
	});

	test('on a network of the user it is the address there', async () => {
		await stage.run('--network=backend', '--name', 'redis.0', 'progrium/redis');
		const IP = await addressOf('redis.0', 'backend');
		await shows([{ ID: 'u1:redis.0:6379', Name: 'redis', IP, Port: 6379, Tags: [], Attrs: {} }]);
	});
});
