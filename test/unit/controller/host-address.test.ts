import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Host, type Identity, identify, resolveWithSystem } from '../../../src/controller/identity.ts';
import { memoryRegistry } from '../../../src/registry/memory.ts';
import { RegistryError } from '../../../src/registry/registry.ts';
import { memorySource } from '../../../src/source/memory.ts';
import { containerId } from '../plan/samples.ts';
import { container } from './containers.ts';
import { contextOf, plainHost, plainSettings } from './contexts.ts';
import { fakeTime } from './fake-time.ts';

const ownId = containerId('4f1c0a9b7d22');
const inContainer: Partial<Host> = { name: 'u1', containerId: ownId };

const resolving = (...addresses: readonly string[]): Partial<Host> => ({ resolve: async () => addresses });
const unresolvable: Partial<Host> = {
	resolve: async () => {
		throw new Error('ENOTFOUND');
	},
};
const silent: Partial<Host> = { resolve: () => new Promise(() => {}) };

interface Surroundings {
	readonly ip?: string;
	readonly host?: Partial<Host>;
	/** The network mode of our own container, where the engine knows it. */
	readonly networkMode?: string;
	/** What the agent advertises; `undefined` where it does not tell. */
	readonly advertised?: string | undefined;
}

/** Asks one after the other in several surroundings. */
async function addresses(...all: readonly Surroundings[]) {
	const { context, said } = contextOf();
	const found: (string | undefined)[] = [];
	let identity: Identity | undefined;
	for (const { ip = '', host = {}, networkMode, advertised } of all) {
		const source = memorySource();
		if (networkMode !== undefined) source.start(container({ id: ownId, networkMode }));
		const registry = {
			...memoryRegistry(),
			advertisedAddress: async () => {
				if (advertised === undefined) throw new RegistryError('forbidden', 'no right to it');
				return advertised;
			},
		};
		const settings = { ...plainSettings, derive: { ...plainSettings.derive, ip } };
		identity = await identify({ ...context, source, registry, settings }, { ...plainHost, ...host }, identity);
		found.push(identity.hostAddress);
	}
	return { found, said };
}

const agent = '192.0.2.99';
const bridged = { host: inContainer, networkMode: 'default', advertised: agent };

suite('the host’s own address', () => {
	const rows: readonly [sentence: string, around: Surroundings, address: string | undefined][] = [
		['is the host name’s', { advertised: agent }, '192.0.2.10'],
		['is -ip where that was given', { ip: '192.0.2.7', advertised: agent }, '192.0.2.7'],
		[
			'is not a loopback address of the name',
			{ host: resolving('127.0.1.1', '192.0.2.11'), advertised: agent },
			'192.0.2.11',
		],
		[
			'is the agent’s where the name has only loopback addresses (D13)',
			{ host: resolving('127.0.1.1', '::1'), advertised: agent },
			agent,
		],
		[
			'is the agent’s where the name has only a link-local one',
			{ host: resolving('FE80::1'), advertised: agent },
			agent,
		],
		['is the agent’s where the name does not resolve (D13)', { host: unresolvable, advertised: agent }, agent],
		['is an IPv6 one where there is no other', { host: resolving('2001:db8::1'), advertised: agent }, '2001:db8::1'],
		['is the agent’s for a daemon on a network of its own', bridged, agent],
		['is the host name’s for a daemon on the host’s network', { ...bridged, networkMode: 'host' }, '192.0.2.10'],
		['is the agent’s for a daemon in a container of another engine', { host: inContainer, advertised: agent }, agent],
		['is unknown where nobody tells', { host: unresolvable }, undefined],
		['is a loopback one for want of a better', { host: unresolvable, advertised: '127.0.0.1' }, '127.0.0.1'],
	];
	for (const [sentence, around, address] of rows)
		test(sentence, async () => assert.deepEqual((await addresses(around)).found, [address]));

	test('is not waited for longer than three seconds', async (t) => {
		const time = fakeTime(t);
		const asking = addresses({ host: silent, advertised: agent });
		await time.advance(3_000);
		assert.deepEqual((await asking).found, [agent]);
	});
});

suite('the host’s own address, asked for again', () => {
	const named: Surroundings = { advertised: agent };
	const rows: readonly [sentence: string, first: Surroundings, second: Surroundings, address: string][] = [
		['follows the name', named, { ...named, host: resolving('192.0.2.11') }, '192.0.2.11'],
		[
			'stays while the name does not resolve, whatever the agent says',
			named,
			{ ...named, host: unresolvable },
			'192.0.2.10',
		],
		['stays while nobody tells', { ...named, host: unresolvable }, { host: unresolvable }, agent],
		['is the agent’s once the name means loopback', named, { ...named, host: resolving('127.0.1.1') }, agent],
		[
			'follows the agent where the name never resolved',
			{ ...named, host: unresolvable },
			{ host: unresolvable, advertised: '192.0.2.98' },
			'192.0.2.98',
		],
		['is the name’s once that resolves', { ...named, host: unresolvable }, named, '192.0.2.10'],
	];
	for (const [sentence, first, second, address] of rows)
		test(sentence, async () => assert.equal((await addresses(first, second)).found[1], address));

	test('stays through more than one silence of the name server', async () => {
		const away: Surroundings = { ...named, host: unresolvable };
		assert.deepEqual((await addresses(named, away, away)).found, ['192.0.2.10', '192.0.2.10', '192.0.2.10']);
	});

	test('is warned about once when it is a loopback one', async () => {
		const loopback: Surroundings = { host: unresolvable, advertised: '127.0.0.1' };
		const { said } = await addresses(loopback, loopback, loopback);
		assert.equal(said('warn').length, 1);
		assert.match(said('warn').join(), /advertises a loopback address.*set -ip/);
	});
});

test('a host name is looked up as the system does, with all its addresses', async () => {
	const found = await resolveWithSystem('localhost');
	assert.ok(found.length > 0);
	for (const address of found) assert.match(address, /^(127\.\d+\.\d+\.\d+|::1)$/);
});
