import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Container } from '../../../src/model.ts';
import { containerId } from '../plan/samples.ts';
import { container, published } from './containers.ts';
import { type World, world } from './world.ts';

const labels = { SERVICE_ID: 'shared' };
const first: Partial<Container> = container({ labels, createdAt: '2026-08-01T09:00:00Z' });
const second: Partial<Container> = container({
	id: containerId('b'),
	name: 'second',
	labels,
	createdAt: '2026-08-01T09:30:00Z',
	ports: published(80, 50_000),
});

const stateOf = ({ controller }: World, id: string | undefined): string | undefined =>
	controller.state.views.get(id ?? '')?.services[0]?.state;

suite('two containers that want one id', () => {
	const ofFirst = ['shared 192.0.2.10:49153'];
	const ofSecond = ['shared 192.0.2.10:50000'];

	test('the one created first gets it, whichever the engine lists first', async (t) => {
		const made = await world(t, { containers: [second, first] });
		assert.deepEqual([made.registered(), made.writes], [ofFirst, ['register shared']]);
		assert.deepEqual([stateOf(made, first.id), stateOf(made, second.id)], ['registered', 'conflict']);
	});

	test('is told of once, by the name of the one that has it', async (t) => {
		const made = await world(t, { containers: [first, second] });
		await made.time.advance(120_000, 250);
		assert.deepEqual(made.log.said('warn', 'error'), [
			`its id is taken by container ${'a0'.padEnd(12, '0')} of owner "u1"`,
		]);
	});

	test('the other is no reason for work, pass after pass', async (t) => {
		const made = await world(t, { containers: [first, second] });
		const count = () => made.log.metrics.count('reconsul_reconcile_total');
		const before = count();
		await made.time.advance(120_000);
		assert.deepEqual([count(), stateOf(made, second.id)], [before, 'conflict']);
	});

	test('the one that has it keeps it when an older one comes', async (t) => {
		const made = await world(t, { containers: [second] });
		made.source.start(first);
		await made.time.advance(120_000);
		assert.deepEqual([made.registered(), made.writes], [ofSecond, ['register shared']]);
		await made.restart();
		assert.deepEqual([made.registered(), made.writes.length], [ofSecond, 1]);
	});

	// Seen on an agent that came back with old data: the entry was deleted first, and for a moment the service was absent.
	test('the newcomer takes the entry over at once when the other goes, so that it is never absent', async (t) => {
		const made = await world(t, { containers: [first, second] });
		made.newWrites();
		made.source.stop(first.id ?? '');
		await made.time.settled();
		assert.deepEqual(made.newWrites(), ['register shared']);
		assert.deepEqual([made.registered(), stateOf(made, second.id)], [ofSecond, 'registered']);
		await made.time.advance(60_000);
		assert.deepEqual(made.registered(), ofSecond);
	});

	test('the newcomer gets it at once when the other no longer wants it', async (t) => {
		const made = await world(t, { containers: [first, second] });
		made.source.update(first.id ?? '', 'rename', { labels: {} });
		await made.time.settled();
		assert.deepEqual(made.registered(), [...ofSecond, 'u1:web:80 192.0.2.10:49153']);
	});

	test('a newcomer takes over in place what a stopped one left', async (t) => {
		const made = await world(t, { containers: [first] });
		await made.controller.stop();
		made.source.stop(first.id ?? '');
		made.source.start(second);
		made.newWrites();
		await made.restart();
		assert.deepEqual([made.registered(), made.newWrites()], [ofSecond, ['register shared']]);
	});

	for (const deregister of ['always', 'on-success'] as const)
		test(`a pass finds that the one has failed and the other runs: it takes over in place (${deregister})`, async (t) => {
			const made = await world(t, { containers: [first], settings: { deregister } });
			made.newWrites();
			made.source.disconnect();
			made.source.stop(first.id ?? '', 1);
			made.source.start(second);
			await made.time.advance(35_000);
			assert.deepEqual([made.registered(), made.newWrites()], [ofSecond, ['register shared']]);
		});

	test('the old one’s end, told late, does not take the new one’s entry', async (t) => {
		const made = await world(t, { containers: [first] });
		made.newWrites();
		made.source.stop(first.id ?? '');
		made.source.start(second);
		await made.time.advance(60_000);
		assert.deepEqual(made.registered(), ofSecond);
	});
});
