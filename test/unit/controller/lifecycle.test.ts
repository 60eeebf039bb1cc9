import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RegistryError } from '../../../src/registry/registry.ts';
import { SourceError } from '../../../src/source/source.ts';
import { containerId, type stamp } from '../plan/samples.ts';
import { container, numbered } from './containers.ts';
import { stillWorld, unreachable, type World, world } from './world.ts';

const web = container({});
const some = (count: number) => Array.from({ length: count }, (_, n) => numbered(n));
const soon = (): AbortSignal => AbortSignal.timeout(5_000);

/** An entry of somebody else's, like the one of `web` but for its id and stamp. */
async function entered({ agent, entry }: World, id: string, its: Partial<typeof stamp>): Promise<void> {
	const before = entry('u1:web:80');
	if (before?.stamp === undefined) throw new Error('web is not registered');
	await agent.register({ ...before, id, labelledId: false, checks: [] }, { ...before.stamp, ...its }, soon());
}

suite('one pass and no more (--once)', () => {
	test('brings everything in line, and tells that nothing is left', async (t) => {
		const { controller, registered, writes } = await stillWorld(t, { containers: some(20) });
		assert.equal(await controller.once(), 0);
		assert.deepEqual([registered().length, writes.length], [20, 20]);
	});

	test('writes nothing the second time', async (t) => {
		const made = await stillWorld(t, { containers: some(3) });
		await made.controller.once();
		made.newWrites();
		assert.equal(await made.another().once(), 0);
		assert.deepEqual(made.newWrites(), []);
	});

	test('takes out what has gone', async (t) => {
		const made = await stillWorld(t, { containers: some(3) });
		await made.controller.once();
		made.source.remove(numbered(0).id);
		assert.equal(await made.another().once(), 0);
		assert.equal(made.registered().length, 2);
	});

	test('looks a second time, 5 s later, before it takes out more than half', async (t) => {
		const made = await stillWorld(t, { containers: some(6) });
		await made.controller.once();
		for (const { id } of some(5)) made.source.remove(id);
		let problems: number | undefined;
		const looking = made.another().once();
		void looking.then((count) => {
			problems = count;
		});
		await made.time.advance(4_900);
		assert.deepEqual([made.registered().length, problems], [6, undefined]);
		await made.time.advance(200);
		assert.deepEqual([made.registered().length, await looking], [1, 0]);
	});

	test('tells what it still holds back, when the second look wants something else', async (t) => {
		const made = await stillWorld(t, { containers: some(6) });
		await made.controller.once();
		for (const { id } of some(5)) made.source.remove(id);
		const looking = made.another().once();
		await made.time.advance(2_000);
		made.source.remove(numbered(5).id);
		await made.time.advance(3_100);
		assert.deepEqual([await looking, made.registered().length], [6, 6]);
	});

	test('does not wait for the second look once it is given up', async (t) => {
		const giveUp = new AbortController();
		const made = await stillWorld(t, { containers: some(6) });
		await made.controller.once();
		for (const { id } of some(5)) made.source.remove(id);
		const looking = made.another({ signal: giveUp.signal }).once();
		await made.time.settled();
		giveUp.abort(new Error('reconsul is being stopped'));
		assert.ok((await looking) > 0);
		assert.equal(made.registered().length, 6);
	});

	test('tells how many could not be brought in line', async (t) => {
		const { controller, trouble, registered } = await stillWorld(t, { containers: some(3) });
		for (const id of ['u1:web-0:80', 'u1:web-1:80']) trouble.writes.set(id, new RegistryError('invalid', 'no'));
		assert.equal(await controller.once(), 2);
		assert.equal(registered().length, 1);
	});

	test('tells that the pass itself failed', async (t) => {
		const { controller, trouble, source } = await stillWorld(t, { containers: some(3) });
		trouble.all = unreachable;
		assert.equal(await controller.once(), 1);
		trouble.all = undefined;
		source.fail(new SourceError('unreachable', 'Docker is away'));
		assert.equal(await controller.once(), 1);
	});
});

suite('a daemon that is stopped', () => {
	test('leaves the services registered', async (t) => {
		const { controller, registered, newWrites } = await world(t, { containers: some(3) });
		newWrites();
		await controller.stop();
		assert.deepEqual([registered().length, newWrites()], [3, []]);
	});

	test('finishes what it has begun and what waits, and begins nothing new', async (t) => {
		const made = await stillWorld(t, { containers: some(6), settings: { concurrency: 2 } });
		const gate = Promise.withResolvers<void>();
		made.trouble.writing = gate.promise;
		made.controller.start();
		await made.time.settled();
		let isStopped = false;
		const stopping = made.controller.stop().then(() => {
			isStopped = true;
		});
		made.source.start(web);
		await made.time.settled();
		assert.equal(isStopped, false);
		gate.resolve();
		await stopping;
		assert.deepEqual([made.registered().length, made.entry('u1:web:80')], [6, undefined]);
	});

	test('does nothing any more, whatever happens and however long', async (t) => {
		const made = await world(t, { containers: some(3), derive: { ttlSeconds: 30, ttlRefreshMs: 1_000 } });
		await made.controller.stop();
		const before = new Map(made.calls);
		const listeners = process.listenerCount('SIGHUP');
		made.source.start(web);
		made.source.remove(numbered(0).id);
		await made.agent.deregister('u1:web-1:80', soon());
		process.emit('SIGHUP');
		await made.time.advance(600_000, 500);
		assert.deepEqual([made.calls, listeners], [before, 0]);
	});

	test('is done with a failing service without waiting for its next attempt', async (t) => {
		const made = await world(t, { containers: some(2) });
		made.trouble.writes.set('u1:web:80', unreachable);
		made.source.start(web);
		await made.time.settled();
		await made.controller.stop();
		assert.equal(made.registered().length, 2);
	});

	test('tells that something it had begun failed meanwhile, when nobody will try it again', async (t) => {
		const made = await world(t, { containers: some(2) });
		const gate = Promise.withResolvers<void>();
		made.trouble.writing = gate.promise;
		made.trouble.writes.set('u1:web:80', unreachable);
		made.source.start(web);
		await made.time.settled();
		const stopping = made.controller.stop();
		gate.resolve();
		assert.equal(await stopping, false);
	});

	test('before it was started is done at once', async (t) => {
		const { controller } = await stillWorld(t);
		assert.equal(await controller.stop(), true);
	});
});

suite('--deregister-on-exit', () => {
	test('takes out ours, and only ours', async (t) => {
		const made = await world(t, { containers: [web, ...some(3)] });
		const { controller, registered, newWrites } = made;
		await entered(made, 'u2:web:80', { owner: 'u2' });
		await entered(made, 'u1:elsewhere:80', { engine: 'OTHE:RONE', containerId: containerId('e') });
		await made.time.advance(2_000);
		newWrites();
		await controller.stop();
		await controller.deregisterAll();
		assert.deepEqual(registered(), ['u1:elsewhere:80 192.0.2.10:49153', 'u2:web:80 192.0.2.10:49153']);
		assert.equal(newWrites().length, 4);
	});

	test('looks once more: what another owner has taken meanwhile stays', async (t) => {
		const made = await world(t, { containers: [web] });
		await made.controller.stop();
		await entered(made, 'u1:web:80', { owner: 'u2' });
		await made.controller.deregisterAll();
		assert.equal(made.registered().length, 1);
	});

	test('takes out nothing where nothing was begun', async (t) => {
		const { controller, source, newWrites } = await stillWorld(t, { containers: [web] });
		source.fail(new SourceError('unreachable', 'Docker is away'));
		await controller.stop();
		await controller.deregisterAll();
		assert.deepEqual(newWrites(), []);
	});

	test('is done with the rest though one cannot be taken out, and tells that', async (t) => {
		const made = await world(t, { containers: [web, ...some(3)] });
		await made.controller.stop();
		const gate = Promise.withResolvers<void>();
		const { deregister } = made.agent;
		made.agent.deregister = async (id, signal) => {
			await gate.promise;
			await deregister(id, signal);
		};
		made.trouble.writes.set('u1:web:80', unreachable);
		let isOver = false;
		const ending = assert.rejects(made.controller.deregisterAll(), /Consul is away/).then(() => {
			isOver = true;
		});
		await made.time.settled();
		assert.equal(isOver, false);
		gate.resolve();
		await ending;
		assert.deepEqual(made.registered(), ['u1:web:80 192.0.2.10:49153']);
	});
});

test('two daemons of different names do not disturb each other', async (t) => {
	const made = await world(t, { containers: some(3) });
	const other = made.another({ settings: { hostname: 'u2' } });
	t.after(() => other.stop());
	other.start();
	await made.time.advance(5_000);
	assert.equal(made.registered().length, 6);
	made.newWrites();
	await made.time.advance(120_000);
	assert.deepEqual(made.newWrites(), []);
	made.source.remove(numbered(0).id);
	await made.agent.deregister('u2:web-1:80', soon());
	await made.time.advance(5_000);
	assert.deepEqual(made.newWrites().toSorted(), [
		'deregister u1:web-0:80',
		'deregister u2:web-0:80',
		'register u2:web-1:80',
	]);
	await made.controller.stop();
	await made.controller.deregisterAll();
	assert.deepEqual(made.registered(), ['u2:web-1:80 192.0.2.10:40001', 'u2:web-2:80 192.0.2.10:40002']);
});

suite('what is removed after its end was dealt with', () => {
	test('costs no further run', async (t) => {
		const made = await world(t, { containers: [container({ id: containerId('a') })] });
		made.source.stop(containerId('a'));
		await made.time.advance(100);
		assert.deepEqual(made.registered(), []);
		const runs = made.log.metrics.count('workqueue_adds_total');
		made.source.remove(containerId('a'));
		await made.time.advance(100);
		assert.equal(made.log.metrics.count('workqueue_adds_total'), runs);
	});

	test('goes with the removal where it was kept until then', async (t) => {
		const made = await world(t, {
			containers: [container({ id: containerId('a') })],
			settings: { deregister: 'on-success' },
		});
		made.source.stop(containerId('a'), 1);
		await made.time.advance(100);
		assert.equal(made.registered().length, 1);
		made.source.remove(containerId('a'));
		await made.time.advance(100);
		assert.deepEqual(made.registered(), []);
	});
});
