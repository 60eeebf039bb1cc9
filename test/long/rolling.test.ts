import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Balancer, follow } from '../e2e/balancer.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { docker, eventually, removeAll, runContainer, startConsul } from '../support/lab.ts';

after(() => removeAll());

const instances = 4;
/** Of each of the two who follow Consul, so that the instances get 100. */
const requestsPerSecond = 50;

/**
 * A server as one that was made to be rolled: it boots for a second, takes connections for one more after SIGTERM, then refuses
 * them while it ends what is in flight, and is gone after two. One that closes its port at SIGTERM itself refuses whoever has
 * not heard of that yet: Docker tells of a signal when it has been delivered, so no registrar is faster.
 */
const server = `
	trap 'sleep 1; kill $httpd; sleep 1; exit 0' TERM
	mkdir -p /srv; echo hello >/srv/index.html
	sleep 1; httpd -f -p 80 -h /srv & httpd=$!
	while :; do wait; done`;

/** The first probe comes when it has booted. */
const health = [
	'--health-cmd',
	'wget -qO- http://127.0.0.1/',
	'--health-interval',
	'1200ms',
	'--health-timeout',
	'10s',
];

interface Instance {
	readonly name: string;
	readonly port: number;
}

async function start(name: string): Promise<Instance> {
	const args = ['-p', '80', '-e', 'SERVICE_NAME=web', ...health, 'busybox', 'sh', '-c', server];
	await runContainer('--name', name, ...args);
	const [address = ''] = (await docker('port', name, '80/tcp')).split('\n');
	return { name, port: Number(address.split(':').at(-1)) };
}

/** What an orchestrator waits for before it stops the one that is replaced. */
const isHealthy = (name: string): Promise<unknown> =>
	eventually(
		`${name} is healthy`,
		async () => (await docker('inspect', '--format', '{{.State.Health.Status}}', name)) === 'healthy',
		{ everyMs: 200, withinMs: 30_000 },
	);

/** A daemon with these options, an agent of its own, and who follows that. */
async function watched(prefix: string, ...options: readonly string[]): Promise<Watched> {
	await using parts = new AsyncDisposableStack();
	const consul = parts.use(await startConsul());
	const registry = `consul://${consul.host}:${consul.port}`;
	const daemon = parts.use(await startDaemon({ registry, options: [`--include=${prefix}*`, ...options] }));
	const balancer = parts.use(follow(consul.address, 'web'));
	const all = parts.move();
	return { daemon, balancer, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

interface Watched extends AsyncDisposable {
	readonly daemon: Daemon;
	readonly balancer: Balancer;
}

/**
 * Replaces all instances one by one: the new one is started, and when Docker calls it healthy the old one is stopped.
 *
 * @returns when each of the old ones was told to stop, by its port
 */
async function roll(old: readonly Instance[], prefix: string): Promise<ReadonlyMap<number, number>> {
	const toldAt = new Map<number, number>();
	for (const [n, { name, port }] of old.entries()) {
		const { name: successor } = await start(`${prefix}new.${n}`);
		await isHealthy(successor);
		const since = Date.now();
		await docker('stop', name);
		toldAt.set(port, await signalledAt(name, since));
	}
	return toldAt;
}

/** When Docker sent it its stop signal. */
async function signalledAt(name: string, since: number): Promise<number> {
	const times = ['--since', String(since / 1_000), '--until', String(Date.now() / 1_000), '--format', '{{.TimeNano}}'];
	const said = await docker('events', ...times, '--filter', 'event=kill', '--filter', `container=${name}`);
	const [first] = said.split('\n');
	return Number(first) / 1e6;
}

const failuresOf = ({ requests }: Balancer): Readonly<Record<string, number>> => {
	const counts: Record<string, number> = {};
	for (const { failure } of requests) if (failure !== undefined) counts[failure] = (counts[failure] ?? 0) + 1;
	return counts;
};

test('four instances are rolled under load: no request fails with --recommended, and many do without', async (t) => {
	const prefix = `rolling-${process.pid}-`;
	// The very same containers, as both see them.
	await using recommended = await watched(prefix, '--recommended');
	await using plain = await watched(prefix);
	const both = [recommended.balancer, plain.balancer];
	const old = await Promise.all(Array.from({ length: instances }, (_, n) => start(`${prefix}old.${n}`)));
	await Promise.all(old.map(({ name }) => isHealthy(name)));
	await eventually('both know all instances', () => both.every(({ ports }) => ports.length === instances));
	for (const balancer of both) balancer.load(requestsPerSecond);
	const startedAt = performance.now();
	const toldAt = await roll(old, prefix);
	const seconds = (performance.now() - startedAt) / 1_000;
	await eventually('both know the new instances alone', () =>
		both.every(({ ports }) => ports.length === instances && !ports.some((port) => toldAt.has(port))),
	);
	for (const balancer of both) await balancer[Symbol.asyncDispose]();

	const late = recommended.balancer.requests.map(({ port, at }) => at - (toldAt.get(port ?? 0) ?? at));
	const lastMs = Math.max(...late).toFixed(0);
	t.diagnostic(
		`rolled in ${seconds.toFixed(1)} s; with --recommended the last request came ${lastMs} ms after SIGTERM`,
	);
	for (const [name, { balancer }] of Object.entries({ recommended, plain }))
		t.diagnostic(`${name}: ${balancer.requests.length} requests, failed: ${JSON.stringify(failuresOf(balancer))}`);
	for (const { requests } of both) {
		assert.ok(requests.length > seconds * requestsPerSecond * 0.9, `only ${requests.length} requests were sent`);
		assert.equal(new Set(requests.map(({ port }) => port)).size, 2 * instances);
	}
	assert.deepEqual(failuresOf(recommended.balancer), {});
	// A second of each boot and of each end, of a fourth or a fifth of the requests.
	assert.ok((failuresOf(plain.balancer)['ECONNREFUSED'] ?? 0) > 40, 'the load notices nothing of a roll');
});
