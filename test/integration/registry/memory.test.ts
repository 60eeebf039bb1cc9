import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryRegistry } from '../../../src/registry/memory.ts';
import { service, stamp } from '../../support/samples.ts';
import { unknownTo187 } from './fields-suite.ts';
import { registrySuite } from './registry-suite.ts';
import type { Bench } from './suite-words.ts';

const soon = (): AbortSignal => AbortSignal.timeout(15_000);

registrySuite('the registry in memory', async (): Promise<Bench> => {
	const registry = memoryRegistry({ lacks: unknownTo187 });
	const foreign = { name: 'theirs', status: 'critical' };
	return {
		registry,
		checks: async () => registry.snapshot().checks,
		attach: async (serviceId, id, kind) => registry.attachCheck({ ...foreign, id, serviceId, isTtl: kind === 'ttl' }),
		maintain: async (serviceId) =>
			registry.attachCheck({ ...foreign, id: `_service_maintenance:${serviceId}`, serviceId, isTtl: false }),
		clear: async () => {
			for (const { id } of registry.snapshot().registrations) await registry.deregister(id, soon());
		},
		[Symbol.asyncDispose]: async () => {},
	};
});

test('memory: script checks are taken where they are allowed', async () => {
	const registry = memoryRegistry({ scripts: true });
	const checks = [{ id: 'service:u1:web:80', name: 'c', args: ['true'], interval: '10s' }];
	await registry.register(service({ checks }), stamp, soon());
	assert.deepEqual(
		registry.snapshot().checks.map(({ id, status }) => [id, status]),
		[['service:u1:web:80', 'critical']],
	);
});

test('memory: the address it advertises can be chosen', async () => {
	assert.equal(await memoryRegistry({ address: '192.0.2.10' }).advertisedAddress(soon()), '192.0.2.10');
});
