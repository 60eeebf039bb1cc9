import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { container, numbered, published } from './containers.ts';
import { world } from './world.ts';

const web = container({});
const redis = numbered(1, { name: 'redis', exposed: ['6379/tcp'], ports: published(6379, 32_768) });

suite('containers come and go, and the agent follows', () => {
	test('what runs already is registered at the start, by one write each', async (t) => {
		const { registered, writes } = await world(t, { containers: [web, redis] });
		assert.deepEqual(registered(), ['u1:redis:6379 192.0.2.10:32768', 'u1:web:80 192.0.2.10:49153']);
		assert.deepEqual(writes.toSorted(), ['register u1:redis:6379', 'register u1:web:80']);
	});

	test('the one created first comes first', async (t) => {
		const aged = [3, 1, 2].map((n) => numbered(n, { createdAt: `2026-08-01T09:00:0${n}Z` }));
		const { writes } = await world(t, { containers: aged, settings: { concurrency: 1 } });
		assert.deepEqual(writes, ['register u1:web-1:80', 'register u1:web-2:80', 'register u1:web-3:80']);
	});

	test('with who registered it, for which container of which engine', async (t) => {
		const { entry } = await world(t, { containers: [web] });
		const { owner, engine, containerId } = entry('u1:web:80')?.stamp ?? {};
		assert.deepEqual([owner, engine, containerId], ['u1', 'MEMO:RY', web.id]);
	});

	test('what starts is registered at once, without a pass', async (t) => {
		const { source, time, registered, calls } = await world(t);
		const lists = calls.get('list');
		source.start(web);
		await time.settled();
		assert.deepEqual([registered(), calls.get('list')], [['u1:web:80 192.0.2.10:49153'], lists]);
	});

	test('what stops is deregistered at once', async (t) => {
		const { source, time, registered, newWrites } = await world(t, { containers: [web] });
		newWrites();
		source.stop(web.id);
		await time.settled();
		assert.deepEqual([registered(), newWrites()], [[], ['deregister u1:web:80']]);
	});

	test('what restarts with another port is registered with that, and nothing else', async (t) => {
		const { source, time, registered } = await world(t, { containers: [web] });
		for (let port = 50_000; port < 50_020; port++) {
			source.stop(web.id);
			source.start({ id: web.id, ports: published(80, port) });
			await time.settled();
			assert.deepEqual(registered(), [`u1:web:80 192.0.2.10:${port}`]);
		}
	});

	test('what is removed leaves nothing behind', async (t) => {
		const { source, time, registered, controller } = await world(t, { containers: [web] });
		source.remove(web.id);
		await time.advance(31_000);
		assert.deepEqual(registered(), []);
		const { index, views, claims } = controller.state;
		assert.deepEqual([index.size, [...views.keys()], [...claims.keys()]], [0, [], []]);
	});

	test('what went while nobody told, with its entry, is not remembered', async (t) => {
		const made = await world(t, { containers: [web, redis], isBlind: true });
		const { agent, controller, source, time } = made;
		source.start({ id: web.id });
		await time.settled();
		source.disconnect();
		source.remove(web.id);
		await agent.deregister('u1:web:80', AbortSignal.timeout(5_000));
		source.connect();
		await time.advance(70_000);
		const { views, claims, news } = controller.state;
		assert.deepEqual([[...views.keys()], [...claims.keys()]], [[redis.id], [redis.id]]);
		assert.equal(news.isRunning(web.id, true), true, 'which nothing is known of');
		assert.deepEqual([made.registered().length, made.writes.length], [1, 2]);
	});

	test('what lives for no time at all leaves nothing behind', async (t) => {
		const { source, time, registered } = await world(t);
		source.start(web);
		source.remove(web.id);
		await time.settled();
		assert.deepEqual(registered(), []);
	});

	test('what is renamed is registered under the new name before the old one goes', async (t) => {
		const { source, time, registered, newWrites } = await world(t, { containers: [web] });
		newWrites();
		source.rename(web.id, 'shop');
		await time.settled();
		assert.deepEqual(registered(), ['u1:shop:80 192.0.2.10:49153']);
		assert.deepEqual(newWrites(), ['register u1:shop:80', 'deregister u1:web:80']);
	});

	test('what changes its labels and ports is registered in place', async (t) => {
		const { source, time, entry, newWrites } = await world(t, { containers: [web] });
		newWrites();
		source.update(web.id, 'rename', { labels: { SERVICE_TAGS: 'a,b' } });
		await time.settled();
		assert.deepEqual([entry('u1:web:80')?.tags, newWrites()], [['a', 'b'], ['register u1:web:80']]);
	});
});

suite('nothing is written where nothing differs', () => {
	const containers = [web, redis, numbered(2), numbered(3)];

	test('over any number of passes', async (t) => {
		const { time, calls, newWrites } = await world(t, { containers });
		newWrites();
		const lists = calls.get('list') ?? 0;
		await time.advance(10 * 33_000);
		assert.deepEqual(newWrites(), []);
		assert.ok((calls.get('list') ?? 0) >= lists + 10);
	});

	test('after a restart of the daemon', async (t) => {
		const made = await world(t, { containers });
		made.newWrites();
		for (let n = 0; n < 3; n++) await made.restart();
		await made.time.advance(60_000);
		assert.deepEqual([made.newWrites(), made.registered().length], [[], 4]);
	});

	test('after the event stream was cut and opened again', async (t) => {
		const { source, time, newWrites } = await world(t, { containers });
		newWrites();
		source.disconnect('error');
		await time.advance(5_000);
		source.connect();
		await time.advance(5_000);
		assert.deepEqual(newWrites(), []);
	});

	test('when tags and Meta come back in another order', async (t) => {
		const { agent, entry, time, newWrites } = await world(t, {
			containers: [container({ labels: { SERVICE_TAGS: 'a,b', SERVICE_X: '1', SERVICE_Y: '2' } })],
		});
		const before = entry('u1:web:80');
		assert.ok(before?.stamp);
		newWrites();
		const meta = Object.fromEntries(Object.entries(before.meta).reverse());
		const shuffled = { ...before, tags: before.tags.toReversed(), meta, labelledId: false, checks: [] };
		await agent.register(shuffled, before.stamp, AbortSignal.timeout(1_000));
		await time.advance(60_000);
		assert.deepEqual(newWrites(), []);
	});

	test('an event costs reads by id, never a list, however many services there are', async (t) => {
		const many = Array.from({ length: 200 }, (_, n) => numbered(n));
		const { source, time, calls } = await world(t, { containers: many });
		const before = new Map(calls);
		source.start(web);
		await time.settled();
		source.stop(web.id);
		await time.settled();
		const more = ['list', 'get', 'register', 'deregister'].map(
			(name) => (calls.get(name) ?? 0) - (before.get(name) ?? 0),
		);
		assert.deepEqual(more, [0, 2, 1, 1]);
	});
});
