import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dryRun, type WithheldOperation } from '../../../src/registry/dry-run.ts';
import { memoryRegistry } from '../../../src/registry/memory.ts';
import { service, stamp, ttlCheck } from '../../integration/registry/samples.ts';
import { watching } from '../../integration/registry/watching.ts';

const soon = (): AbortSignal => AbortSignal.timeout(5_000);

test('a dry run reads what is there and tells of every write instead of making it', async () => {
	const inner = memoryRegistry({ address: '192.0.2.10' });
	await inner.register(service({ checks: [ttlCheck('t')] }), stamp, soon());
	const before = inner.snapshot();
	const withheld: WithheldOperation[] = [];
	const registry = dryRun(inner, (operation) => withheld.push(operation));

	const changed = service({ port: 81 });
	await registry.register(changed, stamp, soon());
	await registry.deregister('u1:web:80', soon());
	await registry.heartbeat('t', soon());
	assert.deepEqual(inner.snapshot(), before);
	assert.deepEqual(withheld, [
		{ kind: 'register', service: changed, stamp },
		{ kind: 'deregister', id: 'u1:web:80' },
		{ kind: 'heartbeat', checkId: 't' },
	]);

	assert.deepEqual(await registry.list(soon()), { registrations: before.registrations });
	assert.deepEqual(await registry.get('u1:web:80', soon()), before.registrations[0]);
	assert.equal(await registry.advertisedAddress(soon()), '192.0.2.10');
	using watch = watching(registry, stamp.owner);
	await watch.untilSeen(['u1:web:80']);
});
