import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { docker, labelArgs, removeAll } from '../support/lab.ts';
import { type Actor, type Scene, startScene, until } from './scene.ts';
import { agentServices } from './stage.ts';

after(() => removeAll());

/** Ends with exit code 3 whenever there is /tmp/end. */
const failing = ['redis', 'sh', '-c', 'until [ -e /tmp/end ]; do sleep 0.1; done; rm /tmp/end; exit 3'];
/** And from then on at once. */
const crashing = ['redis', 'sh', '-c', 'until [ -e /tmp/end ]; do sleep 0.1; done; exit 3'];
const paused = 'reconsul: its container is paused';
const ended = 'reconsul: its container has ended';

/** Detached, since what ends the container ends the command too. */
const end = async ({ container }: Actor): Promise<void> =>
	void (await docker('exec', '-d', container, 'touch', '/tmp/end'));
const isMark = (scene: Scene, actor: Actor, reason: string | undefined): Promise<unknown> =>
	until(
		`its mark is ${reason}`,
		() => scene.mark(actor),
		(it) => it === reason,
	);
const isThere = (scene: Scene, ...services: readonly string[]): Promise<unknown> =>
	until(
		`exactly ${services} are there`,
		() => scene.ids(),
		(ids) => ids.join() === services.toSorted().join(),
	);
const started = async (scene: Scene, ...args: readonly string[]): Promise<Actor> => {
	const actor = await scene.run(...args);
	await until(
		'it is registered',
		() => scene.ids(),
		(ids) => ids.includes(actor.service),
	);
	return actor;
};

describe('a container that is paused, or has ended and is kept', { concurrency: 4 }, () => {
	test('gets no traffic until it goes on, whatever becomes of the daemon meanwhile', async () => {
		await using scene = await startScene('--pause=maintenance');
		const [actor, off] = await Promise.all([
			started(scene, 'redis'),
			started(scene, '--label', 'reconsul.pause=off', 'redis'),
		]);
		for (const { container } of [off, actor]) await docker('pause', container);
		await isMark(scene, actor, paused);
		await until(
			'the other gets traffic',
			() => scene.passing(),
			(ids) => ids.join() === off.service,
		);
		await scene.daemon.kill();
		await scene.start();
		await scene.pass();
		assert.deepEqual([await scene.mark(actor), await scene.mark(off)], [paused, undefined]);
		assert.equal(await scene.daemon.writes(), 0);
		for (const { container } of [off, actor]) await docker('unpause', container);
		await isMark(scene, actor, undefined);
		await until(
			'both get traffic',
			() => scene.passing(),
			({ length }) => length === 2,
		);
		assert.equal(await scene.daemon.writes(), 1);
	});

	test('that went on while there was no daemon gets traffic from the next', async () => {
		await using scene = await startScene('--pause=maintenance');
		const actor = await started(scene, 'redis');
		await docker('pause', actor.container);
		await isMark(scene, actor, paused);
		await scene.daemon.stop();
		await docker('unpause', actor.container);
		await scene.start();
		await isMark(scene, actor, undefined);
	});

	test('keeps maintenance that people ordered, paused or not', async () => {
		await using scene = await startScene('--pause=maintenance');
		const actor = await started(scene, 'redis');
		await scene.consul.request('PUT', `/v1/agent/service/maintenance/${actor.service}?enable=true&reason=disk`);
		for (const deed of ['pause', 'unpause']) {
			await docker(deed, actor.container);
			await scene.caughtUp();
			await scene.pass();
			assert.equal(await scene.mark(actor), 'disk');
		}
		assert.equal(await scene.daemon.metric('reconsul_operations_total', { kind: 'resume' }).catch(() => 0), 0);
	});

	test('-deregister on-success: what failed is kept without traffic, until it runs again or is removed', async () => {
		await using scene = await startScene('--pause=maintenance', '-deregister=on-success');
		const actor = await started(scene, ...failing);
		await end(actor);
		await isMark(scene, actor, ended);
		await until(
			'it gets no traffic',
			() => scene.passing(),
			({ length }) => length === 0,
		);
		assert.deepEqual(await scene.ids(), [actor.service]);
		await scene.daemon.kill();
		await scene.start();
		await scene.pass();
		assert.deepEqual([await scene.mark(actor), await scene.daemon.writes()], [ended, 0]);
		await docker('start', actor.container);
		await isMark(scene, actor, undefined);
		await end(actor);
		await isMark(scene, actor, ended);
		await docker('rm', actor.container);
		await isThere(scene);
	});

	test('a container that waits for its restart policy is as one that has ended', async () => {
		await using scene = await startScene('--recommended');
		const actor = await started(scene, '--restart=always', ...crashing);
		const state = (): Promise<string> =>
			docker('inspect', '-f', '{{.State.Restarting}} {{.RestartCount}}', actor.container);
		await end(actor);
		// What is read between two looks at the same wait was so while it lasted; the waits double.
		await until(
			'it is gone while it waits, also after a pass',
			async () => {
				const before = await state();
				await scene.pass();
				return [before, (await scene.ids()).length, await state()] as const;
			},
			([before, count, later]) => before.startsWith('true') && before === later && count === 0,
		);
		await docker('rm', '-f', actor.container);
		await isThere(scene);
	});

	test('a rename and a network that is joined or left are followed by their events, paused or not', async () => {
		await using scene = await startScene('--recommended');
		const network = `pause-${process.pid}`;
		await docker('network', 'create', ...labelArgs, network);
		const actor = await started(
			scene,
			'--label',
			`reconsul.network=${network}`,
			'--label',
			'reconsul.port=7000',
			'redis',
		);
		const own = actor.service.replace(':6379', ':7000');
		const address = async (): Promise<string | undefined> =>
			(await agentServices(scene.consul)).find(({ ID }) => ID === own)?.Address;
		const before = await until('the port that is not published is there', address, (it) => it !== undefined);
		await docker('network', 'connect', network, actor.container);
		const joined = await docker(
			'inspect',
			'-f',
			`{{(index .NetworkSettings.Networks "${network}").IPAddress}}`,
			actor.container,
		);
		await until('its address is that of the network', address, (it) => it === joined);
		await docker('network', 'disconnect', network, actor.container);
		await until('its address is the one before', address, (it) => it === before);
		await docker('pause', actor.container);
		await isMark(scene, actor, paused);
		const name = `pause-renamed-${process.pid}`;
		await docker('rename', actor.container, name);
		await isThere(scene, `u1:${name}:6379`, `u1:${name}:7000`);
		await isMark(scene, { ...actor, service: `u1:${name}:6379` }, paused);
		await docker('unpause', actor.container);
		await isMark(scene, { ...actor, service: `u1:${name}:6379` }, undefined);
	});

	test('an update of its limits and restart policy writes nothing, and what ends it then is by the new policy', async () => {
		await using scene = await startScene('--recommended');
		const actor = await started(scene, ...failing);
		const settled = await scene.daemon.writes();
		await docker('update', '--restart=always', '--memory=64m', '--memory-swap=64m', actor.container);
		await scene.caughtUp();
		const witness = 2;
		assert.equal(await scene.daemon.writes(), settled + witness);
		await end(actor);
		await until(
			'it was started again',
			() => docker('inspect', '-f', '{{.RestartCount}} {{.State.Running}}', actor.container),
			(it) => it === '1 true',
		);
		await isThere(scene, actor.service);
	});
});
