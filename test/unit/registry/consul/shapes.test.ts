import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Registration } from '../../../../src/model.ts';
import { consulRegistry } from '../../../../src/registry/consul/registry.ts';
import {
	type KnownRows,
	readMeta,
	readNodeServices,
	readSelf,
	readService,
	readServiceChecks,
	readServices,
} from '../../../../src/registry/consul/shapes.ts';
import { RegistryError } from '../../../../src/registry/registry.ts';
import { heartbeat } from '../../../integration/registry/suite-words.ts';
import { httpAnswer, rawServer } from './raw-server.ts';

/** As Consul 1.8.7 writes it. */
const row = {
	ID: 'u1:web:80',
	Service: 'web',
	Tags: ['a'],
	Meta: { region: 'us2' },
	Port: 80,
	Address: '192.0.2.10',
	TaggedAddresses: { lan_ipv4: { Address: '192.0.2.10', Port: 80 } },
	Weights: { Passing: 2, Warning: 0 },
	EnableTagOverride: true,
	ContentHash: '24a070c583b1dd75',
};
const registration: Registration = {
	id: 'u1:web:80',
	name: 'web',
	kind: '',
	address: '192.0.2.10',
	port: 80,
	tags: ['a'],
	meta: { region: 'us2' },
	weights: { passing: 2, warning: 0 },
	enableTagOverride: true,
	stamp: undefined,
};

const rows: readonly (readonly [sentence: string, change: object, expected: Partial<Registration>])[] = [
	['a row as the agent writes it', {}, {}],
	['tags of null are none', { Tags: null }, { tags: [] }],
	['Meta of null is empty', { Meta: null }, { meta: {} }],
	[
		'a key that JavaScript knows is a key of Meta like any other',
		{ Meta: { constructor: 'x' } },
		{ meta: { constructor: 'x' } },
	],
	['weights that are not set are 1 and 1', { Weights: undefined }, { weights: { passing: 1, warning: 1 } }],
	['no address is an empty one', { Address: undefined, TaggedAddresses: undefined }, { address: '' }],
	[
		'of the tagged addresses those are read that the agent did not add by itself',
		{
			TaggedAddresses: {
				lan_ipv4: { Address: '192.0.2.10', Port: 80 },
				wan_ipv4: { Address: '192.0.2.10', Port: 81 },
				lan: { Address: '192.0.2.10', Port: 80 },
				'consul-virtual:other': { Address: '240.0.0.1', Port: 80 },
				odd: 'x',
			},
		},
		{
			taggedAddresses: {
				wan_ipv4: { address: '192.0.2.10', port: 81 },
				lan: { address: '192.0.2.10', port: 80 },
			},
		},
	],
	['no tagged addresses at all', { TaggedAddresses: null }, {}],
	[
		'a proxy keeps its kind',
		{ Kind: 'connect-proxy', Proxy: { DestinationServiceName: 'x' } },
		{ kind: 'connect-proxy' },
	],
	['a field that nobody knows yet is passed over', { Locality: { Region: 'x' } }, {}],
];
for (const [sentence, change, expected] of rows) {
	test(`reading a service: ${sentence}`, () => {
		assert.deepEqual(readService({ ...row, ...change }), { ok: true, value: { ...registration, ...expected } });
	});
}

const broken: readonly (readonly [sentence: string, input: unknown, rule: RegExp])[] = [
	['null', null, /service: the whole is not/],
	['a list', [], /service: ID is not/],
	['an empty id', { ...row, ID: '' }, /ID is not/],
	['a port that is a text', { ...row, Port: '80' }, /Port is not number/],
	['a port with a fraction', { ...row, Port: 80.5 }, /Port is not/],
	['a tag that is a number', { ...row, Tags: ['a', 1] }, /Tags\.1 is not string/],
	['a value of Meta that is a number', { ...row, Meta: { a: 1 } }, /Meta is not/],
	['weights without a warning', { ...row, Weights: { Passing: 1 } }, /Weights\.Warning is not/],
];
for (const [sentence, input, rule] of broken) {
	test(`reading a service: ${sentence} is refused by the rule it breaks`, () => {
		const result = readService(input);
		assert.ok(!result.ok);
		assert.match(result.rule, rule);
	});
}

test('what is refused is not quoted: it may be a secret', () => {
	const result = readService({ ...row, Meta: { password: 'hunter2', other: 1 } });
	assert.ok(!result.ok && !result.rule.includes('hunter2'));
});

const pairs = {
	'reconsul-owner': 'u1',
	'reconsul-engine': 'E',
	'reconsul-container': 'c',
	'reconsul-spec': '1-x',
};
describe('the stamp in Meta', () => {
	test('four pairs are the stamp, and the rest is the user’s', () => {
		const stamp = { owner: 'u1', engine: 'E', containerId: 'c', spec: '1-x' };
		assert.deepEqual(readMeta({ ...pairs, region: 'us2' }), { stamp, meta: { region: 'us2' } });
	});
	test('the token is found beside the spec, and in no other form', () => {
		const spec = `1-${'0'.repeat(16)}`;
		const read = (text: string) => readMeta({ ...pairs, 'reconsul-spec': text }).stamp;
		const stamp = { owner: 'u1', engine: 'E', containerId: 'c' };
		assert.deepEqual(read(`${spec}-a1b2`), { ...stamp, spec, token: 'a1b2' });
		for (const other of [spec, `${spec}-`, `${spec}-x`, 'other-a1b2'])
			assert.deepEqual(read(other), { ...stamp, spec: other });
	});
	for (const key of Object.keys(pairs)) {
		test(`without ${key} it is no stamp, and its remains show`, () => {
			const damaged = Object.fromEntries(Object.entries(pairs).filter(([other]) => other !== key));
			assert.deepEqual(readMeta(damaged), { stamp: undefined, meta: damaged });
		});
		test(`with an empty ${key} it is no stamp`, () => {
			assert.equal(readMeta({ ...pairs, [key]: '' }).stamp, undefined);
		});
	}
});

describe('lists', () => {
	test('one row that cannot be read spoils the list, and is named', () => {
		const result = readServices({ good: row, bad: { ...row, ID: 'bad', Port: null, Tags: 1 } });
		assert.ok(!result.ok);
		assert.match(result.rule, /^service bad: Tags is not/);
	});
	for (const input of [null, [], 'x', 7]) {
		test(`${JSON.stringify(input)} is no list of services`, () => assert.ok(!readServices(input).ok));
	}
	for (const input of [null, { Node: null, Services: null }, {}]) {
		test(`${JSON.stringify(input)} shows nothing of a node, which is not the same as a node without services`, () => {
			assert.deepEqual(readNodeServices(input), { ok: true, value: undefined });
		});
	}
	test('a node without services has an empty list', () => {
		assert.deepEqual(readNodeServices({ Node: {}, Services: [] }), { ok: true, value: [] });
	});
	test('a row that has not changed is not read again, one that has is, and one that went is forgotten', () => {
		const known: KnownRows = new Map();
		const seen = (...rows: readonly object[]): readonly (readonly [name: string, isSame: boolean])[] => {
			const before = new Set([...known.values()].map(({ registration }) => registration));
			const services = readNodeServices({ Node: {}, Services: rows }, known);
			assert.ok(services.ok);
			return (services.value ?? []).map((service) => [service.name, before.has(service)]);
		};
		const a = { ID: 'a', Service: 'a', ModifyIndex: 1 };
		const b = { ID: 'b', Service: 'b', ModifyIndex: 1 };
		const unnumbered = { ID: 'c', Service: 'c' };
		assert.deepEqual(seen(a, b, unnumbered), [
			['a', false],
			['b', false],
			['c', false],
		]);
		assert.deepEqual(seen(a, { ...b, Service: 'b2', ModifyIndex: 2 }, unnumbered), [
			['a', true],
			['b2', false],
			['c', false],
		]);
		assert.deepEqual(seen(unnumbered), [['c', false]]);
		assert.deepEqual(seen(a), [['a', false]]);
	});
	test('the node’s own checks are not the service’s', () => {
		const checks = [
			{ CheckID: '_node_maintenance', ServiceID: '', Status: 'critical' },
			{ CheckID: 'service:a', ServiceID: 'a', Status: 'passing' },
		];
		assert.deepEqual(readServiceChecks({ Checks: checks }, 'a'), {
			ok: true,
			value: new Map([['service:a', { status: 'passing', output: '', notes: '' }]]),
		});
	});
	test('a service without checks has none', () => {
		assert.deepEqual(readServiceChecks({ Checks: null }, 'a'), { ok: true, value: new Map() });
	});
});

describe('the agent about itself', () => {
	const cases: readonly (readonly [sentence: string, input: object, node: string, address: string])[] = [
		['name and address', { Config: { NodeName: 'n' }, Member: { Name: 'm', Addr: '192.0.2.1' } }, 'n', '192.0.2.1'],
		['the member’s name', { Member: { Name: 'm' } }, 'm', ''],
		['the configured address', { DebugConfig: { AdvertiseAddrLAN: '192.0.2.2' } }, '', '192.0.2.2'],
		['nothing', { Config: null }, '', ''],
	];
	for (const [sentence, input, node, address] of cases)
		test(`says ${sentence}`, () => assert.deepEqual(readSelf(input), { ok: true, value: { node, address } }));
});

test('whatever JSON an agent answers, a call yields what its type says or a RegistryError', async () => {
	let answer = '';
	await using server = await rawServer((_, socket) => socket.write(answer));
	const registry = consulRegistry({ host: '127.0.0.1', port: server.port, node: 'n' });
	const signal = AbortSignal.timeout(60_000);
	const like = fc.record(
		{
			ID: fc.oneof(fc.string(), fc.anything()),
			Service: fc.oneof(fc.string(), fc.anything()),
			Port: fc.oneof(fc.integer(), fc.double()),
			Tags: fc.oneof(fc.array(fc.string()), fc.anything()),
			Meta: fc.oneof(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.jsonValue()))),
			Checks: fc.jsonValue(),
			Services: fc.jsonValue(),
		},
		{ requiredKeys: [] },
	);
	const body = fc.oneof(
		fc.jsonValue().map((value) => JSON.stringify(value)),
		like.map((value) => JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner))),
		fc.string(),
	);
	const status = fc.constantFrom(200, 200, 200, 204, 301, 400, 403, 404, 429, 500, 503);
	const type = fc.constantFrom('application/json', 'text/plain', 'application/octet-stream');
	await fc.assert(
		fc.asyncProperty(status, body, type, async (status, body, type) => {
			answer = httpAnswer(status, status === 204 ? '' : body, { 'Content-Type': type });
			const results = await Promise.allSettled([
				registry.get('x', signal).then((found) => found === undefined || assertRegistration(found)),
				registry.list(signal).then(({ registrations }) => registrations.forEach(assertRegistration)),
				registry.checks(signal).then((all) => assert.ok([...all].every(([id, of]) => id !== '' && of.size > 0))),
				registry.report('x', { status: 'passing', output: '' }, signal),
				registry.maintain('x', 'why', signal),
				registry.deregister('x', signal),
				heartbeat(registry, 'x'),
				registry.advertisedAddress(signal).then((address) => assert.equal(typeof address, 'string')),
			]);
			for (const result of results)
				if (result.status === 'rejected') assert.ok(result.reason instanceof RegistryError, String(result.reason));
		}),
		{ numRuns: 300 },
	);
});

function assertRegistration(found: Registration): void {
	assert.ok(typeof found.id === 'string' && found.id !== '');
	for (const text of [found.name, found.address, found.kind, ...found.tags, ...Object.values(found.meta)])
		assert.equal(typeof text, 'string');
	assert.ok(Number.isInteger(found.port));
	assert.equal(typeof found.weights.passing, 'number');
	assert.equal(typeof found.enableTagOverride, 'boolean');
}
