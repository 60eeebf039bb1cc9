import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceInstance } from '../../../src/model.ts';
import { service, stamp, tcpCheck, ttlCheck } from '../../support/samples.ts';
import { type Bench, heartbeat, type RegisterAll, refused, soon } from './suite-words.ts';

const id = 'u1:web:80';
const main = `service:${id}`;
const beat = `reconsul:${id}:ttl`;

const left: readonly (readonly [sentence: string, change: Partial<ServiceInstance>])[] = [
	['a plain service', {}],
	['tags and pairs', { tags: ['b', 'a'], meta: { region: 'us2', check_http: '/' } }],
	['weights and EnableTagOverride', { weights: { passing: 3, warning: 0 }, enableTagOverride: true }],
	['other addresses', { taggedAddresses: { wan: { address: '198.51.100.7', port: 80 } } }],
	['an IPv6 address', { address: '2001:db8::1' }],
	['an id that a URL would take apart', { id: 'u1:a/b?c#d%2Fé &:80:udp' }],
];

/** What a registry promises of the way back. */
export function releaseTests(bench: () => Bench, registerAll: RegisterAll): void {
	const statuses = async (): Promise<Readonly<Record<string, string>>> =>
		Object.fromEntries((await bench().checks()).map((check) => [check.id, check.status]));
	const release = async (serviceId: string): Promise<void> => {
		const found = await bench().registry.get(serviceId, soon());
		assert.ok(found);
		await bench().registry.release(found, soon());
	};

	for (const [sentence, change] of left) {
		test(`a released service is what it was, without the stamp: ${sentence}`, async () => {
			const { labelledId, checks, ...fields } = service(change);
			await registerAll(service(change));
			await release(fields.id);
			assert.deepEqual(await bench().registry.get(fields.id, soon()), { ...fields, kind: '', stamp: undefined });
		});
	}

	test('a released service keeps its check with its status, other people’s and maintenance', async () => {
		await registerAll(service({ checks: [tcpCheck(main, { status: 'passing' })] }));
		await bench().attach(id, 'somebody', 'ttl');
		await bench().maintain(id);
		const before = await statuses();
		await release(id);
		assert.deepEqual(await statuses(), before);
		assert.equal(before[main], 'passing');
	});

	test('maintenance of ours ends, since nobody is left to end it', async () => {
		await registerAll(service({ checks: [tcpCheck(main, { status: 'passing' })] }));
		await bench().registry.maintain(id, 'reconsul: its container is paused', soon());
		await release(id);
		assert.deepEqual(await statuses(), { [main]: 'passing' });
	});

	test('the checks that only we gave it go', async () => {
		const checks = [tcpCheck(main), ttlCheck(beat), ttlCheck(`reconsul:${id}:more`)];
		await registerAll(service({ checks }), service({ id: `${id}:udp`, checks: [ttlCheck(`reconsul:${id}:udp:ttl`)] }));
		await release(id);
		assert.deepEqual(await statuses(), { [main]: 'critical', [`reconsul:${id}:udp:ttl`]: 'critical' });
		await assert.rejects(heartbeat(bench().registry, beat), refused('invalid'));
	});

	test('releasing it again changes nothing, and it can be registered again', async () => {
		const wanted = service({ checks: [tcpCheck(main, { status: 'warning' }), ttlCheck(beat)] });
		await registerAll(wanted);
		await release(id);
		const before = await bench().registry.list(soon());
		await release(id);
		assert.deepEqual(await bench().registry.list(soon()), before);
		await registerAll(wanted);
		assert.deepEqual((await bench().registry.get(id, soon()))?.stamp, stamp);
		assert.deepEqual(await statuses(), { [main]: 'warning', [beat]: 'critical' });
	});

	test('a release whose signal is aborted rejects with its reason and leaves the stamp', async () => {
		await registerAll(service());
		const found = await bench().registry.get(id, soon());
		assert.ok(found);
		const reason = new Error('shutting down');
		await assert.rejects(bench().registry.release(found, AbortSignal.abort(reason)), reason);
		assert.deepEqual(await bench().registry.get(id, soon()), found);
	});
}
