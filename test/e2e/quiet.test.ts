import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ConsulProxy, startConsulProxy } from '../support/consul-proxy.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { eventually } from '../support/lab.ts';
import { cleanPasses, idle, type Stage, startStage } from './stage.ts';

/** A daemon and, between it and the agent, somebody who counts: it is not asked itself whether it wrote. */
interface Counted extends AsyncDisposable {
	readonly daemon: Daemon;
	readonly proxy: ConsulProxy;
}

async function startCounted({ consul, target }: Stage, ...options: readonly string[]): Promise<Counted> {
	const proxy = await startConsulProxy(consul.port);
	const daemon = await startDaemon({ ...target, registry: `consul://127.0.0.1:${proxy.port}`, options });
	await idle(daemon);
	return {
		daemon,
		proxy,
		[Symbol.asyncDispose]: async () => {
			await daemon[Symbol.asyncDispose]();
			await proxy[Symbol.asyncDispose]();
		},
	};
}

const pathsOf = ({ proxy }: Counted): readonly string[] => proxy.writes.map(({ path }) => path);

/** `register u1:redis.0:6379` and the like. */
const writesOf = ({ proxy }: Counted): readonly string[] =>
	proxy.writes.map(({ path, body }) => {
		const [, kind, id] = /^\/v1\/agent\/service\/(\w+)(?:\/([^?]*))?/.exec(path) ?? [];
		return `${kind} ${id === undefined ? (body as { readonly ID: string }).ID : decodeURIComponent(id)}`;
	});

/** Everything that a container can ask for, and so many services from it. */
async function startFurnished(): Promise<Stage> {
	const stage = await startStage();
	const env = ['-e', 'SERVICE_TAGS=b,a', '-e', 'SERVICE_REGION=us2', '-e', 'SERVICE_CHECK_SCRIPT=true'];
	await stage.run('--name', 'redis.0', '-P', ...env, 'redis');
	await stage.run('--name', 'nginx.0', '-P', '-e', 'SERVICE_80_CHECK_HTTP=/', 'nginx');
	await stage.run('--name', 'statsd.0', '-P', 'acme/statsd');
	await stage.run('--name', 'host.0', '--network=host', 'acme/multi');
	return stage;
}
const count = 8;

// They mostly wait, so several go on at a time, each with an engine and an agent of its own.
describe('where nothing differs', { concurrency: 3 }, () => {
	test('a daemon that is started again, whether it was stopped or killed, writes nothing', async () => {
		await using stage = await startFurnished();
		const first = await startCounted(stage);
		assert.equal(first.proxy.writes.length, count);
		assert.equal(await first.daemon.writes(), count);
		await first.daemon.stop();
		await first[Symbol.asyncDispose]();
		for (const end of ['stop', 'kill'] as const) {
			await using again = await startCounted(stage);
			await cleanPasses(again.daemon, 2);
			assert.deepEqual(pathsOf(again), []);
			assert.equal(await again.daemon.writes(), 0);
			await again.daemon[end]();
		}
		assert.equal((await stage.ids()).length, count);
	});

	test('30 passes write nothing', async () => {
		await using stage = await startFurnished();
		await using counted = await startCounted(stage, '--interval=1s');
		counted.proxy.forget();
		await cleanPasses(counted.daemon, 30);
		assert.deepEqual(pathsOf(counted), []);
		assert.equal(await counted.daemon.writes(), count);
	});

	test('two daemons with different owners do not disturb each other', async () => {
		await using stage = await startFurnished();
		await using ours = await startCounted(stage, '--interval=1s');
		await using theirs = await startCounted(stage, '--interval=1s', '--owner=other', '--hostname=u2');
		const both = [ours, theirs];
		const expected = (await stage.ids()).filter((id) => id.startsWith('u1:'));
		assert.equal(expected.length, count);
		const other = expected.map((id) => id.replace('u1:', 'u2:'));
		assert.deepEqual(await stage.ids(), [...expected, ...other]);
		for (const { proxy } of both) proxy.forget();
		await Promise.all(both.map(({ daemon }) => cleanPasses(daemon, 6)));
		assert.deepEqual(both.map(pathsOf), [[], []]);

		await stage.engine.docker('kill', 'statsd.0');
		await eventually('both have deregistered what has ended', async () =>
			assert.equal((await stage.ids()).length, 2 * count - 2),
		);
		await stage.engine.docker('start', 'statsd.0');
		await eventually('both have registered it again', async () => assert.equal((await stage.ids()).length, 2 * count));
		await Promise.all(both.map(({ daemon }) => cleanPasses(daemon, 2)));
		const once = (host: string): readonly string[] =>
			['deregister', 'register'].map((kind) => `${kind} ${host}:statsd.0:8125:udp`);
		assert.deepEqual(both.map(writesOf), [once('u1'), once('u2')]);

		await theirs.daemon.stop();
		assert.equal((await stage.ids()).length, 2 * count);
	});

	test('two daemons with the same owner write nothing more than one does', async () => {
		await using stage = await startFurnished();
		await using first = await startCounted(stage, '--interval=1s');
		await using second = await startCounted(stage, '--interval=1s');
		const both = [first, second];
		assert.deepEqual([first.proxy.writes.length, second.proxy.writes.length], [count, 0]);
		await Promise.all(both.map(({ daemon }) => cleanPasses(daemon, 6)));
		assert.deepEqual([first.proxy.writes.length, second.proxy.writes.length], [count, 0]);

		const deeds: readonly [what: string, deed: () => Promise<string>, services: number][] = [
			['started', () => stage.run('--name', 'redis.1', '-P', 'redis'), count + 1],
			['ended', () => stage.engine.docker('kill', 'redis.1'), count],
		];
		for (const [what, deed, services] of deeds) {
			for (const { proxy } of both) proxy.forget();
			await deed();
			await eventually(`it has ${what}`, async () => assert.equal((await stage.ids()).length, services));
			await Promise.all(both.map(({ daemon }) => cleanPasses(daemon, 3)));
			// Both can be told of it before either has written.
			const writes = both.map(({ proxy }) => proxy.writes.length);
			assert.equal(Math.max(...writes), 1, `${what}: ${writes} writes`);
		}
	});
});
