import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formerHosts } from '../../../src/cli/plan/hosts.ts';
import type { Registration } from '../../../src/model.ts';
import { service, stamp } from '../plan/samples.ts';
import { entry } from './planned.ts';

const short = '3f2a91c0d4e5';
const wanted = [service, { ...service, id: 'u1:dns:53:udp', port: 53 }];
const hosts = (...entries: readonly Partial<Registration>[]) =>
	formerHosts(entries.map(entry), wanted, { hostname: 'u1', formerHostnames: ['u0'] });

suite('a registrator that had another host name', () => {
	test('its own container’s short id is found by container and port', () => {
		assert.deepEqual(
			hosts({ id: `${short}:web:80`, port: 1 }, { id: `${short}:dns:53:udp` }, { id: `${short}:gone:1` }),
			[
				{
					hostname: short,
					entries: [
						{ id: `${short}:web:80`, now: 'u1:web:80' },
						{ id: `${short}:dns:53:udp`, now: 'u1:dns:53:udp' },
						{ id: `${short}:gone:1`, now: undefined },
					],
				},
			],
		);
	});

	test('another name is found where address and port are ours as well', () => {
		assert.deepEqual(hosts({ id: 'before:web:80' }), [
			{ hostname: 'before', entries: [{ id: 'before:web:80', now: 'u1:web:80' }] },
		]);
	});

	const rows: readonly [sentence: string, entry: Partial<Registration>][] = [
		['a host that has a container of the same name and shares the agent', { id: 'u2:web:80', address: '192.0.2.20' }],
		['another port of the host', { id: 'u2:web:80', port: 1 }],
		['an entry of ours', { id: 'u1:web:80' }],
		['a name that was said already', { id: 'u0:web:80' }],
		['an entry that somebody stamped', { id: `${short}:web:80`, stamp }],
		['a proxy', { id: `${short}:web:80`, kind: 'connect-proxy' }],
		['another port of the container', { id: `${short}:web:81` }],
		['tcp where we have udp', { id: `${short}:dns:53` }],
		['an id of another form', { id: 'web' }],
		['an id of four parts', { id: `${short}:x:web:80` }],
		['longer digits', { id: `${short}f:web:80`, port: 1 }],
	];
	for (const [sentence, change] of rows)
		test(`is not taken from ${sentence}`, () => assert.deepEqual(hosts(change), []));
});
