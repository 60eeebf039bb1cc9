import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Check, ServiceInstance } from '../../../src/model.ts';
import { specOf } from '../../../src/plan/spec.ts';
import { anyService } from './arbitraries.ts';
import { service } from './samples.ts';

/** Every field but those that are about us, or said beside what is registered. The compiler sees to it that none is missing. */
const serviceChanges: {
	readonly [K in Exclude<keyof ServiceInstance, 'labelledId' | 'maintenance'>]-?: ServiceInstance[K];
} = {
	id: 'u1:web:81',
	name: 'other',
	address: '192.0.2.11',
	port: 81,
	tags: ['a'],
	meta: { region: 'eu', zone: 'd' },
	weights: { passing: 1, warning: 0 },
	enableTagOverride: true,
	taggedAddresses: { wan: { address: '198.51.100.7', port: 80 } },
	checks: [],
};

type SentField = Exclude<keyof Check, 'beatMs' | 'report'>;

const checkChanges: { readonly [K in SentField]: Required<Check>[K] } = {
	id: 'service:other',
	name: 'other',
	http: 'http://192.0.2.10/',
	method: 'HEAD',
	header: { Host: ['x'] },
	body: 'x',
	disableRedirects: true,
	tcp: '192.0.2.11:1',
	tcpUseTls: true,
	udp: '192.0.2.10:1',
	grpc: '192.0.2.10:1',
	grpcUseTls: true,
	h2ping: '192.0.2.10:1',
	h2pingUseTls: false,
	args: ['true'],
	dockerContainerId: 'abc',
	shell: '/bin/sh',
	aliasService: 'u1:db:5432',
	ttl: '30s',
	interval: '11s',
	timeout: '1s',
	tlsSkipVerify: true,
	tlsServerName: 'x',
	status: 'passing',
	notes: 'x',
	outputMaxSize: 1,
	successBeforePassing: 1,
	failuresBeforeWarning: 1,
	failuresBeforeCritical: 1,
	deregisterCriticalServiceAfter: '10m',
};

suite('the fingerprint of a service', () => {
	test('has the version of its function in front, and sixteen digits', () => {
		assert.match(specOf(service), /^1-[0-9a-f]{16}$/);
	});

	test('is the one that is stamped in the field: another function needs another version', () => {
		assert.equal(specOf(service), '1-2b617cdf71aa9a51');
	});

	for (const [field, value] of Object.entries(serviceChanges))
		test(`is another when ${field} is another`, () => {
			assert.notEqual(specOf({ ...service, [field]: value }), specOf(service));
		});

	for (const [field, value] of Object.entries(checkChanges))
		test(`is another when ${field} of a check is another`, () => {
			const checks = service.checks.map((check) => ({ ...check, [field]: value }));
			assert.notEqual(specOf({ ...service, checks }), specOf(service));
		});

	test('does not know who reports a check, what it says, or of maintenance', () => {
		const report = { status: 'critical', output: 'no' } as const;
		const checks = service.checks.map((check) => ({ ...check, beatMs: 10_000, report }));
		assert.equal(specOf({ ...service, checks, maintenance: 'reconsul: paused' }), specOf(service));
	});

	test('does not know where the id came from', () => {
		assert.equal(specOf({ ...service, labelledId: true }), specOf(service));
	});

	test('tells apart what a careless text would not', () => {
		const pairs: readonly (readonly [Partial<ServiceInstance>, Partial<ServiceInstance>])[] = [
			[{ tags: ['a,b'] }, { tags: ['a', 'b'] }],
			[{ meta: { a: 'b,c:d' } }, { meta: { a: 'b', c: 'd' } }],
			[
				{ tags: [], meta: { a: 'b' } },
				{ tags: ['a', 'b'], meta: {} },
			],
			[{ meta: { __proto__: 'x' } }, { meta: JSON.parse('{"__proto__":"x"}') }],
		];
		for (const [a, b] of pairs) assert.notEqual(specOf({ ...service, ...a }), specOf({ ...service, ...b }));
	});
});

const reversed = <T extends object>(record: T): T => Object.fromEntries(Object.entries(record).reverse()) as T;

test('the fingerprint does not depend on the order of keys and tags, nor on repeated tags', () => {
	fc.assert(
		fc.property(anyService, (wanted) => {
			const shuffled: ServiceInstance = {
				...reversed(wanted),
				tags: [...wanted.tags, ...wanted.tags].reverse(),
				meta: reversed(wanted.meta),
				weights: reversed(wanted.weights),
				checks: wanted.checks.map((check) =>
					reversed(check.header === undefined ? check : { ...check, header: reversed(check.header) }),
				),
			};
			assert.equal(specOf(shuffled), specOf(wanted));
		}),
	);
});
