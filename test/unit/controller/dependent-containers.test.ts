import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { containerId } from '../plan/samples.ts';
import { container } from './containers.ts';
import { world } from './world.ts';

const base = container({ name: 'base', exposed: [], ports: {} });
const moved = { networks: { bridge: { ipv4: '172.17.0.9', ipv6: '' } } };
const dependent = container({
	id: containerId('d'),
	name: 'dependent',
	networkMode: `container:${base.id}`,
	ports: {},
	networks: {},
});
const service = (address: string): readonly string[] => [`u1:dependent:80 ${address}:80`];

suite('a container on the network of another', () => {
	test('is registered where that one is', async (t) => {
		const { registered } = await world(t, { containers: [dependent, base] });
		assert.deepEqual(registered(), service('172.17.0.2'));
	});

	test('goes when that one stops, and comes back with it, at the address it has by then', async (t) => {
		const { source, time, registered, calls } = await world(t, { containers: [base, dependent] });
		const lists = calls.get('list');
		source.stop(base.id);
		await time.settled();
		assert.deepEqual(registered(), []);
		source.start({ id: base.id, ...moved });
		await time.settled();
		assert.deepEqual([registered(), calls.get('list')], [service('172.17.0.9'), lists]);
	});

	test('is registered when that one starts later', async (t) => {
		const { source, time, registered } = await world(t, { containers: [dependent] });
		assert.deepEqual(registered(), []);
		source.start(base);
		await time.settled();
		assert.deepEqual(registered(), service('172.17.0.2'));
	});

	test('follows it to another network', async (t) => {
		const { source, time, registered } = await world(t, { containers: [base, dependent] });
		source.leave(base.id, 'bridge');
		source.join(base.id, 'shop', { ipv4: '172.20.0.2' });
		await time.settled();
		assert.deepEqual(registered(), service('172.20.0.2'));
	});

	test('that stopped is not looked at for what happens to that one', async (t) => {
		const { source, time, registered, calls } = await world(t, { containers: [base, dependent] });
		source.stop(dependent.id);
		await time.settled();
		const gets = calls.get('get');
		source.rename(base.id, 'basis');
		await time.settled();
		assert.deepEqual([registered(), calls.get('get')], [[], gets]);
	});
});
