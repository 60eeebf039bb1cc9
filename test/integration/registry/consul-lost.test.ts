import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import PQueue from 'p-queue';
import { consulRegistry } from '../../../src/registry/consul/registry.ts';
import { RegistryError } from '../../../src/registry/registry.ts';
import { eventually } from '../../support/lab.ts';
import { service, stamp } from '../../support/samples.ts';
import { type ConsulAgent, startAgent } from './consul-agent.ts';
import { idsIn, watching } from './watching.ts';

const soon = (): AbortSignal => AbortSignal.timeout(15_000);
const failedWith = (errorClass: RegistryError['class']) => (error: unknown) =>
	error instanceof RegistryError && error.class === errorClass;

describe('a Consul agent that goes away', () => {
	let agent: ConsulAgent;
	beforeEach(async () => {
		agent = await startAgent();
	});
	afterEach(() => agent[Symbol.asyncDispose]());

	test('one that stops answering is a timeout; one that dies in the middle of a call is unreachable', async () => {
		const registry = consulRegistry({ host: agent.host, port: agent.port, deadlineMs: 300 });
		await registry.list(soon());
		await agent.freeze();
		const patient = consulRegistry({ host: agent.host, port: agent.port });
		const calls = [patient.list(soon()), patient.register(service(), stamp, soon()), patient.get('x', soon())];
		const results = Promise.allSettled(calls);
		// By the time this one gives up the others have been sent.
		await assert.rejects(registry.list(soon()), failedWith('timeout'));
		await agent.kill();
		for (const result of await results)
			assert.ok(result.status === 'rejected' && failedWith('unreachable')(result.reason));
		await agent.startAgain();
		assert.deepEqual((await patient.list(soon())).registrations, []);
	});

	test('a watch reports the loss, comes back by itself and shows that the agent was wiped', async () => {
		const registry = consulRegistry({ host: agent.host, port: agent.port });
		// So that the catalog's index before is larger than the one after.
		for (let n = 0; n < 20; n++) await registry.register(service({ id: `u1:web:${n}` }), stamp, soon());
		using watch = watching(registry, stamp.owner);
		await watch.until('all seen', (change) => idsIn(change).length === 20);
		await agent.kill();
		const lost = await watch.until('the loss', ({ kind }) => kind === 'disconnected');
		assert.ok(lost.kind === 'disconnected' && failedWith('unreachable')(lost.error));
		const from = watch.news.length;
		await agent.startAgain();
		await watch.until('the return', ({ kind }) => kind === 'connected', from);
		await watch.untilSeen([]);
		await registry.register(service({ id: 'u1:again:80' }), stamp, soon());
		await watch.untilSeen(['u1:again:80']);
		await registry.deregister('u1:again:80', soon());
	});

	test('among 500 services one that somebody removes is missed at once', async () => {
		const registry = consulRegistry({ host: agent.host, port: agent.port });
		const pool = new PQueue({ concurrency: 16 });
		const ids = Array.from({ length: 500 }, (_, n) => `u1:many.${n}:80`);
		await pool.addAll(ids.map((id) => () => registry.register(service({ id }), stamp, soon())));
		using watch = watching(registry, stamp.owner);
		await watch.until('all seen', (change) => idsIn(change).length === 500);
		for (const id of ids.slice(0, 3)) {
			const from = watch.news.length;
			await agent.ask('PUT', `/v1/agent/service/deregister/${id}`);
			await watch.until(`${id} missed`, (change) => change.kind === 'changed' && !idsIn(change).includes(id), from);
		}
		await pool.addAll(ids.map((id) => () => registry.deregister(id, soon())));
		await watch.untilSeen([]);
	});

	test('a burst of writes is answered a few times, not once each', async () => {
		const registry = consulRegistry({ host: agent.host, port: agent.port });
		using watch = watching(registry, stamp.owner);
		await watch.untilSeen([]);
		const before = watch.news.length;
		const startedAt = performance.now();
		for (let n = 0; n < 100; n++) await registry.register(service({ id: `u1:burst:${n}` }), stamp, soon());
		await watch.until('all seen', (change) => idsIn(change).length === 100);
		// The first at once, then one per quarter of a second.
		const allowed = 2 + Math.ceil((performance.now() - startedAt) / 250);
		assert.ok(watch.news.length - before <= allowed);
		for (let n = 0; n < 100; n++) await registry.deregister(`u1:burst:${n}`, soon());
		await eventually('gone', async () => (await registry.list(soon())).registrations.length === 0);
	});
});
