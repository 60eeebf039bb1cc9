import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Explanation } from '../../../src/explain/explanation.ts';
import type { Container } from '../../../src/model.ts';
import { RegistryError } from '../../../src/registry/registry.ts';
import { entry, type Situation, stampOf } from '../cli/planned.ts';
import { container, published } from '../controller/containers.ts';
import { plainSettings } from '../controller/contexts.ts';
import { containerId } from '../plan/samples.ts';
import { explanation, type Question } from './explained.ts';

/** What people ask of the predecessor; the numbers are of the pains in its issue list. */

const web = container({});
const other = container({ id: containerId('b'), name: 'other' });
const one = (change: Partial<Container>, more: Omit<Question, 'containers'> = {}): Question => ({
	containers: [{ ...web, ...change }],
	...more,
});
const derive = (given: Situation['derive']): Pick<Situation, 'derive'> => ({ derive: given ?? {} });
const traffic = (change: Partial<typeof plainSettings.derive.traffic>): Pick<Situation, 'derive'> =>
	derive({ traffic: { ...plainSettings.derive.traffic, ...change } });
const networks = {
	backend: { ipv4: '172.20.0.5', ipv6: '' },
	frontend: { ipv4: '172.21.0.5', ipv6: '' },
};
const twoPorts = { exposed: ['80/tcp', '443/tcp'], ports: { ...published(80, 49_153), ...published(443, 49_154) } };
const refusing: Situation['seen'] = (agent) => ({
	...agent,
	get: async () => {
		throw new RegistryError('forbidden', 'Consul answers GET /v1/agent/service/u1:web:80 with 403: Permission denied');
	},
});

/** Everything that is said, a line each. */
const lines = (it: Explanation): string =>
	[
		it.answer,
		it.remedy ?? '',
		`found: ${it.foundBy}`,
		...it.ports.map(({ port, rule, detail, remedy }) => `port ${port}: ${rule} ${detail} ${remedy}`),
		...it.addresses.map(
			(at) => `${at.isChosen ? 'address' : 'not'} ${at.address}:${at.hostPort}: ${at.source}; ${at.why}`,
		),
		...it.fields.map(({ field, value, from, over }) => `${field} ${value}: ${from}, over ${over.join(', ')}`),
		...it.unused.map(({ label, why }) => `unused ${label}: ${why}`),
		...it.services.map(({ id, action, reason, maintenance }) => `service ${id} ${action}: ${reason} ${maintenance}`),
		...it.checks.map(({ name, asks, from }) => `check ${name}: ${asks}, ${from}`),
		...it.differences.map(({ field, wanted, found }) => `differs ${field}: wanted ${wanted}, found ${found}`),
		...it.warnings.map((text) => `warning ${text}`),
	].join('\n');

const first = (pattern: RegExp): RegExp => new RegExp(`^web is not in Consul: .*${pattern.source}`);

const rows: readonly (readonly [why: string, question: Question, ...said: readonly RegExp[]])[] = [
	// Addresses (2).
	[
		'the address of the container, since -internal asks for it',
		one({}, derive({ internal: true })),
		/address 172\.17\.0\.2:80: network bridge; it is its only network/,
		/not 0\.0\.0\.0:49153: published; -internal goes before it/,
	],
	[
		'the address of the host, since the port is published',
		one({}),
		/address 192\.0\.2\.10:49153: this host's address, which its name resolves to/,
		/not 172\.17\.0\.2:80: network bridge; the port is published/,
	],
	[
		'the address that the agent advertises, since the name of the host is a loopback address',
		one({}, { host: { resolve: async () => ['127.0.1.1'] } }),
		/address 192\.0\.2\.99:49153: this host's address, which the Consul agent advertises/,
	],
	[
		'a loopback address, since it is published on that only',
		one({ ports: { '80/tcp': [{ hostIp: '127.0.0.1', hostPort: 8_080 }] } }),
		/address 127\.0\.0\.1:8080: published; it is published on this address only/,
	],
	[
		'the address of -ip, before the one it is published on',
		one({ ports: { '80/tcp': [{ hostIp: '10.0.0.7', hostPort: 8_080 }] } }, derive({ ip: '203.0.113.9' })),
		/address 203\.0\.113\.9:8080: option -ip/,
		/not 10\.0\.0\.7:8080: published; -ip goes before it/,
	],
	[
		'the address of a label, before what was found',
		one({ labels: { 'reconsul.address': '198.51.100.4' } }),
		/address 198\.51\.100\.4:49153: label reconsul\.address/,
		/not 192\.0\.2\.10:49153: .*the label reconsul\.address goes before it/,
	],
	// Several networks (3).
	[
		'of several networks the first by name',
		one({ networks }, derive({ internal: true })),
		/address 172\.20\.0\.5:80: network backend; it is the first of its networks by name/,
		/not 172\.21\.0\.5:80: network frontend; backend goes before it/,
	],
	[
		'of several networks the one that a label names',
		one({ networks, labels: { 'reconsul.network': 'frontend' } }, derive({ internal: true })),
		/address 172\.21\.0\.5:80: network frontend; reconsul\.network names it/,
	],
	[
		'a network that the container is not on',
		one({ labels: { 'reconsul.network': 'fronted' } }, derive({ internal: true })),
		/warning reconsul\.network: the container is not on that network; its others count/,
	],
	['no network', one({ networkMode: 'none', networks: {}, ports: {} }), first(/it is on the network none/)],
	[
		'the network of another container, which is gone',
		one({ networkMode: `container:${other.id}`, networks: {}, ports: {} }),
		first(/the container whose network it shares is not running/),
	],
	// Ports (14).
	['no port', one({ exposed: [], ports: {} }), first(/it neither exposes nor publishes a port/), /EXPOSE a port/],
	[
		'a port that is not published',
		one({ ports: { '80/tcp': [] } }),
		first(/port 80\/tcp: the port is not published on the host/),
		/docker run -p 80\).*reconsul\.port=80/,
	],
	// Filters (8).
	['ignored', one({ env: ['SERVICE_IGNORE=yes'] }), first(/SERVICE_IGNORE says so/), /remove SERVICE_IGNORE/],
	[
		'ignored, one port of two',
		one({ ...twoPorts, labels: { 'reconsul.443.ignore': 'true' } }),
		/port 443\/tcp: .*reconsul\.ignore says so/,
	],
	['-explicit', one({}, derive({ explicit: true })), first(/-explicit asks for one/), /give it SERVICE_NAME/],
	['--container-filter', one({ isFilteredOut: true }), first(/no --container-filter lets it through/)],
	['--exclude', one({}, derive({ exclude: ['we*'] })), first(/--exclude we\* matches it/)],
	['--include', one({}, derive({ include: ['db-*'] })), first(/no --include matches it/)],
	['found by --include', one({}, derive({ include: ['w*'] })), /found: --include w\* matches it/],
	[
		'the container of the daemon itself',
		one({}, { host: { containerId: web.id } }),
		first(/it is the container this daemon runs in/),
	],
	// Names (9).
	[
		'a name with the port behind it',
		one(twoPorts),
		/name web-443: the image, over/,
		/name suffix web-443: the container has several ports.*SERVICE_443_NAME or reconsul\.443\.name names this port alone/,
	],
	[
		'the name of a label, though a variable says another',
		one({ env: ['SERVICE_NAME=env'], labels: { SERVICE_NAME: 'label' } }),
		/name label: label SERVICE_NAME/,
		/unused variable SERVICE_NAME: label SERVICE_NAME goes before it/,
	],
	[
		'the name of reconsul.name, though SERVICE_NAME says another',
		one({ labels: { SERVICE_NAME: 'old', 'reconsul.name': 'new' } }),
		/name new: label reconsul\.name, over label SERVICE_NAME/,
	],
	[
		'the name of the port before the one for all',
		one({ env: ['SERVICE_NAME=all', 'SERVICE_80_NAME=one'] }),
		/name one: variable SERVICE_80_NAME/,
		/unused variable SERVICE_NAME: variable SERVICE_80_NAME goes before it/,
	],
	[
		'the label of the port before the one for all',
		one({ labels: { 'reconsul.name': 'all', 'reconsul.80.name': 'one' } }),
		/name one: label reconsul\.80\.name/,
		/unused label reconsul\.name: label reconsul\.80\.name goes before it/,
	],
	[
		'a label that is misspelt',
		one({ labels: { 'reconsul.nmae': 'shop' } }),
		/warning reconsul\.nmae is no label of reconsul's; did you mean reconsul\.name\?/,
		/unused label reconsul\.nmae/,
	],
	// Ids and owners (7).
	[
		'an id that another owner has',
		one({}, { entries: [entry({ stamp: stampOf(other, { owner: 'u2' }) })] }),
		/^web is not in Consul: its id u1:web:80 is taken: container b0{11} of owner "u2" has this id/,
		/give one of the two another id/,
	],
	[
		'two ports with one id',
		one({ ...twoPorts, env: ['SERVICE_ID=mine'] }),
		/id mine: variable SERVICE_ID/,
		/id suffix mine:443: a lower port of this container has the same id/,
	],
	[
		'a token that may not read it',
		one({}, { seen: refusing }),
		/403: Permission denied/,
		/the ACL token lacks a right: deploy\/consul-policy\.hcl/,
	],
	[
		'somebody changed it',
		one({}, { entries: [entry({ port: 81, stamp: stampOf(web) })] }),
		/^web is in Consul as u1:web:80, and not as wanted: port differ/,
		/differs port: wanted 49153, found 81/,
	],
	// Checks, tags and Meta (10, 17, 18).
	[
		'a check that is left out for its bad value',
		one({ labels: { 'reconsul.check.web.http': 'health' } }),
		/warning reconsul\.check\.web\.http: the value is not a path.*the check is left out/,
	],
	[
		'which check asks what, and who says so',
		one({ labels: { 'reconsul.check.web.http': '/health', SERVICE_CHECK_TCP: 'true' } }),
		/check web: http GET http:\/\/192\.0\.2\.10:49153\/health every 10s, labels reconsul\.check\.web\.\*/,
		/check Service 'web' check: tcp 192\.0\.2\.10:49153 every 10s, label SERVICE_CHECK_TCP/,
	],
	[
		'an attribute that Consul would refuse',
		one({ env: [`SERVICE_REGION=${'x'.repeat(600)}`] }),
		/warning Consul takes up to 512 bytes in a Meta value: "region" is left out/,
	],
	[
		'the tags of labels and of -tags',
		one({ env: ['SERVICE_TAGS=a,b'] }, derive({ tagsFor: () => ['dc1'] })),
		/tags a, b: variable SERVICE_TAGS/,
		/tags dc1: option -tags/,
	],
	// Health and life (11, 12).
	[
		'not healthy yet',
		one({ health: { status: 'starting', output: '' } }, traffic({ register: 'healthy' })),
		first(/its HEALTHCHECK says starting/),
		/wait for its HEALTHCHECK/,
	],
	[
		'paused',
		one({ isPaused: true }, traffic({ pause: 'maintenance' })),
		/service u1:web:80 register: .*its container is paused/,
	],
	['stopped', { stopped: [web] }, first(/the container is not running/), /docker logs/],
	[
		'still there, since -deregister on-success keeps it',
		{
			stopped: [{ ...web, exitCode: 1 }],
			settings: { deregister: 'on-success' },
			entries: [entry({ stamp: stampOf(web) })],
		},
		/^web is still in Consul as u1:web:80, though nothing asks for it: kept: -deregister or --policy says so/,
	],
	[
		'of another Docker engine',
		{ what: 'u1:web:80', entries: [entry({ stamp: stampOf(web, { engine: 'OTHE:RONE' }) })] },
		/kept: another Docker engine registered it/,
	],
	[
		'not yet, since no daemon has registered it',
		one({}),
		/^web is not in Consul: nothing speaks against u1:web:80, but nobody has registered it/,
		/start the daemon/,
	],
	[
		'a stranger',
		one({}, { what: 'vault', entries: [entry({ id: 'vault', name: 'vault' })] }),
		/^vault is in Consul and is not ours: it has no stamp of reconsul/,
	],
];

suite('why is it so, or not at all', () => {
	for (const [why, question, ...said] of rows)
		test(why, async () => {
			const text = lines(await explanation(question));
			for (const pattern of said) assert.match(text, pattern);
		});
});
