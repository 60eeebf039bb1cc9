import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { memoryRegistry } from '../../../src/registry/memory.ts';
import { type RecordedRegistry, recordedRegistry, recordingRegistry } from '../../../src/registry/recorded.ts';
import { type Registry, RegistryError } from '../../../src/registry/registry.ts';
import { service, stamp } from '../plan/samples.ts';

const { signal } = new AbortController();

async function agent(): Promise<ReturnType<typeof memoryRegistry>> {
	const registry = memoryRegistry({ address: '192.0.2.99', token: 'abc' });
	await registry.register(service, stamp, signal);
	registry.attachCheck({ id: 'theirs', serviceId: service.id, name: 'theirs', status: 'warning', isTtl: false });
	return registry;
}

/** What an agent said, from a file. */
async function replayed(registry: Registry, ask: (registry: Registry) => Promise<unknown>): Promise<Registry> {
	const { registry: asked, recorded } = recordingRegistry(registry);
	await ask(asked).catch(() => {});
	return recordedRegistry(JSON.parse(JSON.stringify(recorded())) as RecordedRegistry);
}

const isOf = (errorClass: RegistryError['class']) => (error: unknown) =>
	error instanceof RegistryError && error.class === errorClass;

suite('a recorded agent', () => {
	test('answers as the agent did', async () => {
		const registry = await agent();
		const again = await replayed(registry, async (asked) => {
			await asked.list(signal);
			await asked.checks(signal);
			await asked.get('nobody', signal);
			await asked.advertisedAddress(signal);
			await asked.tokenFingerprint(signal);
		});
		assert.deepEqual(await again.list(signal), JSON.parse(JSON.stringify(await registry.list(signal))));
		assert.equal((await again.get(service.id, signal))?.name, service.name);
		assert.equal(await again.get('nobody', signal), undefined);
		assert.equal((await again.checks(signal)).get(service.id)?.get('theirs')?.status, 'warning');
		assert.equal((await again.checks(signal, service.id)).get(service.id)?.get('theirs')?.status, 'warning');
		assert.equal((await again.checks(signal, 'nobody')).size, 0);
		assert.deepEqual(
			[await again.advertisedAddress(signal), await again.tokenFingerprint(signal)],
			['192.0.2.99', 'abc'],
		);
	});

	test('refuses what was refused, with its class', async () => {
		const registry: Registry = {
			...(await agent()),
			get: () => Promise.reject(new RegistryError('forbidden', '403', { status: 403 })),
		};
		const again = await replayed(registry, (asked) => asked.get(service.id, signal));
		await assert.rejects(again.get(service.id, signal), isOf('forbidden'));
		await assert.rejects(again.list(signal), isOf('invalid'));
	});

	test('cannot be written to', async () => {
		const again = await replayed(await agent(), (asked) => asked.list(signal));
		await assert.rejects(again.register(service, stamp, signal), /a recording cannot be written to/);
		await assert.rejects(again.deregister(service.id, signal), /a recording cannot be written to/);
	});
});
