import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { docker, eventually, removeAll } from '../support/lab.ts';
import { type Actor, type Scene, startScene, until } from './scene.ts';
import { agentServices } from './stage.ts';

after(() => removeAll());

/** Told to stop, by whichever signal, it finishes what it has begun: until there is /tmp/done. */
const slow = [
	'redis',
	'sh',
	'-c',
	'trap "until [ -e /tmp/done ]; do sleep 0.1; done; exit 0" TERM QUIT 37; while :; do sleep 1 & wait $!; done',
];
/** The first process of a container hears no signal that it has no handler for. */
const deaf = ['redis', 'sleep', '1000'];

const finish = async ({ container }: Actor): Promise<void> =>
	void (await docker('exec', container, 'touch', '/tmp/done'));
const isMarked = (scene: Scene, actor: Actor, reason: RegExp = /^reconsul: draining since /): Promise<unknown> =>
	until(
		`its mark is ${reason}`,
		() => scene.mark(actor),
		(it) => reason.test(it ?? ''),
	);
const isFree = (scene: Scene, actor: Actor): Promise<unknown> =>
	until(
		'it has no mark',
		() => scene.mark(actor),
		(it) => it === undefined,
	);
const isThere = (scene: Scene, ...actors: readonly Actor[]): Promise<unknown> => {
	const wanted = actors.map(({ service }) => service).sort();
	return until(
		`exactly ${wanted} are there`,
		() => scene.ids(),
		(ids) => ids.join() === wanted.join(),
	);
};
const started = async (scene: Scene, ...args: readonly string[]): Promise<Actor> => {
	const actor = await scene.run(...args);
	await until(
		'it is registered',
		() => scene.ids(),
		(ids) => ids.includes(actor.service),
	);
	return actor;
};
/** On the port where it is by now. */
async function isInTraffic(scene: Scene, actor: Actor): Promise<void> {
	const port = Number((await docker('port', actor.container, '6379/tcp')).split('\n')[0]?.split(':').at(-1));
	const ports = async (): Promise<readonly number[]> => (await agentServices(scene.consul)).map(({ Port }) => Port);
	await until(`it is on port ${port}`, ports, (it) => it.join() === `${port}`);
	await isFree(scene, actor);
	await until(
		'it gets traffic',
		() => scene.passing(),
		(ids) => ids.join() === actor.service,
	);
}
const orderedByPeople = async ({ consul }: Scene, { service }: Actor): Promise<void> =>
	void (await consul.request('PUT', `/v1/agent/service/maintenance/${service}?enable=true&reason=disk`));

// They mostly wait; what waits longest is first.
describe('a container that is told to stop', { concurrency: 5 }, () => {
	test('the daemon is killed meanwhile: the mark stays, and is lifted when its time has come', async () => {
		const timeoutMs = 12_000;
		await using scene = await startScene('--drain=maintenance', `--drain-timeout=${timeoutMs}ms`, '--docker-health');
		const survivor = await started(scene, '--health-cmd', 'true', '--health-interval=1s', ...deaf);
		await until(
			'it is healthy',
			() => scene.health(survivor),
			(it) => it?.startsWith('passing') === true,
		);
		const before = Date.now();
		await docker('kill', '-s', 'TERM', survivor.container);
		await isMarked(scene, survivor);
		const mark = await scene.mark(survivor);
		await scene.daemon.kill();
		await scene.start();
		await scene.pass();
		assert.deepEqual([await scene.mark(survivor), await scene.daemon.writes()], [mark, 0]);
		await isFree(scene, survivor);
		assert.ok(Date.now() - before >= timeoutMs);
		await until(
			'it gets traffic',
			() => scene.passing(),
			(ids) => ids.includes(survivor.service),
		);
		assert.equal(await scene.daemon.writes(), 1);
	});

	test('docker stop: out of traffic while it still works, and out of Consul when it has ended', async () => {
		await using scene = await startScene('--drain=maintenance');
		const actor = await started(scene, ...slow);
		await until(
			'it gets traffic',
			() => scene.passing(),
			(ids) => ids.includes(actor.service),
		);
		const stopped = docker('stop', '-t', '60', actor.container);
		await isMarked(scene, actor, /^reconsul: draining since \S+Z, when its container got SIGTERM$/);
		await until(
			'it gets no traffic',
			() => scene.passing(),
			({ length }) => length === 0,
		);
		assert.deepEqual(await scene.ids(), [actor.service]);
		await finish(actor);
		await stopped;
		await isThere(scene);
		// To register, the mark, to deregister.
		assert.equal(await scene.daemon.writes(), 3);
		await docker('start', actor.container);
		await isThere(scene, actor);
		assert.equal(await scene.mark(actor), undefined);
	});

	test('docker restart: in traffic again by its events, on another port each time', async () => {
		await using scene = await startScene('--drain=maintenance');
		const actor = await started(scene, 'redis');
		for (let restart = 0; restart < 5; restart++) {
			await docker('restart', actor.container);
			await isInTraffic(scene, actor);
		}
	});

	test('restarted while there was no daemon, it has no mark from the next one', async () => {
		await using scene = await startScene('--drain=maintenance');
		const actor = await started(scene, ...slow);
		await docker('kill', '-s', 'TERM', actor.container);
		await isMarked(scene, actor);
		await scene.daemon.kill();
		await finish(actor);
		await docker('wait', actor.container);
		await docker('start', actor.container);
		await scene.start();
		await isInTraffic(scene, actor);
	});

	test('another signal, and any where nobody asked, leaves it alone', async () => {
		await using scene = await startScene('--drain=maintenance');
		const [actor, off] = await Promise.all([
			started(scene, ...slow),
			started(scene, '--label', 'reconsul.drain=off', ...slow),
		]);
		for (const signal of ['HUP', 'USR1', 'WINCH']) await docker('kill', '-s', signal, actor.container);
		await docker('kill', '-s', 'TERM', off.container);
		await scene.caughtUp();
		assert.deepEqual([await scene.mark(actor), await scene.mark(off)], [undefined, undefined]);
	});

	for (const [given, other, told] of [
		['SIGQUIT', 'TERM', 'SIGQUIT'],
		['RTMIN+3', 'RTMIN+4', 'signal 37'],
	] as const)
		test(`--stop-signal=${given}: that one is heeded, and ${other} is not`, async () => {
			await using scene = await startScene('--drain=maintenance');
			const actor = await started(scene, '--stop-signal', given, ...deaf);
			await docker('kill', '-s', other, actor.container);
			await scene.caughtUp();
			assert.equal(await scene.mark(actor), undefined);
			const stopped = docker('stop', '-t', '3', actor.container);
			await isMarked(scene, actor, new RegExp(`, when its container got ${told}$`));
			await stopped;
			await isThere(scene);
		});

	test('one that becomes healthy afresh gets traffic again, and one that stays healthy does not', async () => {
		await using scene = await startScene('--recommended');
		const health = ['--health-cmd', 'test ! -e /tmp/sick', '--health-interval=1s', '--health-retries=1'];
		const [recovering, steady] = await Promise.all([
			started(scene, ...health, ...deaf),
			started(scene, ...health, ...deaf),
		]);
		const isSaid = (actor: Actor, status: string): Promise<unknown> =>
			until(
				`it is ${status}`,
				() => scene.health(actor),
				(it) => it?.startsWith(status) === true,
			);
		for (const actor of [recovering, steady]) await isSaid(actor, 'passing');
		for (const actor of [recovering, steady]) {
			await docker('kill', '-s', 'TERM', actor.container);
			await isMarked(scene, actor);
		}
		await docker('exec', recovering.container, 'touch', '/tmp/sick');
		await isSaid(recovering, 'critical');
		await isMarked(scene, recovering);
		await docker('exec', recovering.container, 'rm', '/tmp/sick');
		await isSaid(recovering, 'passing');
		await isFree(scene, recovering);
		await until(
			'it gets traffic',
			() => scene.passing(),
			(ids) => ids.join() === recovering.service,
		);
		await isMarked(scene, steady);
	});

	test('--drain=deregister: gone while it still works; a later daemon, which was told nothing, has it again', async () => {
		await using scene = await startScene('--drain=deregister');
		const [actor, labelled] = await Promise.all([
			started(scene, ...slow),
			started(scene, '--label', 'reconsul.drain=maintenance', ...slow),
		]);
		for (const { container } of [actor, labelled]) await docker('kill', '-s', 'TERM', container);
		await isMarked(scene, labelled);
		await isThere(scene, labelled);
		await scene.pass();
		assert.deepEqual(await scene.ids(), [labelled.service]);
		await scene.daemon.kill();
		await scene.start();
		await isThere(scene, actor, labelled);
		assert.equal(await scene.daemon.writes(), 1);
		for (const it of [actor, labelled]) await finish(it);
		await isThere(scene);
	});

	test('maintenance that people ordered is neither changed nor lifted', async () => {
		await using scene = await startScene('--drain=maintenance', '--drain-timeout=1s');
		const [before, later] = await Promise.all([started(scene, ...deaf), started(scene, ...deaf)]);
		await orderedByPeople(scene, before);
		for (const { container } of [before, later]) await docker('kill', '-s', 'TERM', container);
		await until(
			'the other was marked and is free again',
			() => scene.daemon.metric('reconsul_operations_total', { kind: 'resume', result: 'ok' }),
			(it) => it === 1,
		);
		await scene.pass();
		assert.equal(await scene.mark(before), 'disk');
		await scene.daemon.stop();
		await scene.start();
		await scene.pass();
		assert.deepEqual([await scene.mark(before), await scene.daemon.writes()], ['disk', 0]);
		await docker('rm', '-f', before.container);
		await eventually('it goes with its container', async () => assert.deepEqual(await scene.ids(), [later.service]));
	});
});
