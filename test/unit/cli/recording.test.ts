import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { format, parseRecording, type Recording, worldOf } from '../../../src/cli/record/recording.ts';
import { IdentityHolder } from '../../../src/controller/identity.ts';
import { rehearse } from '../../../src/controller/rehearsal.ts';
import { State } from '../../../src/controller/state.ts';
import { contextOf, plainSettings } from '../controller/contexts.ts';

const startedAt = '2026-08-01T09:00:00.000Z';
const container = {
	Id: 'a'.repeat(64),
	Name: '/web',
	Created: startedAt,
	State: { Running: true, StartedAt: startedAt },
	Config: { Image: 'web', ExposedPorts: { '80/tcp': {} } },
	HostConfig: { NetworkMode: 'default' },
	NetworkSettings: { Ports: {}, Networks: { bridge: { IPAddress: '172.17.0.2' } } },
};
const { tagsFor: _, nameFor: __, ...derive } = plainSettings.derive;
const recording: Recording = {
	format,
	version: '1.2.3',
	at: '2026-08-01T09:00:00.500Z',
	options: { settings: { ...plainSettings, derive }, tags: '', nameTemplate: '' },
	host: { name: 'u1', containerId: null, addresses: ['192.0.2.10'] },
	docker: {
		info: { value: { id: 'A', name: 'u1', version: '20' } },
		list: { value: { containers: [{ inspect: container }], unread: [] } },
		asked: [],
		changes: [],
	},
	consul: {
		list: { value: { registrations: [] } },
		checks: { value: [] },
		asked: [],
		askedChecks: [],
		address: { value: '192.0.2.99' },
		token: { value: null },
	},
};

async function derivedFrom(given: Recording) {
	const { context, host } = worldOf(parseRecording(JSON.stringify(given)), contextOf().context);
	const identity = await new IdentityHolder(context, host).current();
	const [key] = (await rehearse(context, new State(), identity)).keys;
	const { services = [], omitted = [] } = key?.subject.derivation ?? {};
	return {
		address: identity.hostAddress,
		ids: services.map(({ id }) => id),
		omitted: omitted.map(({ reason }) => reason),
	};
}

suite('a recording', () => {
	test('is looked at by the time it was recorded: what had just started then has just started', async () => {
		assert.deepEqual(await derivedFrom(recording), { address: '192.0.2.10', ids: [], omitted: ['ports-pending'] });
		const later = { ...recording, at: '2026-08-01T10:00:00.000Z' };
		assert.deepEqual(await derivedFrom(later), { address: '192.0.2.10', ids: ['u1:web:80'], omitted: [] });
	});

	test('of a host whose name did not resolve has the address that the agent advertised', async () => {
		const { address } = await derivedFrom({ ...recording, host: { ...recording.host, addresses: null } });
		assert.equal(address, '192.0.2.99');
	});

	test('with a template that no longer can be parsed says so', () => {
		const options = { ...recording.options, nameTemplate: '{{' };
		assert.throws(() => worldOf({ ...recording, options }, contextOf().context), /--name-template/);
	});
});
