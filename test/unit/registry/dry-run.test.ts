import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dryRun } from '../../../src/registry/dry-run.ts';
import { memoryRegistry } from '../../../src/registry/memory.ts';
import { heartbeat } from '../../integration/registry/suite-words.ts';
import { watching } from '../../integration/registry/watching.ts';
import { service, stamp, ttlCheck } from '../../support/samples.ts';

const soon = (): AbortSignal => AbortSignal.timeout(5_000);

test('a dry run writes nothing, and shows what it withheld as done', async () => {
	const inner = memoryRegistry({ address: '192.0.2.10' });
	await inner.register(service({ checks: [ttlCheck('t')] }), stamp, soon());
	const before = inner.snapshot();
	const registry = dryRun(inner);

	await registry.register(service({ port: 81 }), stamp, soon());
	await registry.register(service({ id: 'u1:new:80' }), stamp, soon());
	await heartbeat(registry, 't');
	assert.deepEqual(inner.snapshot(), before);
	assert.equal((await registry.get('u1:web:80', soon()))?.port, 81);
	const { registrations } = await registry.list(soon());
	assert.deepEqual(registrations.map(({ id, port }) => [id, port]).sort(), [
		['u1:new:80', 49_153],
		['u1:web:80', 81],
	]);

	const found = await registry.get('u1:web:80', soon());
	assert.ok(found);
	await registry.release(found, soon());
	assert.deepEqual(await registry.get('u1:web:80', soon()), { ...found, stamp: undefined });
	assert.deepEqual(inner.snapshot(), before);

	await registry.deregister('u1:web:80', soon());
	await registry.deregister('u1:new:80', soon());
	assert.equal(await registry.get('u1:web:80', soon()), undefined);
	assert.deepEqual(await registry.list(soon()), { registrations: [] });
	assert.deepEqual(inner.snapshot(), before);
});

test('a dry run shows the checks that it withheld, until the service goes', async () => {
	const inner = memoryRegistry({ address: '192.0.2.10' });
	await inner.register(service({}), stamp, soon());
	await inner.register(service({ id: 'u1:db:80', checks: [ttlCheck('d')] }), stamp, soon());
	const registry = dryRun(inner);
	await registry.register(service({ checks: [ttlCheck('t')] }), stamp, soon());
	const shown = async (id?: string): Promise<readonly (readonly [string, ...string[]])[]> =>
		[...(await registry.checks(soon(), id))].map(([service, states]) => [service, ...states.keys()] as const);
	assert.deepEqual(await shown(), [
		['u1:db:80', 'd'],
		['u1:web:80', 't'],
	]);
	assert.deepEqual(await shown('u1:web:80'), [['u1:web:80', 't']]);
	assert.deepEqual(await shown('u1:db:80'), [['u1:db:80', 'd']]);
	await registry.deregister('u1:web:80', soon());
	assert.deepEqual(await shown(), [['u1:db:80', 'd']]);
});

test('a dry run stops pretending once somebody else changes the entry', async () => {
	const inner = memoryRegistry({ address: '192.0.2.10' });
	await inner.register(service({}), stamp, soon());
	const registry = dryRun(inner);
	await registry.register(service({ port: 81 }), stamp, soon());
	await inner.register(service({ port: 82 }), stamp, soon());
	assert.equal((await registry.get('u1:web:80', soon()))?.port, 82);
});

test('a dry run tells what the registry tells of itself', async () => {
	const inner = memoryRegistry({ address: '192.0.2.10' });
	await inner.register(service({}), stamp, soon());
	const registry = dryRun(inner);
	assert.equal(await registry.advertisedAddress(soon()), '192.0.2.10');
	using watch = watching(registry, stamp.owner);
	await watch.untilSeen(['u1:web:80']);
});
