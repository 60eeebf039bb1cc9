import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { RegistryError } from '../../../src/registry/registry.ts';
import { service } from '../../support/samples.ts';
import { containerId } from '../plan/samples.ts';
import { container, numbered } from './containers.ts';
import { stillWorld, type World, type WorldOptions } from './world.ts';

const web = container({});
const renamed: WorldOptions = { containers: [web], ownership: { formerHostnames: ['old'] } };
const soon = (): AbortSignal => AbortSignal.timeout(5_000);

/** A world whose agent has registrator's entries of containers called `web…`, on the host `old`, before the daemon starts. */
async function withLeftovers(t: TestContext, options: WorldOptions, ...ids: readonly string[]): Promise<World> {
	const made = await stillWorld(t, options);
	const stamp = { owner: 'x', engine: 'x', containerId: containerId('c'), spec: 'x' };
	for (const id of ids) {
		await made.agent.register(service({ id }), stamp, soon());
		const found = made.entry(id);
		assert.ok(found);
		await made.agent.release(found, soon());
	}
	return made;
}

async function started(made: World): Promise<World> {
	made.controller.start();
	await made.time.advance(1_000);
	return made;
}

suite('a service whose id has changed', () => {
	test('is registered under its new id before the old one goes', async (t) => {
		const made = await started(await withLeftovers(t, renamed, 'old:web:80'));
		assert.deepEqual(made.writes, ['register u1:web:80', 'deregister old:web:80']);
		assert.deepEqual(made.registered(), ['u1:web:80 192.0.2.10:49153']);
		assert.deepEqual(made.log.said('warn'), []);
	});

	test('keeps the old one for as long as the write of the new one takes', async (t) => {
		const made = await withLeftovers(t, renamed, 'old:web:80');
		const { promise, resolve } = Promise.withResolvers<void>();
		made.trouble.writing = promise;
		await started(made);
		assert.deepEqual([made.writes, made.registered().length], [['register u1:web:80'], 1]);
		resolve();
		await made.time.settled();
		assert.deepEqual(made.registered(), ['u1:web:80 192.0.2.10:49153']);
	});

	test('keeps the old one while the new one is refused, and loses it when that is over', async (t) => {
		const made = await withLeftovers(t, renamed, 'old:web:80');
		made.trouble.writes.set('u1:web:80', new RegistryError('unavailable', 'no'));
		await started(made);
		await made.time.advance(10_000);
		assert.deepEqual(made.registered(), ['old:web:80 192.0.2.10:49153']);
		made.trouble.writes.clear();
		await made.time.advance(20_000);
		assert.deepEqual(made.registered(), ['u1:web:80 192.0.2.10:49153']);
	});

	test('of many, none is ever absent under both ids', async (t) => {
		const containers = Array.from({ length: 12 }, (_, n) => numbered(n));
		const ids = containers.map(({ name }) => `old:${name}:80`);
		const made = await withLeftovers(t, { ...renamed, containers, settings: { concurrency: 3 } }, ...ids);
		await started(made);
		await made.time.advance(12_000);
		assert.equal(made.registered().filter((line) => line.startsWith('u1:')).length, 12);
		for (const id of ids) {
			const before = made.writes.indexOf(`register ${id.replace('old', 'u1')}`);
			assert.ok(before >= 0 && made.writes.indexOf(`deregister ${id}`) > before, id);
		}
	});

	test('of --once too', async (t) => {
		const made = await withLeftovers(t, renamed, 'old:web:80');
		const outcome = made.controller.once();
		await made.time.advance(1_000);
		assert.deepEqual([await outcome, made.registered()], [0, ['u1:web:80 192.0.2.10:49153']]);
	});
});

test('what registrator has of a running container that a filter hides is no leftover', async (t) => {
	const options: WorldOptions = { containers: [web], ownership: { cleanup: true }, derive: { exclude: [web.name] } };
	const made = await started(await withLeftovers(t, options, `u1:${web.name}:80`, 'u1:gone:80'));
	assert.deepEqual(made.writes, ['deregister u1:gone:80']);
});
