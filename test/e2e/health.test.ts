import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { docker, eventually, removeAll } from '../support/lab.ts';
import { type Actor, type Scene, startScene, startSceneWith, until } from './scene.ts';

after(() => removeAll());

/** Healthy when /tmp/state says so, and starting for as long as it has never been. */
const probe = ['--health-cmd', 'cat /tmp/state && grep -q well /tmp/state', '--health-interval=1s'];
const probed = [...probe, '--health-retries=1', '--health-start-period=1h'];

const say = async ({ container }: Actor, state: string): Promise<void> =>
	void (await docker('exec', container, 'sh', '-c', `echo ${state} >/tmp/state`));

const isHealth = (scene: Scene, actor: Actor, said: RegExp): Promise<unknown> =>
	until(
		`its health is ${said}`,
		() => scene.health(actor),
		(it) => said.test(it ?? ''),
	);

async function startWell(scene: Scene, ...args: readonly string[]): Promise<Actor> {
	const actor = await scene.run(...probed, ...args, 'redis');
	await say(actor, 'well');
	await isHealth(scene, actor, /^passing: well$/);
	return actor;
}

/** When the agent's servers last saw each check change. */
async function modified({ consul }: Scene, { service }: Actor): Promise<Readonly<Record<string, number>>> {
	type Row = { readonly Checks: readonly { CheckID: string; ServiceID: string; ModifyIndex: number }[] };
	const rows = (await consul.request('GET', '/v1/health/service/redis')) as readonly Row[];
	const checks = rows.flatMap(({ Checks }) => Checks).filter(({ ServiceID }) => ServiceID === service);
	return Object.fromEntries(checks.map(({ CheckID, ModifyIndex }) => [CheckID, ModifyIndex]));
}

const probes = async ({ container }: Actor): Promise<string> =>
	docker('inspect', '-f', '{{range .State.Health.Log}}{{.Start}} {{end}}', container);

/** So many probes later than now. */
async function moreProbes(actor: Actor, count: number): Promise<void> {
	for (let n = 0; n < count; n++) {
		const before = await probes(actor);
		await eventually('another probe', async () => (await probes(actor)) !== before);
	}
}

// They mostly wait; what waits longest is first.
describe("Docker's HEALTHCHECK in Consul", { concurrency: 5 }, () => {
	test('a finite --health-ttl: passing while the daemon lives, critical when it was killed', async () => {
		await using scene = await startScene('--docker-health', '--health-ttl=10s');
		const actor = await startWell(scene);
		const beats = (): Promise<number> => scene.daemon.metric('reconsul_heartbeats_total', { result: 'ok' });
		await until('four heartbeats, which is longer than it lives', beats, (count) => count >= 4);
		assert.equal(await scene.health(actor), 'passing: well');
		await scene.daemon.kill();
		await isHealth(scene, actor, /^critical: .*TTL expired/);
	});

	test('starting is critical, healthy passes, unhealthy is critical, with what the probe printed', async () => {
		await using scene = await startScene('--docker-health');
		const actor = await scene.run(...probed, 'redis');
		await isHealth(scene, actor, /^critical: (Docker's HEALTHCHECK says starting|cat: can't open)/);
		assert.deepEqual(await scene.passing(), []);
		await say(actor, 'well');
		await isHealth(scene, actor, /^passing: well$/);
		assert.deepEqual(await scene.passing(), [actor.service]);
		await say(actor, 'sick');
		await isHealth(scene, actor, /^critical: sick$/);
		assert.deepEqual(await scene.passing(), []);
		// One to register, and one for each status.
		assert.equal(await scene.daemon.writes(), 4);
	});

	test('a steady state moves nothing in Consul', async () => {
		await using scene = await startScene('--docker-health');
		const actor = await startWell(scene);
		const url = `${scene.consul.address}/v1/health/service/redis`;
		// The agent hands what it was told over to its servers by and by.
		await until(
			'it passes',
			() => scene.passing(),
			(ids) => ids.includes(actor.service),
		);
		const index = (await fetch(url)).headers.get('x-consul-index');
		const leave = new AbortController();
		let answers = 0;
		const waiting = fetch(`${url}?index=${index}&wait=60s`, { signal: leave.signal }).then(
			() => {
				answers += 1;
			},
			() => {},
		);
		await moreProbes(actor, 4);
		await scene.pass();
		assert.equal(answers, 0);
		leave.abort();
		await waiting;
		assert.equal((await fetch(url)).headers.get('x-consul-index'), index);
	});

	test('a check that somebody removed comes back with its status, and the others are left as they are', async () => {
		// Else the agent hands an output that changed alone over within 5 minutes, or with the next change of anything.
		const config = { check_update_interval: '0s' };
		await using scene = await startSceneWith(config, '--docker-health', '-ttl=600', '-ttl-refresh=300');
		const actor = await startWell(scene, '--label', 'reconsul.check.own.ttl=1h');
		const own = `reconsul:${actor.service}:own`;
		await scene.consul.request('PUT', `/v1/agent/check/update/${own}`, { Status: 'warning', Output: 'so so' });
		const ours = `reconsul:${actor.service}:docker-health`;
		// The first heartbeat says more than the registration did; those after it say the same.
		await until(
			'the servers know',
			() => scene.consul.request('GET', '/v1/health/service/redis'),
			(rows) => ['so so', 'the container runs'].every((output) => JSON.stringify(rows).includes(output)),
		);
		const { [ours]: first, ...others } = await modified(scene, actor);
		await scene.consul.request('PUT', `/v1/agent/check/deregister/${ours}`);
		await scene.pass();
		await isHealth(scene, actor, /^passing: well$/);
		await until(
			'the servers know',
			() => modified(scene, actor),
			(it) => it[ours] !== undefined && it[ours] !== first,
		);
		const { [ours]: second, ...left } = await modified(scene, actor);
		assert.deepEqual(left, others);
		assert.equal((await scene.check(own))?.Output, 'so so');
	});

	test('the daemon ends: the state stays as it was; the next one tells what changed, and nothing else', async () => {
		await using scene = await startScene('--docker-health');
		const [same, other] = await Promise.all([startWell(scene), startWell(scene)]);
		await scene.daemon.stop();
		await say(other, 'sick');
		await until(
			'it is unhealthy',
			() => docker('ps', '--filter', 'health=unhealthy', '-q', '--no-trunc'),
			(ids) => ids.includes(other.container),
		);
		assert.deepEqual(await scene.passing(), [same.service, other.service].sort());
		await scene.start();
		await isHealth(scene, other, /^critical: sick$/);
		await scene.pass();
		assert.equal(await scene.daemon.writes(), 1);
	});

	test('a Consul that forgot everything has the service back with its health', async () => {
		await using scene = await startScene('--docker-health');
		const [sick, well] = await Promise.all([startWell(scene), startWell(scene)]);
		await say(sick, 'sick');
		await isHealth(scene, sick, /^critical: sick$/);
		await scene.consul.restart();
		await isHealth(scene, sick, /^critical: sick$/);
		await isHealth(scene, well, /^passing: well$/);
		await until(
			'they are in the catalog',
			() => scene.passing(),
			(ids) => ids.includes(well.service),
		);
		assert.deepEqual(await scene.passing(), [well.service]);
	});

	test('--health-starting=warning, and labels that want it otherwise', async () => {
		await using scene = await startScene('--docker-health', '--health-starting=warning');
		const starting = await scene.run(...probed, 'redis');
		const without = await scene.run(...probed, '--label', 'reconsul.docker-health=false', 'redis');
		const plain = await scene.run('redis');
		await isHealth(scene, starting, /^warning: /);
		await until(
			'the others are there',
			() => scene.ids(),
			({ length }) => length === 3,
		);
		assert.deepEqual([await scene.health(without), await scene.health(plain)], [undefined, undefined]);
	});

	for (const [what, options, labels] of [
		['--register=healthy', ['--register=healthy'], []],
		['reconsul.register=healthy', [], ['--label', 'reconsul.register=healthy']],
	] as const)
		test(`${what}: there once it is healthy, and then critical rather than gone`, async () => {
			await using scene = await startScene(...options);
			const actor = await scene.run(...probed, ...labels, 'redis');
			const plain = await scene.run('redis');
			await moreProbes(actor, 1);
			await scene.caughtUp();
			assert.deepEqual(await scene.ids(), [plain.service]);
			await say(actor, 'well');
			await isHealth(scene, actor, /^passing: well$/);
			await say(actor, 'sick');
			await isHealth(scene, actor, /^critical: sick$/);
			await scene.daemon.kill();
			await scene.start();
			await scene.pass();
			assert.deepEqual([await scene.ids(), await scene.daemon.writes()], [[plain.service, actor.service].sort(), 0]);
		});

	test('what a probe prints is cut and made printable', async () => {
		await using scene = await startScene('--docker-health');
		const print = 'printf "\\033[1m"; yes ü | head -n 5000 | tr -d "\\n"';
		const actor = await scene.run('--health-cmd', print, '--health-interval=1s', 'redis');
		await isHealth(scene, actor, /^passing: /);
		const { Output = '' } = (await scene.check(`reconsul:${actor.service}:docker-health`)) ?? {};
		assert.match(Output, /^\ufffd\[1mü+\.*$/);
		assert.ok(Buffer.byteLength(Output) > 4_000 && Buffer.byteLength(Output) <= 4_096);
	});
});
