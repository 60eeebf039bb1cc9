import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { explainAnswer } from '../../../src/daemon/explain.ts';
import type { Explanation } from '../../../src/explain/explanation.ts';
import { RegistryError } from '../../../src/registry/registry.ts';
import { SourceError } from '../../../src/source/source.ts';
import { container } from '../controller/containers.ts';
import { contextOf, plainSettings } from '../controller/contexts.ts';
import { stillWorld, type World } from '../controller/world.ts';

const web = container({});
const refused = new RegistryError(
	'forbidden',
	'Consul answers PUT /v1/agent/service/register with 403: Permission denied',
);

async function ask(it: World, what = 'web', settings = plainSettings) {
	const { context } = contextOf({ source: it.source, registry: it.agent, settings });
	return explainAnswer(what, context, it.controller);
}

const told = async (it: World): Promise<Explanation> => {
	const { status, value } = await ask(it);
	assert.equal(status, 200);
	return value as Explanation;
};

async function startedWith(t: TestContext, prepare: (it: World) => void = () => {}): Promise<World> {
	const it = await stillWorld(t, { containers: [web] });
	prepare(it);
	it.controller.start();
	await it.time.advance(1_000);
	return it;
}

suite('what a running daemon explains', () => {
	test('what it registered, and its last write', async (t) => {
		const it = await startedWith(t);
		const { answer, verdict, by, lastWrite, lastError, nextRetryAt } = await told(it);
		assert.equal(answer, 'web is in Consul as wanted: web at 192.0.2.10:49153 (u1:web:80)');
		assert.deepEqual([verdict, by, lastError, nextRetryAt], ['in sync', 'daemon', undefined, undefined]);
		assert.deepEqual([lastWrite?.operation, lastWrite?.service], ['register', 'u1:web:80']);
		assert.deepEqual(lastWrite?.because, ['missing']);
	});

	test('a token that may not write: the refusal, the right, and when it is tried again', async (t) => {
		const it = await startedWith(t, ({ trouble }) => trouble.writes.set('u1:web:80', refused));
		const { answer, remedy, verdict, lastError, nextRetryAt = '' } = await told(it);
		assert.match(answer, /^web is not in Consul as u1:web:80: Consul answers PUT .* with 403/);
		assert.match(remedy ?? '', /deploy\/consul-policy\.hcl/);
		assert.equal(verdict, 'not registered');
		assert.ok((lastError?.times ?? 0) >= 1);
		const inMs = Date.parse(nextRetryAt) - Date.now();
		assert.ok(inMs > 400_000 && inMs < 800_000, nextRetryAt);
	});

	test('an error that is over is not told', async (t) => {
		const it = await startedWith(t, ({ trouble }) => trouble.writes.set('u1:web:80', refused));
		it.trouble.writes.clear();
		it.source.update(web.id, 'rename', { labels: { SERVICE_NAME: 'shop' } });
		await it.time.advance(1_000);
		const { lastError, verdict } = await told(it);
		assert.deepEqual([lastError, verdict], [undefined, 'in sync']);
	});

	test('a drain: the maintenance, and that nothing is sent there', async (t) => {
		const it = await startedWith(t);
		await it.agent.maintain('u1:web:80', 'moving house', AbortSignal.timeout(1_000));
		assert.match(
			(await told(it)).answer,
			/as wanted: .*it gets no traffic, since its check "maintenance: moving house"/,
		);
	});

	test('what is kept of a container that has ended, and why', async (t) => {
		const settings = { ...plainSettings, policy: 'upsert-only' } as const;
		const it = await stillWorld(t, { containers: [web], settings });
		it.controller.start();
		await it.time.advance(1_000);
		it.source.stop(web.id);
		await it.time.advance(1_000);
		const { value } = await ask(it, 'u1:web:80', settings);
		const { answer, verdict } = value as Explanation;
		assert.match(
			answer,
			/^web is still in Consul as u1:web:80, though nothing asks for it: kept: -deregister or --policy/,
		);
		assert.equal(verdict, 'differs');
	});

	test('looking changes nothing, in the agent and in the daemon', async (t) => {
		const it = await startedWith(t);
		const [before, last] = [it.writes.length, it.controller.state.history.last];
		for (let time = 0; time < 3; time++) await told(it);
		await it.time.advance(60_000);
		assert.deepEqual([it.writes.length, it.controller.state.history.last], [before, last]);
	});

	test('nobody of that name, or an engine that does not answer', async (t) => {
		const it = await startedWith(t);
		assert.deepEqual(await ask(it, 'wbe'), { status: 404, value: { notFound: 'wbe', near: ['web'] } });
		it.source.fail(new SourceError('unreachable', 'no Docker at tcp://me:hush@u2'));
		assert.deepEqual(await ask(it), { status: 503, value: { error: 'no Docker at tcp://***@u2' } });
	});
});
