import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { stopSignalOf } from '../../../src/derive/traffic.ts';
import { dockerSource } from '../../../src/source/docker.ts';
import { ownContainerId } from '../../../src/source/self.ts';
import { docker, eventually, labelArgs, removeAll, runContainer } from '../../support/lab.ts';
import { listenTo, newName, type SourceBench, soon } from './source-bench.ts';
import { sourceSuite } from './source-suite.ts';

const source = dockerSource({ docker: { socketPath: '/var/run/docker.sock' } });

sourceSuite('a Docker engine', async (): Promise<SourceBench> => {
	const run = async (...args: readonly string[]): Promise<void> => void (await docker(...args));
	return {
		source,
		start: async (name, labels = {}) => {
			const given = Object.entries(labels).flatMap(([label, value]) => ['--label', `${label}=${value}`]);
			return (await runContainer('--name', name, ...given, 'redis')).id;
		},
		startAgain: (id) => run('start', id),
		stop: (id) => run('kill', id).then(() => run('wait', id)),
		remove: (id) => run('rm', '-f', id),
		rename: (id, name) => run('rename', id, name),
		pause: (id) => run('pause', id),
		unpause: (id) => run('unpause', id),
		signal: (id, name) => run('kill', '-s', name, id),
		network: async () => {
			const name = newName();
			await run('network', 'create', ...labelArgs, name);
			return name;
		},
		join: (id, network) => run('network', 'connect', network, id),
		leave: (id, network) => run('network', 'disconnect', network, id),
		clear: () => removeAll(),
		[Symbol.asyncDispose]: async () => {},
	};
});

after(() => removeAll());

test('Docker: a container that waits for its restart policy is not listed', async () => {
	const { id } = await runContainer('--restart', 'always', 'busybox', 'false');
	await eventually('it waits', async () => (await docker('inspect', '-f', '{{.State.Restarting}}', id)) === 'true');
	await eventually('nobody calls it running', async () => {
		const container = await source.get(id, soon());
		// Docker's word for it, of the same moment.
		const { State } = Object(container?.inspect) as { State?: { Running: boolean; Restarting: boolean } };
		return State?.Running === true && State.Restarting && container?.running === false;
	});
	await docker('rm', '-f', id);
});

// By the file `well` in the container, which is not there at first.
const healthOptions = ['--health-cmd', 'cat /tmp/well', '--health-interval', '300ms', '--health-retries', '1'];

test('Docker: health is announced with its outcome, and shown with what the last probe printed', async () => {
	using heard = await listenTo(source);
	const { id } = await runContainer(...healthOptions, 'redis');
	// The list is what passes go by: it must not keep what was seen before.
	const listed = async (): Promise<unknown> =>
		(await source.list(soon())).find((container) => container.id === id)?.health;
	assert.equal((await heard.of(id, 'health_status', 15_000)).health, 'unhealthy');
	const output = "cat: can't open '/tmp/well': No such file or directory\n";
	assert.deepEqual(await listed(), { status: 'unhealthy', output });
	await docker('exec', id, 'sh', '-c', 'echo quite well >/tmp/well');
	assert.equal((await heard.of(id, 'health_status', 15_000)).health, 'healthy');
	assert.deepEqual(await listed(), { status: 'healthy', output: 'quite well\n' });
});

test('Docker: health is starting, and nothing was printed, until the first probe', async () => {
	const { id } = await runContainer('--health-cmd', 'true', '--health-interval', '1h', 'redis');
	assert.deepEqual((await source.get(id, soon()))?.health, { status: 'starting', output: '' });
});

test('Docker: a container has no health where it has no HEALTHCHECK, or one that was switched off', async () => {
	const [plain, off] = await Promise.all([runContainer('redis'), runContainer('--no-healthcheck', 'redis')]);
	for (const { id } of [plain, off]) assert.equal((await source.get(id, soon()))?.health, undefined);
});

for (const [sentence, args, expected] of [
	['a stop signal of its own', ['--stop-signal', 'SIGQUIT'], 3],
	['a real-time stop signal', ['--stop-signal', 'RTMIN+3'], 37],
	['none', [], 15],
] as const)
	test(`Docker: the stop signal of a container with ${sentence} is the one that docker stop announces`, async () => {
		using heard = await listenTo(source);
		const { id } = await runContainer(...args, 'redis', 'sleep', '1000');
		const container = await source.get(id, soon());
		assert.ok(container);
		// Its process heeds none of them; the second signal is KILL.
		await docker('stop', '-t', '0', id);
		const first = await heard.of(id, 'kill');
		assert.deepEqual([stopSignalOf(container), Number(first.signal)], [expected, expected]);
		assert.equal((await heard.of(id, 'kill')).signal, '9');
	});

test('Docker: a published port of Docker’s choosing is another one after a restart, and the list says so', async () => {
	using heard = await listenTo(source);
	const { id } = await runContainer('-P', 'redis');
	await heard.of(id, 'start');
	const portOf = async (): Promise<number | undefined> =>
		(await source.list(soon())).find((container) => container.id === id)?.ports['6379/tcp']?.[0]?.hostPort;
	const before = await portOf();
	await docker('restart', '-t', '0', id);
	await heard.of(id, 'start');
	const later = await portOf();
	assert.equal(later, Number((await docker('port', id, '6379/tcp')).split('\n')[0]?.split(':').at(-1)));
	assert.notEqual(later, before);
});

for (const [sentence, network] of [
	['on a network of its own', 'bridge'],
	["on the host's network", 'host'],
] as const)
	test(`Docker: a container ${sentence} finds its own id in /proc`, async () => {
		const show = 'cat /proc/self/cgroup; echo; echo =; cat /proc/self/mountinfo';
		const { id } = await runContainer('--network', network, 'busybox', 'sh', '-c', show);
		await docker('wait', id);
		const [cgroup = '', mountinfo = ''] = (await docker('logs', id)).split('\n=\n');
		assert.equal(await ownContainerId(async (path) => (path.endsWith('cgroup') ? cgroup : mountinfo)), id);
	});
