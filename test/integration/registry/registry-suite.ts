import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { Check, ServiceInstance } from '../../../src/model.ts';
import { compare } from '../../../src/plan/compare.ts';
import { service, stamp, tcpCheck, ttlCheck } from '../../support/samples.ts';
import { checkTests } from './checks-suite.ts';
import { fieldTests } from './fields-suite.ts';
import { releaseTests } from './release-suite.ts';
import { type Bench, type RegisterAll, refused, soon } from './suite-words.ts';
import { upkeepTests } from './upkeep-suite.ts';
import { idsIn, watching } from './watching.ts';

/** What every registry promises; run on the one in memory and on a real agent, so that the first is worth its trust. */
export function registrySuite(name: string, make: () => Promise<Bench>): void {
	describe(`${name} as a registry`, () => {
		let bench: Bench;
		before(async () => {
			bench = await make();
		});
		after(() => bench[Symbol.asyncDispose]());
		afterEach(() => bench.clear());
		const registerAll = async (...services: readonly ServiceInstance[]): Promise<void> => {
			for (const one of services) await bench.registry.register(one, stamp, soon());
		};
		storing(() => bench, registerAll);
		refusing(() => bench);
		checkTests(() => bench, registerAll);
		releaseTests(() => bench, registerAll);
		fieldTests(() => bench, registerAll);
		upkeepTests(() => bench, registerAll);
		watchingTests(() => bench, registerAll);
	});
}

const stored: readonly (readonly [sentence: string, change: Partial<ServiceInstance>])[] = [
	['a plain service', {}],
	['tags, repeated and odd ones included', { tags: ['b', 'a', 'b', 'urlprefix-/x?y=z', 'ü 語'] }],
	[
		'pairs of Meta, whatever JavaScript thinks of their keys',
		{ meta: { region: 'us2', constructor: 'x', toString: '' } },
	],
	['weights, zero included', { weights: { passing: 7, warning: 0 } }],
	['EnableTagOverride', { enableTagOverride: true }],
	['an IPv6 address', { address: '2001:db8::1' }],
	['a port of 0', { port: 0 }],
	['an id with characters that a URL takes for its own', { id: 'u1:a/b?c#d%2Fé &:80:udp' }],
	['a name of two words', { name: 'my web' }],
];

function storing(bench: () => Bench, registerAll: RegisterAll): void {
	test('an id that was never registered is absent, not an error', async () => {
		assert.equal(await bench().registry.get('u1:none:80', soon()), undefined);
	});
	for (const [sentence, change] of stored) {
		test(`${sentence} comes back as it was written, with the stamp`, async () => {
			const wanted = service(change);
			await registerAll(wanted);
			const { labelledId, checks, ...fields } = wanted;
			const expected = { ...fields, kind: '', stamp };
			assert.deepEqual(await bench().registry.get(wanted.id, soon()), expected);
			assert.deepEqual(await bench().registry.list(soon()), { registrations: [expected] });
		});
	}
	test('whatever an agent takes, it gives back so that nothing is left to write', async () => {
		await fc.assert(
			fc.asyncProperty(acceptable, async (wanted) => {
				await registerAll(wanted);
				const found = await bench().registry.get(wanted.id, soon());
				assert.deepEqual(found === undefined ? 'absent' : compare(wanted, stamp, found), []);
			}),
			{ numRuns: 50 },
		);
	});
	test('a second write replaces the first, and what it leaves out is gone', async () => {
		await registerAll(service({ tags: ['old'], meta: { old: '1' }, weights: { passing: 3, warning: 3 } }));
		await registerAll(service({ tags: ['new'], meta: { new: '1' }, port: 81 }));
		const found = await bench().registry.get('u1:web:80', soon());
		assert.deepEqual([found?.tags, found?.meta, found?.port], [['new'], { new: '1' }, 81]);
		assert.deepEqual(found?.weights, { passing: 1, warning: 1 });
	});
	test('a deregistered service is gone with its checks, and its neighbours are not', async () => {
		await registerAll(service({ checks: [ttlCheck('service:u1:web:80')] }), service({ id: 'u1:web:81' }));
		await bench().registry.deregister('u1:web:80', soon());
		const { registrations } = await bench().registry.list(soon());
		assert.deepEqual([registrations.map(({ id }) => id), await bench().checks()], [['u1:web:81'], []]);
	});
	test('deregistering what is not there succeeds', async () => {
		await bench().registry.deregister('u1:none:80', soon());
	});
	test('a call whose signal is aborted rejects with its reason and writes nothing', async () => {
		const reason = new Error('shutting down');
		await assert.rejects(bench().registry.register(service(), stamp, AbortSignal.abort(reason)), reason);
		assert.equal(await bench().registry.get('u1:web:80', soon()), undefined);
	});
	test('the address it advertises is one', async () => {
		assert.match(await bench().registry.advertisedAddress(soon()), /^[\d.]+$|:/);
	});
}

const text = (maxLength: number) => fc.string({ unit: 'grapheme', minLength: 1, maxLength });
const metaKey = fc.stringMatching(/^[a-z][A-Za-z0-9_-]{0,20}$/).filter((key) => !/^(re)?consul-/.test(key));
const acceptable: fc.Arbitrary<ServiceInstance> = fc
	.record({
		name: text(20).filter((name) => name.trim() !== ''),
		address: fc.oneof(fc.ipV4(), fc.domain(), fc.constant('')).filter((address) => address !== '0.0.0.0'),
		port: fc.nat(65_535),
		tags: fc.array(text(20), { maxLength: 5 }),
		meta: fc.dictionary(metaKey, text(40), { maxKeys: 10 }),
		weights: fc.record({ passing: fc.integer({ min: 1, max: 100 }), warning: fc.nat(100) }),
		enableTagOverride: fc.boolean(),
	})
	.map((change) => service({ ...change, meta: { ...change.meta } }));

const pairs = (count: number): Readonly<Record<string, string>> =>
	Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, '']));

const invalid: readonly (readonly [sentence: string, change: Partial<ServiceInstance>])[] = [
	['a service without a name', { name: '' }],
	['the address of everywhere', { address: '0.0.0.0' }],
	['the IPv6 address of everywhere', { address: '::' }],
	['a passing weight of 0', { weights: { passing: 0, warning: 1 } }],
	['a weight that DNS has no room for', { weights: { passing: 65_536, warning: 1 } }],
	['a negative warning weight', { weights: { passing: 1, warning: -1 } }],
	['a key of Meta with a space', { meta: { 'a b': '' } }],
	['an empty key of Meta', { meta: { '': 'x' } }],
	['a key of Meta of 129 characters', { meta: { ['k'.repeat(129)]: '' } }],
	['a key of Meta that is reserved', { meta: { 'consul-x': '' } }],
	['a value of Meta of 513 bytes', { meta: { k: 'v'.repeat(513) } }],
	['more than 64 pairs of Meta, the stamp included', { meta: pairs(61) }],
	['a check without an interval', { checks: [{ id: 'c', name: 'c', tcp: '127.0.0.1:9' }] }],
	['a check with an interval and a TTL', { checks: [tcpCheck('c', { ttl: '10s' })] }],
	['a check that checks nothing', { checks: [{ id: 'c', name: 'c' }] }],
	['a check with a TTL that repeats another service', { checks: [ttlCheck('c', { aliasService: 'u1:web:81' })] }],
	['a check with a status of its own invention', { checks: [ttlCheck('c', { status: 'fine' })] }],
];

function refusing(bench: () => Bench): void {
	const leavesNothing = async (): Promise<void> => {
		assert.deepEqual((await bench().registry.list(soon())).registrations, []);
		assert.deepEqual(await bench().checks(), []);
	};
	for (const [sentence, change] of invalid) {
		test(`${sentence} is refused as invalid and leaves nothing behind`, async () => {
			await assert.rejects(bench().registry.register(service(change), stamp, soon()), refused('invalid'));
			await leavesNothing();
		});
	}
	test('a script check is refused as such, and the service is not written without it', async () => {
		const checks: readonly Check[] = [{ id: 'service:u1:web:80', name: 'c', args: ['true'], interval: '10s' }];
		await assert.rejects(bench().registry.register(service({ checks }), stamp, soon()), refused('scripts-disabled'));
		await leavesNothing();
	});
	test('60 pairs of Meta beside the stamp are taken', async () => {
		await bench().registry.register(service({ meta: pairs(60) }), stamp, soon());
		assert.deepEqual((await bench().registry.get('u1:web:80', soon()))?.meta, pairs(60));
	});
}

function watchingTests(bench: () => Bench, registerAll: RegisterAll): void {
	test('the watch connects, then shows what is there and what comes and goes', async () => {
		await registerAll(service());
		using watch = watching(bench().registry, stamp.owner);
		await watch.untilSeen(['u1:web:80']);
		assert.deepEqual(watch.news[0], { kind: 'connected' });
		await registerAll(service({ id: 'u1:web:81' }));
		await watch.untilSeen(['u1:web:80', 'u1:web:81']);
		await bench().registry.deregister('u1:web:80', soon());
		await watch.untilSeen(['u1:web:81']);
	});
	test('the watch shows registrations field by field, as the agent has them', async () => {
		const wanted = service({ tags: ['a'], meta: { region: 'us2' }, weights: { passing: 2, warning: 0 } });
		await registerAll(wanted);
		using watch = watching(bench().registry, stamp.owner);
		const change = await watch.until('it seen', (change) => idsIn(change).length === 1);
		const [row] = change.kind === 'changed' ? change.seen : [];
		assert.deepEqual(row, await bench().registry.get(wanted.id, soon()));
	});
	test('other owners, also one whose name begins with ours, are not shown', async () => {
		await bench().registry.register(service({ id: 'u10:web:80' }), { ...stamp, owner: 'u10' }, soon());
		await registerAll(service());
		using watch = watching(bench().registry, 'u1');
		await watch.untilSeen(['u1:web:80']);
		assert.ok(watch.news.every((change) => !idsIn(change).includes('u10:web:80')));
	});
	test('a write that changes nothing is not news', async () => {
		await registerAll(service());
		using watch = watching(bench().registry, stamp.owner);
		await watch.untilSeen(['u1:web:80']);
		await registerAll(service(), service());
		await registerAll(service({ id: 'u1:web:81' }));
		await watch.untilSeen(['u1:web:80', 'u1:web:81']);
		const alone = watch.news.filter((change) => idsIn(change).join() === 'u1:web:80');
		assert.equal(alone.length, 1);
	});
	test('an owner of any characters is found', async () => {
		const owner = `a"b\\c\`d é 😀 and Meta["x"] == "y`;
		await bench().registry.register(service(), { ...stamp, owner }, soon());
		using watch = watching(bench().registry, owner);
		await watch.untilSeen(['u1:web:80']);
	});
	test('after the end of a subscription there is no more news', async () => {
		const first = watching(bench().registry, stamp.owner);
		await first.untilSeen([]);
		first.stop();
		const { length } = first.news;
		using second = watching(bench().registry, stamp.owner);
		await registerAll(service());
		await second.untilSeen(['u1:web:80']);
		assert.equal(first.news.length, length);
	});
}
