import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Field, Registration, ServiceInstance, TaggedAddress } from '../../../src/model.ts';
import { compare, keepsObservedTags } from '../../../src/plan/compare.ts';
import { specOf } from '../../../src/plan/spec.ts';
import { anyRegistration, anyService, anyStamp } from './arbitraries.ts';
import { observed, registered, service, stamp } from './samples.ts';

suite('what differs between a service and its registration', () => {
	const rows: readonly [sentence: string, found: Partial<Registration>, drifted: readonly Field[]][] = [
		['nothing differs', {}, []],
		['a name edited by someone else drifts', { name: 'other' }, ['name']],
		['an address edited by someone else drifts', { address: '192.0.2.11' }, ['address']],
		['a port edited by someone else drifts', { port: 81 }, ['port']],
		['tags in another order are the same tags', { tags: ['b', 'a'] }, []],
		['a tag twice is the tag', { tags: ['a', 'b', 'a'] }, []],
		['a tag more drifts', { tags: ['a', 'b', 'c'] }, ['tags']],
		['a tag less drifts', { tags: ['a'] }, ['tags']],
		['a tag of another case is another tag', { tags: ['A', 'b'] }, ['tags']],
		['pairs of Meta in another order are the same pairs', { meta: { zone: 'c', region: 'eu' } }, []],
		['a pair of Meta more drifts', { meta: { region: 'eu', zone: 'c', more: '' } }, ['meta']],
		['a pair of Meta less drifts', { meta: { region: 'eu' } }, ['meta']],
		['a value of Meta drifts', { meta: { region: 'eu', zone: 'd' } }, ['meta']],
		['another key with the same value drifts', { meta: { region: 'eu', zome: 'c' } }, ['meta']],
		['the weight of passing drifts', { weights: { passing: 2, warning: 1 } }, ['weights']],
		['the weight of warning drifts', { weights: { passing: 1, warning: 0 } }, ['weights']],
		['the flag that lets others edit tags drifts', { enableTagOverride: true }, ['enableTagOverride']],
		['another owner in the stamp drifts', { stamp: { ...stamp, owner: 'u0' } }, ['stamp']],
		['another engine in the stamp drifts', { stamp: { ...stamp, engine: 'none' } }, ['stamp']],
		['another container in the stamp drifts', { stamp: { ...stamp, containerId: 'b' } }, ['stamp']],
		['another spec drifts: a check may have changed', { stamp: { ...stamp, spec: '1-0' } }, ['spec']],
		['a stamp taken off is one difference, not two', { stamp: undefined }, ['stamp']],
		['several differences are all told', { name: 'x', port: 1, stamp: undefined }, ['name', 'port', 'stamp']],
	];
	for (const [sentence, found, drifted] of rows)
		test(sentence, () => {
			const drifts = compare(service, stamp, { ...observed, ...found });
			assert.deepEqual(
				drifts.map(({ field }) => field),
				drifted,
			);
		});

	const tokens: readonly [sentence: string, wanted: string | undefined, found: string | undefined, drifts: boolean][] =
		[
			['the same', 'a1', 'a1', false],
			['another', 'a1', 'b2', true],
			['one that was not known before', 'a1', undefined, true],
			['one that is not known now', undefined, 'a1', false],
		];
	for (const [sentence, wanted, found, drifts] of tokens)
		test(`the token: ${sentence}`, () => {
			const by = (token: string | undefined) => (token === undefined ? stamp : { ...stamp, token });
			const fields = compare(service, by(wanted), { ...observed, stamp: by(found) }).map(({ field }) => field);
			assert.deepEqual(fields, drifts ? ['stamp'] : []);
		});

	const own = { address: service.address, port: service.port };
	const wan = { address: '198.51.100.7', port: 80 };
	const tagged: readonly [
		sentence: string,
		wanted: ServiceInstance['taggedAddresses'],
		found: Registration['taggedAddresses'],
		drifts: boolean,
	][] = [
		['none wanted, none there', undefined, undefined, false],
		['none is the same as no more', {}, undefined, false],
		['one that is wanted is missing', { wan }, undefined, true],
		['one that is wanted is there', { wan }, { wan }, false],
		['with another address', { wan }, { wan: { ...wan, address: '198.51.100.8' } }, true],
		['with another port', { wan }, { wan: { ...wan, port: 81 } }, true],
		['one that nobody wants', undefined, { wan }, true],
		['one more than wanted', { wan }, { wan, lan: own }, true],
		['what the agent adds by itself', undefined, { lan_ipv4: own, wan_ipv6: wan, 'consul-virtual': wan }, false],
		['the same beside one that is wanted', { wan }, { wan, lan_ipv4: own }, false],
		['what the agent adds by itself, but another is wanted', { lan_ipv4: wan }, { lan_ipv4: own }, true],
		['what the agent adds by itself is wanted so', { lan_ipv4: own }, undefined, false],
		['one that every object inherits', { constructor: wan }, undefined, true],
	];
	for (const [sentence, taggedAddresses, found, drifts] of tagged)
		test(`tagged addresses: ${sentence}`, () => {
			const given = (it: ServiceInstance['taggedAddresses']) => (it === undefined ? {} : { taggedAddresses: it });
			const drift = compare({ ...service, ...given(taggedAddresses) }, stamp, { ...observed, ...given(found) });
			assert.deepEqual(
				drift.map(({ field }) => field),
				drifts ? ['taggedAddresses'] : [],
			);
		});

	test('each difference tells both values', () => {
		assert.deepEqual(compare(service, stamp, { ...observed, port: 81 }), [
			{ field: 'port', desired: 49_153, observed: 81 },
		]);
		assert.deepEqual(compare(service, stamp, { ...observed, stamp: { ...stamp, spec: '1-0' } }), [
			{ field: 'spec', desired: stamp.spec, observed: '1-0' },
		]);
	});

	test('a stamp that is not there is told as nothing', () => {
		const { spec: _, ...origin } = stamp;
		assert.deepEqual(compare(service, stamp, { ...observed, stamp: undefined }), [
			{ field: 'stamp', desired: origin, observed: undefined },
		]);
		const { spec: __, ...theirs } = { ...stamp, owner: 'u2' };
		assert.deepEqual(compare(service, stamp, { ...observed, stamp: { ...stamp, owner: 'u2' } }), [
			{ field: 'stamp', desired: origin, observed: theirs },
		]);
	});

	test('a key of Meta that every object inherits is not there by inheritance', () => {
		const wanted = { ...service, meta: { constructor: 'x' } };
		const found = { ...observed, meta: { other: 'x' } };
		assert.deepEqual(
			compare(wanted, stamp, found).map(({ field }) => field),
			['meta'],
		);
	});
});

suite('tags that others may edit', () => {
	const open: ServiceInstance = { ...service, enableTagOverride: true };
	const own = { ...stamp, spec: specOf(open) };
	const edited: Registration = { ...registered(open, own), tags: ['theirs'] };
	const rows: readonly [sentence: string, wanted: ServiceInstance, found: Registration, drifted: readonly Field[]][] = [
		['stay as they are while the flag is set on both sides', open, edited, []],
		[
			'are ours again when we changed the service',
			open,
			{ ...edited, stamp: { ...own, spec: '1-0' } },
			['tags', 'spec'],
		],
		['are ours where the flag is off', service, { ...edited, stamp, enableTagOverride: false }, ['tags']],
		[
			'are ours where somebody set the flag that we did not',
			service,
			{ ...edited, stamp },
			['tags', 'enableTagOverride'],
		],
		[
			'are ours where somebody took the flag away',
			open,
			{ ...edited, enableTagOverride: false },
			['tags', 'enableTagOverride'],
		],
		['are ours where the stamp is gone', open, { ...edited, stamp: undefined }, ['tags', 'stamp']],
	];
	for (const [sentence, wanted, found, drifted] of rows)
		test(sentence, () => {
			const given = { ...stamp, spec: specOf(wanted) };
			assert.deepEqual(
				compare(wanted, given, found).map(({ field }) => field),
				drifted,
			);
			assert.equal(keepsObservedTags(wanted, given, found), drifted.length === 0);
		});
});

suite('addresses for those who see a service from elsewhere', () => {
	const own: TaggedAddress = { address: service.address, port: service.port };
	const far: TaggedAddress = { address: '203.0.113.1', port: 80 };
	type Tagged = ServiceInstance['taggedAddresses'];
	const rows: readonly [sentence: string, wanted: Tagged, found: Tagged, isSame: boolean][] = [
		['none on both sides are the same', undefined, {}, true],
		[
			'what the agent adds by itself does not count',
			undefined,
			{ lan_ipv4: own, wan_ipv4: own, 'consul-virtual': far },
			true,
		],
		['what is wanted is the same', { wan: far }, { wan: far, lan_ipv4: own }, true],
		['what is wanted and missing drifts', { wan: far }, {}, false],
		['another port drifts', { wan: far }, { wan: { ...far, port: 81 } }, false],
		['another address drifts', { wan: far }, { wan: { ...far, address: '203.0.113.2' } }, false],
		['one that nobody wants drifts', undefined, { wan: far }, false],
		['one that nobody wants drifts beside a wanted one', { lan: own }, { lan: own, wan: far }, false],
		[
			'what the agent would add and somebody changed drifts where it is wanted',
			{ lan_ipv4: own },
			{ lan_ipv4: far },
			false,
		],
		['what the agent adds may be left out by older agents', { lan_ipv4: own }, {}, true],
		['of what the agent adds, another address than its own may not be left out', { wan_ipv4: far }, {}, false],
		['the service’s own address under another name may not be left out', { wan: own }, {}, false],
	];
	const withTags = (taggedAddresses: Tagged) => (taggedAddresses === undefined ? {} : { taggedAddresses });
	for (const [sentence, wanted, found, isSame] of rows)
		test(sentence, () => {
			const drifts = compare({ ...service, ...withTags(wanted) }, stamp, { ...observed, ...withTags(found) });
			assert.deepEqual(
				drifts.map(({ field }) => field),
				isSame ? [] : ['taggedAddresses'],
			);
		});
});

suite('any service and any registration', () => {
	test('what was registered as wanted does not differ', () => {
		fc.assert(
			fc.property(anyService, anyStamp, (wanted, given) => {
				assert.deepEqual(compare(wanted, given, registered(wanted, given)), []);
			}),
		);
	});

	test('no field is told twice, and nothing that is compared is changed', () => {
		fc.assert(
			fc.property(anyService, anyStamp, anyRegistration, (wanted, given, found) => {
				const before = structuredClone({ wanted, given, found });
				const fields = compare(wanted, given, found).map(({ field }) => field);
				assert.equal(new Set(fields).size, fields.length);
				assert.deepEqual({ wanted, given, found }, before);
			}),
		);
	});
});
