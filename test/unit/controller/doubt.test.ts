import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { identify } from '../../../src/controller/identity.ts';
import { resync } from '../../../src/controller/resync.ts';
import { State } from '../../../src/controller/state.ts';
import { RegistryError } from '../../../src/registry/registry.ts';
import { memorySource } from '../../../src/source/memory.ts';
import type { Source } from '../../../src/source/source.ts';
import { service, stamp } from '../plan/samples.ts';
import { container, numbered } from './containers.ts';
import { contextOf, plainHost } from './contexts.ts';
import { type World, world } from './world.ts';

const some = (count: number) => Array.from({ length: count }, (_, n) => numbered(n));
const doubts = ({ log }: World): readonly string[] =>
	log.said('warn').filter((line) => line.includes('cannot be relied on'));

suite('a list of the agent that lacks entries', () => {
	test('is no reason to write what the agent has', async (t) => {
		const made = await world(t, { containers: some(6) });
		made.newWrites();
		for (const { id } of made.agent.snapshot().registrations) made.trouble.unlisted.add(id);
		await made.time.advance(120_000);
		assert.deepEqual([made.newWrites(), made.registered().length], [[], 6]);
	});

	test('is told once, and told from a list that can be relied on', async (t) => {
		const made = await world(t, { containers: some(2) });
		assert.equal(made.controller.passes.doubt, undefined);
		made.trouble.unlisted.add('u1:web-0:80');
		await made.time.advance(120_000);
		assert.equal(made.controller.passes.doubt, "the agent's list lacks u1:web-0:80, which it has");
		assert.equal(doubts(made).length, 1);
		assert.equal(made.log.metrics.count('reconsul_registry_doubt_total'), 1);
		made.trouble.unlisted.clear();
		await made.time.advance(35_000);
		assert.equal(made.controller.passes.doubt, undefined);
	});

	// Seen with an agent that listed nothing for a moment: /readyz stayed red until the next tick.
	test('is asked for again within seconds, and all the more seldom the longer it lacks them', async (t) => {
		const made = await world(t, { containers: some(2), settings: { intervalMs: 3_600_000 } });
		const passes = () => made.log.metrics.count('reconsul_resync_total');
		made.trouble.unlisted.add('u1:web-0:80');
		made.source.disconnect();
		await made.time.advance(2_000);
		made.source.connect();
		await made.time.advance(2_000);
		assert.notEqual(made.controller.passes.doubt, undefined);
		const before = passes();
		await made.time.advance(60_000);
		const more = passes() - before;
		assert.ok(more >= 5 && more <= 10, `${more} passes in a minute`);
		made.trouble.unlisted.clear();
		await made.time.advance(20_000);
		assert.equal(made.controller.passes.doubt, undefined);
		const after = passes();
		await made.time.advance(600_000);
		assert.equal(passes(), after);
	});

	test('is known by an entry that may not be read', async (t) => {
		const made = await world(t, { containers: some(2) });
		made.trouble.unlisted.add('u1:web-0:80');
		made.trouble.reads.set('u1:web-0:80', new RegistryError('forbidden', 'no right to it'));
		await made.time.advance(35_000);
		assert.match(made.controller.passes.doubt ?? '', /token may not read u1:web-0:80/);
	});

	test('deletes nothing on its word; what the list shows as gone goes with the next good one', async (t) => {
		const made = await world(t, { containers: some(4) });
		made.newWrites();
		made.trouble.unlisted.add('u1:web-0:80');
		made.source.disconnect();
		made.source.remove(numbered(1).id);
		await made.time.advance(120_000);
		assert.deepEqual([made.newWrites(), made.registered().length], [[], 4]);
		made.trouble.unlisted.clear();
		await made.time.advance(35_000);
		assert.deepEqual(made.newWrites(), ['deregister u1:web-1:80']);
	});

	test('does not hold back what an event proves', async (t) => {
		const made = await world(t, { containers: some(4) });
		made.trouble.unlisted.add('u1:web-0:80');
		await made.time.advance(35_000);
		made.source.remove(numbered(1).id);
		await made.time.settled();
		assert.equal(made.registered().length, 3);
	});
});

suite('an entry that cannot be read', () => {
	test('is neither written nor deleted, and the others of its container are', async (t) => {
		const ports = { '80/tcp': [{ hostIp: '', hostPort: 40_080 }], '81/tcp': [{ hostIp: '', hostPort: 40_081 }] };
		const two = container({ exposed: ['80/tcp', '81/tcp'], ports });
		const made = await world(t);
		made.trouble.reads.set('u1:web:80', new RegistryError('timeout', 'no answer'));
		made.source.start(two);
		await made.time.settled();
		assert.deepEqual(made.registered(), ['u1:web:81 192.0.2.10:40081']);
		made.trouble.reads.clear();
		await made.time.advance(3_000);
		assert.equal(made.registered().length, 2);
	});

	test('stays while its container ends, and goes once it can be read', async (t) => {
		const made = await world(t, { containers: [container({})] });
		made.trouble.reads.set('u1:web:80', new RegistryError('unavailable', 'no'));
		made.source.stop(container({}).id);
		await made.time.advance(500);
		assert.equal(made.registered().length, 1);
		made.trouble.reads.clear();
		await made.time.advance(3_000);
		assert.equal(made.registered().length, 0);
	});
});

suite('what may come without an event', () => {
	test('ports that Docker does not list yet are looked for again', async (t) => {
		const made = await world(t);
		const { startedAt: _, ...fresh } = container({ ports: {} });
		made.source.start(fresh);
		await made.time.settled();
		assert.deepEqual(made.registered(), []);
		await made.time.advance(10_500);
		assert.deepEqual(made.registered(), ['u1:web:80 172.17.0.2:80']);
	});

	test('another engine behind the same address: everything is stamped anew, by one write each', async (t) => {
		const made = await world(t, { containers: some(3) });
		made.newWrites();
		made.source.info = async () => ({ id: 'OTHE:RONE', name: 'u1', version: '20.10.24' });
		made.source.disconnect();
		made.source.connect();
		await made.time.advance(60_000);
		assert.equal(made.newWrites().length, 3);
		assert.equal(made.entry('u1:web-0:80')?.stamp?.engine, 'OTHE:RONE');
	});
});

test('a service that is registered while a pass asks for lists is no reason to doubt them', async () => {
	const source = memorySource();
	const { context } = contextOf({ source });
	const state = new State();
	const identity = await identify(context, plainHost, undefined);
	const { registry, clock, signal } = context;
	const desired = { ...service, id: 'u1:web:80' };
	const meanwhile: Source = {
		...source,
		list: async (asked) => {
			await registry.register(desired, stamp, signal);
			state.index.expect(stamp.containerId, desired, stamp, clock.now() + 1, true);
			return source.list(asked);
		},
	};
	const { doubt } = await resync({ ...context, source: meanwhile }, state, identity);
	assert.equal(doubt, undefined);
});
