import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ServiceInstance } from '../../../src/model.ts';
import { service } from '../../support/samples.ts';
import { containerId } from '../plan/samples.ts';
import { brief, derivedFrom, texts, twoPorts } from './derivations.ts';

type Labels = Readonly<Record<string, string>>;

const plain = service();

suite('fields of a service, in both languages', () => {
	const rows: readonly [sentence: string, labels: Labels, change: Partial<ServiceInstance>][] = [
		['nothing said', {}, {}],
		['a name', { 'reconsul.name': 'shop' }, { name: 'shop' }],
		['the new language goes before the old', { 'reconsul.name': 'shop', SERVICE_80_NAME: 'old' }, { name: 'shop' }],
		['tags', { 'reconsul.tags': 'a,b\\,c', SERVICE_TAGS: 'old' }, { tags: ['a', 'b,c'] }],
		['no tags, though the old language says some', { 'reconsul.tags': '', SERVICE_TAGS: 'old' }, {}],
		['weights', { 'reconsul.weights.passing': '5' }, { weights: { passing: 5, warning: 1 } }],
		[
			'a weight of nothing while it warns',
			{ 'reconsul.weights.warning': '0' },
			{ weights: { passing: 1, warning: 0 } },
		],
		['a bad weight is the usual one', { 'reconsul.weights.passing': '0' }, {}],
		['pairs of Meta', { 'reconsul.meta.Region': 'eu' }, { meta: { Region: 'eu' } }],
		[
			'Meta of both, the new going over the old',
			{ 'reconsul.meta.region': 'eu', SERVICE_REGION: 'us', SERVICE_ZONE: 'b' },
			{ meta: { region: 'eu', zone: 'b' } },
		],
		['Meta of a name that is a field of the old', { 'reconsul.meta.name': 'x' }, { meta: { name: 'x' } }],
		[
			'the flag that lets others edit tags stays in Meta, as the predecessors leave it there',
			{ SERVICE_ENABLE_TAG_OVERRIDE: 'true' },
			{ enableTagOverride: true, meta: { enable_tag_override: 'true' } },
		],
		['the flag off', { SERVICE_ENABLE_TAG_OVERRIDE: 'false' }, { meta: { enable_tag_override: 'false' } }],
		['the same in the new language', { 'reconsul.enable_tag_override': 'yes' }, { enableTagOverride: true }],
		[
			'the new language takes it back',
			{ 'reconsul.enable_tag_override': 'no', SERVICE_ENABLE_TAG_OVERRIDE: '1' },
			{ meta: { enable_tag_override: '1' } },
		],
		[
			'tagged addresses, with the port of the service unless they say one',
			{ 'reconsul.address.wan': '198.51.100.7', 'reconsul.address.lan_ipv6': '[2001:db8::7]:81' },
			{
				taggedAddresses: {
					lan_ipv6: { address: '2001:db8::7', port: 81 },
					wan: { address: '198.51.100.7', port: 49_153 },
				},
			},
		],
		['a range of ports', { 'SERVICE_70-90_NAME': 'ranged' }, { name: 'ranged' }],
		['a field for another port', { 'reconsul.80/udp.name': 'x' }, {}],
	];
	for (const [sentence, labels, change] of rows)
		test(sentence, () => {
			const { services } = derivedFrom(labels);
			assert.deepEqual(
				services.map((service) => ({ ...service, meta: { ...service.meta } })),
				[{ ...plain, ...change }],
			);
		});

	test('a pair of Meta that Consul would refuse goes, whichever language says it', () => {
		const derivation = derivedFrom({
			'reconsul.meta.a.b': 'x',
			'reconsul.meta.consul-x': 'y',
			'reconsul.meta.ok': 'z',
		});
		assert.deepEqual({ ...derivation.services[0]?.meta }, { ok: 'z' });
		assert.deepEqual(
			derivation.warnings.map(({ code }) => code),
			['meta-key', 'meta-reserved'],
		);
	});

	test('none of the new language becomes Meta', () => {
		const labels = { 'reconsul.name': 'a', 'reconsul.nonsense': 'b', 'reconsul.80.check.x.http': '/' };
		assert.deepEqual({ ...derivedFrom(labels).services[0]?.meta }, {});
	});
});

suite('names of several ports', () => {
	const rows: readonly [sentence: string, labels: Labels, names: readonly string[]][] = [
		['have the port behind them', {}, ['web-80', 'web-443']],
		['also one that a label gives', { 'reconsul.name': 'shop' }, ['shop-80', 'shop-443']],
		['but not one that is given for the port', { 'reconsul.80.name': 'shop' }, ['shop', 'web-443']],
		['or for its protocol', { 'reconsul.443/tcp.name': 'shop' }, ['web-80', 'shop']],
		['or for a range', { 'SERVICE_400-500_NAME': 'shop' }, ['web-80', 'shop']],
		[
			'a general one goes before an old one for the port',
			{ 'reconsul.name': 'a', SERVICE_80_NAME: 'b' },
			['a-80', 'a-443'],
		],
	];
	for (const [sentence, labels, names] of rows)
		test(sentence, () =>
			assert.deepEqual(
				derivedFrom(labels, twoPorts).services.map(({ name }) => name),
				names,
			),
		);
});

suite('what is not registered', () => {
	const rows: readonly [sentence: string, labels: Labels, ids: readonly string[]][] = [
		['a port that a label ignores', { 'reconsul.80.ignore': 'true' }, ['u1:web:443']],
		['all of them', { 'reconsul.ignore': 'true' }, []],
		['all but one', { 'reconsul.ignore': 'true', 'reconsul.80.ignore': 'false' }, ['u1:web:80']],
		[
			'none, though the old language says so',
			{ 'reconsul.ignore': 'no', SERVICE_IGNORE: '1' },
			['u1:web:80', 'u1:web:443'],
		],
		['what neither yes nor no is, is not ignored', { 'reconsul.ignore': 'maybe' }, ['u1:web:80', 'u1:web:443']],
		['a range of the old language', { 'SERVICE_1-100_IGNORE': 'true' }, ['u1:web:443']],
	];
	for (const [sentence, labels, ids] of rows)
		test(sentence, () => {
			const { services } = derivedFrom(labels, twoPorts);
			assert.deepEqual(
				services.map(({ id }) => id),
				ids,
			);
		});

	test('-explicit takes a name of either language for a wish', () => {
		assert.equal(derivedFrom({}, {}, { explicit: true }).services.length, 0);
		assert.equal(derivedFrom({ 'reconsul.name': 'a' }, {}, { explicit: true }).services.length, 1);
	});

	test('our own container, unless it has a name', () => {
		const selfId = containerId('a');
		assert.equal(derivedFrom({}, {}, { selfId }).omitted[0]?.reason, 'own-container');
		assert.equal(derivedFrom({ 'reconsul.name': 'a' }, {}, { selfId }).services.length, 1);
	});
});

suite('aliases', () => {
	test('each is a service of its own with an id that stays, and the health of the first', () => {
		const derivation = derivedFrom({
			'reconsul.aliases': 'www, shop',
			'reconsul.tags': 'a',
			'reconsul.weights.passing': '5',
			'reconsul.check.web.http': '/',
			'reconsul.check.web.deregister_critical_service_after': '1h',
		});
		const [main, www, shop] = derivation.services;
		assert.deepEqual(brief(derivation), [
			'u1:web:80 web 192.0.2.10:49153',
			'u1:web:80:alias:www www 192.0.2.10:49153',
			'u1:web:80:alias:shop shop 192.0.2.10:49153',
		]);
		assert.deepEqual(www, {
			...main,
			id: 'u1:web:80:alias:www',
			name: 'www',
			checks: [
				{
					id: 'reconsul:u1:web:80:alias:www:alias',
					name: 'Health of web',
					aliasService: 'u1:web:80',
					deregisterCriticalServiceAfter: '1h',
				},
			],
		});
		assert.deepEqual([shop?.tags, shop?.weights.passing], [['a'], 5]);
	});

	test('the first’s own name is no alias, and none is there twice', () => {
		assert.deepEqual(brief(derivedFrom({ 'reconsul.aliases': 'web,www,www' })).length, 2);
	});

	const many = (count: number): string => Array.from({ length: count }, (_, n) => `a${n}`).join();

	test('are sixteen at the most, and the others are left out with a warning', () => {
		const sixteen = derivedFrom({ 'reconsul.aliases': many(16) });
		assert.deepEqual([sixteen.services.length, sixteen.warnings], [17, []]);
		const { services, warnings } = derivedFrom({ 'reconsul.aliases': many(10_000) });
		assert.deepEqual([services.length, services.at(-1)?.name], [17, 'a15']);
		assert.deepEqual(warnings, [
			{ code: 'label', text: 'reconsul.aliases: more than 16 names; the first 16 count, the others are ignored' },
		]);
	});

	test('said for one port are sixteen of that port', () => {
		const { services, warnings } = derivedFrom({ 'reconsul.443.aliases': many(17) }, twoPorts);
		assert.equal(services.length, 2 + 16);
		assert.match(warnings[0]?.text ?? '', /^reconsul\.443\.aliases: more than 16 names/);
	});

	test('are for all ports, with their numbers, or for one', () => {
		const names = (labels: Labels): readonly string[] => derivedFrom(labels, twoPorts).services.map(({ name }) => name);
		assert.deepEqual(names({ 'reconsul.aliases': 'x' }), ['web-80', 'x-80', 'web-443', 'x-443']);
		assert.deepEqual(names({ 'reconsul.443.aliases': 'x' }), ['web-80', 'web-443', 'x']);
	});

	test('go with the id of the label', () => {
		const ids = derivedFrom({ 'reconsul.aliases': 'x', SERVICE_ID: 'mine' }, twoPorts).services.map(({ id }) => id);
		assert.deepEqual(ids, ['mine', 'mine:alias:x', 'mine:443', 'mine:443:alias:x']);
	});

	test('one whose id could not be removed is left out with a reason', () => {
		const { services, omitted } = derivedFrom({ 'reconsul.aliases': 'a//b,ok' });
		assert.equal(services.length, 2);
		assert.deepEqual(
			omitted.map(({ port, reason }) => [port, reason]),
			[['80/tcp', 'bad-id']],
		);
	});

	test('get the check of -ttl as every service does', () => {
		const { services } = derivedFrom({ 'reconsul.aliases': 'x' }, {}, { ttlSeconds: 30 });
		assert.deepEqual(
			services.map(({ checks }) => checks.map(({ id }) => id)),
			[['reconsul:u1:web:80:ttl'], ['reconsul:u1:web:80:alias:x:alias', 'reconsul:u1:web:80:alias:x:ttl']],
		);
	});
});

suite('checks of a service', () => {
	test('that of the old language, that of -ttl and those of labels are all there', () => {
		const labels = { SERVICE_CHECK_TCP: '1', 'reconsul.check.web.http': '/', 'reconsul.80.check.x.tcp': 'true' };
		assert.deepEqual(
			derivedFrom(labels, {}, { ttlSeconds: 30 }).services[0]?.checks.map(({ id }) => id),
			['service:u1:web:80', 'reconsul:u1:web:80:ttl', 'reconsul:u1:web:80:web', 'reconsul:u1:web:80:x'],
		);
	});

	test('one called ttl is free, unless -ttl has it', () => {
		const labels = { 'reconsul.check.ttl.ttl': '60s' };
		assert.equal(derivedFrom(labels).services[0]?.checks[0]?.ttl, '60s');
		const derivation = derivedFrom(labels, {}, { ttlSeconds: 30 });
		assert.deepEqual(
			derivation.services[0]?.checks.map(({ ttl }) => ttl),
			['30s'],
		);
		assert.deepEqual(texts(derivation), ['reconsul.check.ttl: -ttl has a check of that name; the check is left out']);
	});
});

suite('labels that do nothing', () => {
	test('are told once, however many ports there are', () => {
		const derivation = derivedFrom({ 'reconsul.nmae': 'x', 'reconsul.check.a.interval': '5s' }, twoPorts);
		assert.deepEqual(texts(derivation), [
			"reconsul.nmae is no label of reconsul's; did you mean reconsul.name?",
			'reconsul.check.a: nothing says what it asks; the check is left out',
		]);
	});

	test('so are those for a port that the container does not have', () => {
		const labels = { 'reconsul.8080.name': 'x', 'reconsul.8080.tags': 'y', 'reconsul.80.tags': 'z' };
		assert.deepEqual(texts(derivedFrom(labels, twoPorts)), [
			'reconsul.8080.…: the container has no port 8080, so these labels do nothing',
		]);
	});

	test('none of a container that does not run is looked at', () => {
		assert.deepEqual(texts(derivedFrom({ 'reconsul.nmae': 'x' }, { running: false })), []);
	});
});
