import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { DeriveSettings } from '../../../src/derive/derive.ts';
import type { Container } from '../../../src/model.ts';
import { container } from '../controller/containers.ts';
import { containerId } from '../plan/samples.ts';
import { brief, derivedFrom, texts, twoPorts } from './derivations.ts';

type Labels = Readonly<Record<string, string>>;

const endpoint = (ipv4: string, ipv6 = '') => ({ ipv4, ipv6 });
const networks = { back: endpoint('10.1.0.2'), proj_front: endpoint('10.2.0.2', '2001:db8::2') };
const onNetworks: Partial<Container> = { networkMode: 'back', networks };
const nothingPublished: Partial<Container> = { exposed: [], ports: {} };
const onNone: Partial<Container> = { networkMode: 'none', networks: {}, ports: {} };
const internal: Partial<DeriveSettings> = { internal: true };

suite('where labels say a container is', () => {
	const rows: readonly [
		sentence: string,
		labels: Labels,
		change: Partial<Container>,
		given: Partial<DeriveSettings>,
		where: readonly string[],
	][] = [
		['an address, with the published port', { 'reconsul.address': '203.0.113.9' }, {}, {}, ['203.0.113.9:49153']],
		['one of IPv6', { 'reconsul.address': '[2001:db8::9]' }, {}, {}, ['2001:db8::9:49153']],
		['a host name', { 'reconsul.address': 'web.example' }, {}, {}, ['web.example:49153']],
		['one that is none', { 'reconsul.address': 'http://x/' }, {}, {}, ['192.0.2.10:49153']],
		['for one port', { 'reconsul.80.address': '203.0.113.9' }, twoPorts, {}, ['203.0.113.9:49153', '192.0.2.10:49154']],
		['also before -ip', { 'reconsul.address': '203.0.113.9' }, {}, { ip: '192.0.2.99' }, ['203.0.113.9:49153']],
		['with the port inside under -internal', { 'reconsul.address': '203.0.113.9' }, {}, internal, ['203.0.113.9:80']],
		['on no network at all', { 'reconsul.address': '203.0.113.9' }, onNone, {}, ['203.0.113.9:80']],
		[
			'before the label of -useIpFromLabel',
			{ 'reconsul.address': '203.0.113.9', ip: '203.0.113.8' },
			{},
			{ useIpFromLabel: 'ip' },
			['203.0.113.9:49153'],
		],
		['a network, under -internal', { 'reconsul.network': 'proj_front' }, onNetworks, internal, ['10.2.0.2:80']],
		['none said: the first by name', {}, onNetworks, internal, ['10.1.0.2:80']],
		[
			'by its short name in a compose project',
			{ 'reconsul.network': 'front', 'com.docker.compose.project': 'proj' },
			onNetworks,
			internal,
			['10.2.0.2:80'],
		],
		[
			'a network says nothing to published ports',
			{ 'reconsul.network': 'proj_front' },
			onNetworks,
			{},
			['192.0.2.10:49153'],
		],
		['a port of a container without ports', { 'reconsul.port': '9000' }, nothingPublished, {}, ['172.17.0.2:9000']],
		[
			'on the network that a label names',
			{ 'reconsul.port': '9000', 'reconsul.network': 'proj_front' },
			{ ...onNetworks, ...nothingPublished },
			{},
			['10.2.0.2:9000'],
		],
		[
			'on the host’s network',
			{ 'reconsul.port': '9000' },
			{ ...nothingPublished, networkMode: 'host', networks: {} },
			{},
			['192.0.2.10:9000'],
		],
		[
			'exposed, but not published',
			{ 'reconsul.port': '80' },
			{ exposed: ['80/tcp'], ports: { '80/tcp': [] } },
			{},
			['172.17.0.2:80'],
		],
		['published: then nothing changes', { 'reconsul.port': '80' }, {}, {}, ['192.0.2.10:49153']],
		['of udp', { 'reconsul.port': '8125/udp' }, nothingPublished, {}, ['172.17.0.2:8125']],
		['one that is none', { 'reconsul.port': '99999' }, nothingPublished, {}, []],
	];
	for (const [sentence, labels, change, given, where] of rows)
		test(sentence, () => {
			const { services } = derivedFrom(labels, change, given);
			assert.deepEqual(
				services.map(({ address, port }) => `${address}:${port}`),
				where,
			);
		});

	test('a network that the container is not on is told, and its others count', () => {
		const derivation = derivedFrom({ 'reconsul.network': 'other' }, onNetworks, internal);
		assert.deepEqual(
			[brief(derivation), texts(derivation)],
			[['u1:web:80 web 10.1.0.2:80'], ['reconsul.network: the container is not on that network; its others count']],
		);
	});

	test('a port beside published ones gets its number, and leaves their names alone', () => {
		assert.deepEqual(brief(derivedFrom({ 'reconsul.port': '9000' })), [
			'u1:web:80 web 192.0.2.10:49153',
			'u1:web:9000 web-9000 172.17.0.2:9000',
		]);
	});

	test('labels for that port count', () => {
		const derivation = derivedFrom({ 'reconsul.port': '9000', 'reconsul.9000.name': 'x' }, nothingPublished);
		assert.deepEqual([brief(derivation), texts(derivation)], [['u1:web:9000 x 172.17.0.2:9000'], []]);
	});

	const base = container({ id: containerId('b'), networks });
	const based: Partial<Container> = { networkMode: `container:${containerId('b')}`, networks: {}, ports: {} };
	test('of a container within another’s network, the other’s networks are meant', () => {
		const at = (labels: Labels, given?: Container): readonly string[] =>
			derivedFrom(labels, based, {}, given).services.map(({ address, port }) => `${address}:${port}`);
		assert.deepEqual(at({ 'reconsul.network': 'proj_front' }, base), ['10.2.0.2:80']);
		assert.deepEqual(at({ 'reconsul.address': '203.0.113.9' }, base), ['203.0.113.9:80']);
		assert.deepEqual(at({ 'reconsul.address': '203.0.113.9' }, { ...base, running: false }), []);
		assert.deepEqual(texts(derivedFrom({ 'reconsul.network': 'x' }, based, {}, base)).length, 1);
	});
});

suite('whom checks ask', () => {
	const asked = (labels: Labels, change: Partial<Container> = {}, given: Partial<DeriveSettings> = {}) => {
		const derivation = derivedFrom(labels, change, given);
		const checks = derivation.services[0]?.checks ?? [];
		return { targets: checks.map(({ http, tcp, udp }) => http ?? tcp ?? udp), warnings: texts(derivation) };
	};
	const http = { 'reconsul.check.web.http': '/', SERVICE_CHECK_TCP: '1' };

	test('the container where it is, whatever address a label says', () => {
		const { targets, warnings } = asked({ ...http, 'reconsul.address': '169.254.169.254' });
		assert.deepEqual([targets, warnings], [['192.0.2.10:49153', 'http://192.0.2.10:49153/'], []]);
	});

	test('nobody, where a label is all there is', () => {
		const { targets, warnings } = asked({ ...http, 'reconsul.address': '169.254.169.254' }, onNone);
		assert.deepEqual([targets, warnings.length], [[], 2]);
	});

	test('the address of a label that the daemon was told to trust', () => {
		const labels = { ...http, 'reconsul.address': '203.0.113.9' };
		const { targets } = asked(labels, onNone, { useIpFromLabel: 'reconsul.address' });
		assert.deepEqual(targets, ['203.0.113.9:80', 'http://203.0.113.9:80/']);
	});

	const ofPort = { 'reconsul.80.check.x.tcp': '443', 'reconsul.80.check.y.tcp': '22' };
	test('another port of the container by the port that it is published as, and no other of the host', () => {
		const { targets, warnings } = asked(ofPort, twoPorts);
		assert.deepEqual(targets, ['192.0.2.10:49154']);
		assert.deepEqual(warnings, [
			'reconsul.check.y: it names a port of the container that is not published; the check is left out',
		]);
	});

	test('any port where the container has an address of its own', () => {
		assert.deepEqual(asked(ofPort, twoPorts, internal).targets, ['172.17.0.2:443', '172.17.0.2:22']);
	});

	test('a port of another protocol is another port', () => {
		assert.deepEqual(asked({ 'reconsul.80.check.x.udp': '443' }, twoPorts).targets, []);
	});
});
