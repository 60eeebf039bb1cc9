import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { dockerSource } from '../../../src/source/docker.ts';
import { ownContainerId } from '../../../src/source/self.ts';
import { docker, eventually, labelArgs, removeAll, runContainer } from '../../support/lab.ts';
import { listenTo, newName, type SourceBench, soon, sourceSuite } from './source-suite.ts';

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

test('Docker: health is announced without its outcome in the word', async () => {
	using heard = await listenTo(source);
	const health = ['--health-cmd', 'true', '--health-interval', '1s'];
	const { id } = await runContainer(...health, 'redis');
	await heard.of(id, 'health_status', 15_000);
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
