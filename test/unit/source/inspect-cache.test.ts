import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type DockerBench, dockerBench, idOf, inspect, restarted, row, soon } from './docker-bench.ts';
import { json } from './http-engine.ts';

let bench: DockerBench;
beforeEach(async () => {
	bench = await dockerBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('what was inspected', () => {
	test('is not asked for again while the event stream is open and says nothing', async () => {
		bench.holds(1, 2);
		await bench.connected();
		await bench.source.list(soon());
		assert.deepEqual(await bench.asking(() => bench.source.list(soon())), ['GET /containers/json']);
	});

	test('is asked for each time while there is no event stream', async () => {
		bench.holds(1);
		await bench.source.list(soon());
		assert.equal((await bench.asking(() => bench.source.list(soon()))).length, 2);
	});

	test('is asked for again after an event, though the row is the same', async () => {
		bench.holds(1, 2);
		await bench.connected();
		await bench.source.list(soon());
		bench.http.on(`/containers/${idOf(1)}/json`, json(inspect(1, restarted)));
		bench.announce(1);
		await bench.heard('changed');
		assert.deepEqual([...(await bench.starts())].sort(), ['once', 'twice']);
	});

	test('is asked for again when the row differs, though no event said so', async () => {
		bench.holds(1);
		await bench.connected();
		await bench.source.list(soon());
		bench.http.on('/containers/json', json([row(1, { Ports: [{ PublicPort: 2 }] })]));
		bench.http.on(`/containers/${idOf(1)}/json`, json(inspect(1, restarted)));
		assert.deepEqual(await bench.starts(), ['twice']);
	});

	test('is asked for again when its health differs, though no event said so, and not when only time goes by', async () => {
		const asksFor = async (status: string): Promise<number> => {
			bench.http.on('/containers/json', json([row(1, { Status: status })]));
			return (await bench.asking(() => bench.source.list(soon()))).length - 1;
		};
		bench.holds(1);
		await bench.connected();
		const said = ['Up 3 seconds (health: starting)', 'Up 4 seconds (health: starting)', 'Up 4 seconds (healthy)'];
		const later = ['Up 2 hours (healthy)', 'Up 2 hours (unhealthy)', 'Up 2 hours (Paused)'];
		const asked: number[] = [];
		for (const status of [...said, ...later]) asked.push(await asksFor(status));
		assert.deepEqual(asked, [1, 0, 1, 0, 1, 1]);
	});

	test('is not asked for again when time goes by or the ports come in another order', async () => {
		const [first, second] = [{ PrivatePort: 1 }, { PrivatePort: 2 }];
		bench.holds(1);
		bench.http.on('/containers/json', json([row(1, { Ports: [first, second], Status: 'Up 3 seconds' })]));
		await bench.connected();
		await bench.source.list(soon());
		bench.http.on('/containers/json', json([row(1, { Ports: [second, first], Status: 'Up 4 seconds' })]));
		assert.deepEqual(await bench.asking(() => bench.source.list(soon())), ['GET /containers/json']);
	});

	test('is not kept when an event came before the answer did', async () => {
		bench.holds(1);
		await bench.connected();
		bench.http.on(`/containers/${idOf(1)}/json`, async (response, request) => {
			bench.announce(1);
			await bench.heard('changed');
			json(inspect(1))(response, request);
		});
		assert.deepEqual(await bench.starts(), ['once']);
		bench.http.on(`/containers/${idOf(1)}/json`, json(inspect(1, restarted)));
		assert.deepEqual(await bench.starts(), ['twice']);
	});

	test('is not kept across two event streams', async () => {
		bench.holds(1);
		await bench.connected();
		await bench.source.list(soon());
		bench.http.on(`/containers/${idOf(1)}/json`, json(inspect(1, restarted)));
		bench.source.reopen('it missed a restart');
		await bench.heard('connected', 2);
		assert.deepEqual(await bench.starts(), ['twice']);
	});

	test('is not kept once the event stream is lost, whether or not it comes back', async () => {
		bench.holds(1);
		await bench.connected();
		await bench.source.list(soon());
		bench.http.on('/events', json({ message: 'not now' }, 503));
		for (const listener of bench.http.listeners) listener.destroy();
		await bench.heard('disconnected');
		bench.http.on(`/containers/${idOf(1)}/json`, json(inspect(1, restarted)));
		assert.deepEqual(await bench.starts(), ['twice']);
	});

	test('is not kept when nobody listens any more', async () => {
		bench.holds(1);
		await bench.connected();
		await bench.source.list(soon());
		bench.leave();
		bench.http.on(`/containers/${idOf(1)}/json`, json(inspect(1, restarted)));
		assert.deepEqual(await bench.starts(), ['twice']);
	});

	test('of a container that left the list is forgotten', async () => {
		bench.holds(1);
		await bench.connected();
		await bench.source.list(soon());
		bench.http.on('/containers/json', json([]));
		await bench.source.list(soon());
		bench.holds(1);
		assert.equal((await bench.asking(() => bench.source.list(soon()))).length, 2);
	});

	test('by a reconciliation is always asked for', async () => {
		bench.holds(1);
		await bench.connected();
		await bench.source.list(soon());
		assert.equal((await bench.asking(() => bench.source.get(idOf(1), soon()))).length, 1);
	});
});
