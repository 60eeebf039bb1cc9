import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check, ServiceInstance } from '../../../src/model.ts';
import { compare } from '../../../src/plan/compare.ts';
import { RegistryError } from '../../../src/registry/registry.ts';
import { service, stamp, tcpCheck, ttlCheck } from '../../support/samples.ts';
import { type Bench, type RegisterAll, refused, soon } from './suite-words.ts';

/** What Consul 1.8.7 does not know of checks, by its own names; every agent of the suite is as old. */
export const unknownTo187 = [
	'H2PING',
	'H2PingUseTLS',
	'UDP',
	'TCPUseTLS',
	'FailuresBeforeWarning',
	'TLSServerName',
	'DisableRedirects',
];

const wan = { address: '198.51.100.7', port: 80 };
const own = { address: '192.0.2.10', port: 49_153 };

const unknown: readonly (readonly [field: keyof Check, check: Check])[] = [
	['h2ping', { id: 'c', name: 'c', h2ping: '127.0.0.1:9', interval: '600s' }],
	['udp', { id: 'c', name: 'c', udp: '127.0.0.1:9', interval: '600s' }],
	['tcpUseTls', tcpCheck('c', { tcpUseTls: true })],
	['failuresBeforeWarning', ttlCheck('c', { failuresBeforeWarning: 1, failuresBeforeCritical: 1 })],
	['tlsServerName', tcpCheck('c', { tlsServerName: 'x' })],
	['disableRedirects', { id: 'c', name: 'c', http: 'http://127.0.0.1:9/', interval: '600s', disableRedirects: true }],
];

/** What a registry promises about the fields that only `reconsul.*` labels ask for. */
export function fieldTests(bench: () => Bench, registerAll: RegisterAll): void {
	const drifts = async (wanted: ServiceInstance): Promise<readonly string[]> => {
		const found = await bench().registry.get(wanted.id, soon());
		return found === undefined ? ['absent'] : compare(wanted, stamp, found).map(({ field }) => field);
	};

	test('tagged addresses come back, with nothing left to write', async () => {
		for (const taggedAddresses of [
			{ wan, lan: own, lan_ipv6: { address: '2001:db8::7', port: 81 } },
			{ lan_ipv4: own },
			{ lan_ipv4: wan, wan_ipv4: { ...own, port: 81 } },
		]) {
			const wanted = service({ taggedAddresses });
			await registerAll(wanted);
			assert.deepEqual(await drifts(wanted), []);
		}
	});
	test('a tagged address that is no longer wanted is gone with the next write', async () => {
		await registerAll(service({ taggedAddresses: { wan } }));
		assert.deepEqual(await drifts(service()), ['taggedAddresses']);
		await registerAll(service());
		assert.deepEqual(await drifts(service()), []);
		assert.equal((await bench().registry.get('u1:web:80', soon()))?.taggedAddresses, undefined);
	});
	test('a tagged address of the wrong family is refused', async () => {
		const taggedAddresses = { lan_ipv4: { address: '2001:db8::7', port: 81 } };
		await assert.rejects(
			bench().registry.register(service({ taggedAddresses }), stamp, soon()),
			refused('unavailable'),
		);
		assert.deepEqual(await bench().checks(), []);
	});
	for (const [field, check] of unknown)
		test(`a check with ${field} is refused by an agent of 1.8, which names the field and writes nothing`, async () => {
			const error = await bench()
				.registry.register(service({ checks: [check] }), stamp, soon())
				.then(
					() => undefined,
					(reason: unknown) => reason,
				);
			assert.ok(error instanceof RegistryError);
			assert.deepEqual([error.class, error.field], ['unknown-field', field]);
			assert.equal(await bench().registry.get('u1:web:80', soon()), undefined);
		});
	test('every field of a check that it knows is taken', async () => {
		const checks: readonly Check[] = [
			{
				id: 'service:u1:web:80',
				name: 'a',
				http: 'http://127.0.0.1:9/',
				method: 'POST',
				header: { Accept: ['text/plain'], 'X-A': ['ü'] },
				body: '{}',
				interval: '600s',
				timeout: '1s',
				tlsSkipVerify: true,
				status: 'passing',
				notes: 'n',
				outputMaxSize: 100,
				successBeforePassing: 2,
				failuresBeforeCritical: 3,
				deregisterCriticalServiceAfter: '1h',
			},
			{ id: 'reconsul:u1:web:80:g', name: 'g', grpc: '127.0.0.1:9/a.B', grpcUseTls: true, interval: '600s' },
			{ id: 'reconsul:u1:web:80:b', name: 'b', aliasService: 'u1:web:80' },
		];
		await registerAll(service({ checks }));
		assert.deepEqual((await bench().checks()).map(({ id }) => id).sort(), checks.map(({ id }) => id).sort());
	});
}
