import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { Container, Registration, Stamp } from '../../../src/model.ts';
import { service } from '../../support/samples.ts';
import { containerId } from '../plan/samples.ts';
import { container, published } from './containers.ts';
import { stillWorld, type World, type WorldOptions } from './world.ts';

const labels = { SERVICE_ID: 'shared' };
const first: Partial<Container> = container({ labels, createdAt: '2026-08-01T09:00:00Z' });
const second: Partial<Container> = container({
	id: containerId('b'),
	name: 'second',
	labels,
	createdAt: '2026-08-01T09:30:00Z',
	ports: published(80, 50_000),
});

const soon = (): AbortSignal => AbortSignal.timeout(5_000);
const stateOf = ({ controller }: World, id: string | undefined): string | undefined =>
	controller.state.views.get(id ?? '')?.services[0]?.state;

/** An entry as registrator, or a daemon of another name, would have left it. */
async function entered(made: World, change: Partial<Registration>, its?: Partial<Stamp>): Promise<void> {
	const desired = service(change);
	const none: Stamp = { owner: '', engine: '', containerId: '', spec: '' };
	const stamp =
		its === undefined ? none : { owner: 'u1', engine: 'MEMO:RY', containerId: containerId('c'), spec: '1-0', ...its };
	await made.agent.register(desired, stamp, soon());
}

/** A world in which the agent has an entry before the daemon starts. */
async function beginning(
	t: TestContext,
	options: WorldOptions,
	...entries: readonly (readonly [change: Partial<Registration>, its?: Partial<Stamp>])[]
): Promise<World> {
	const made = await stillWorld(t, options);
	for (const [change, its] of entries) await entered(made, change, its);
	made.controller.start();
	await made.time.advance(1_000);
	return made;
}

suite('entries that were there before', () => {
	const web = container({});

	test('another owner’s with our id is left alone, and shown as a conflict', async (t) => {
		const made = await beginning(t, { containers: [web] }, [{ port: 1 }, { owner: 'u2' }]);
		await made.time.advance(120_000);
		assert.deepEqual(
			[made.registered(), made.writes, stateOf(made, web.id)],
			[['u1:web:80 192.0.2.10:1'], [], 'conflict'],
		);
		assert.equal(made.log.said('warn').length, 1);
		assert.match(made.log.said('warn').join(), /its id is taken by container c{1}0+ of owner "u2"/);
	});

	test('registrator’s is adopted by one write', async (t) => {
		const made = await beginning(t, { containers: [web] }, [{ tags: ['theirs'] }]);
		assert.deepEqual([made.writes, made.entry('u1:web:80')?.stamp?.owner], [['register u1:web:80'], 'u1']);
		await made.time.advance(120_000);
		assert.equal(made.writes.length, 1);
	});

	test('a stranger’s with an id that a label sets is left alone', async (t) => {
		const made = await beginning(t, { containers: [first] }, [{ id: 'shared', name: 'stranger' }]);
		await made.time.advance(60_000);
		assert.deepEqual([made.writes, stateOf(made, first.id)], [[], 'conflict']);
	});

	test('of two containers, the one at the address that an entry has adopts it', async (t) => {
		const made = await beginning(t, { containers: [first, second] }, [{ id: 'shared', port: 50_000 }]);
		assert.deepEqual(made.registered(), ['shared 192.0.2.10:50000']);
		assert.deepEqual([made.writes, stateOf(made, first.id)], [['register shared'], 'conflict']);
	});

	test('other people’s are never touched, whatever they look like', async (t) => {
		const others: readonly (readonly [Partial<Registration>, Partial<Stamp>?])[] = [
			[{ id: 'consul' }],
			[{ id: 'u1:gone:80' }],
			[{ id: 'u10:gone:80' }],
			[{ id: 'u1:gone:81' }, { owner: 'u10' }],
		];
		const made = await beginning(t, {}, ...others);
		await made.time.advance(120_000);
		assert.deepEqual([made.writes, made.registered().length], [[], 4]);
	});

	test('ours whose container is gone go', async (t) => {
		const made = await beginning(t, {}, [{ id: 'u1:gone:80' }, {}], [{ id: 'any' }, {}]);
		assert.deepEqual(made.writes.toSorted(), ['deregister any', 'deregister u1:gone:80']);
	});

	test('another engine’s are held until this one takes over', async (t) => {
		const made = await beginning(t, {}, [{ id: 'u1:gone:80' }, { engine: 'OTHE:RONE' }]);
		await made.time.advance(60_000);
		assert.deepEqual(made.writes, []);
		assert.equal(
			made.controller.state.views.countServices(({ held }) => held === 'another-engine'),
			1,
		);
		await made.restart({ ownership: { takeOver: true } });
		assert.deepEqual([made.writes, made.registered()], [['deregister u1:gone:80'], []]);
	});

	test('another engine’s with an id that is wanted is taken over in place', async (t) => {
		const made = await beginning(t, { containers: [web] }, [{}, { engine: 'OTHE:RONE' }]);
		assert.deepEqual([made.writes, made.entry('u1:web:80')?.stamp?.engine], [['register u1:web:80'], 'MEMO:RY']);
	});

	test('a stamp that names no container of any engine is not asked about by name', async (t) => {
		const made = await beginning(t, { containers: [web] }, [{ id: 'x' }, { containerId: 'web' }]);
		assert.deepEqual(made.registered(), ['u1:web:80 192.0.2.10:49153']);
	});
});

suite('-cleanup and --former-hostname', () => {
	const web = container({});
	const cleaning = { ownership: { cleanup: true } };

	test('registrator’s entries of containers that are gone go under -cleanup', async (t) => {
		const made = await beginning(
			t,
			{ ...cleaning, containers: [web] },
			[{ id: 'u1:gone:80' }],
			[{ id: 'u1:gone:53:udp' }],
		);
		assert.deepEqual(made.registered(), ['u1:web:80 192.0.2.10:49153']);
	});

	test('nothing of another form or host goes', async (t) => {
		const made = await beginning(t, cleaning, [{ id: 'gone' }], [{ id: 'u2:gone:80' }], [{ id: 'u1:gone:80:tcp' }]);
		await made.time.advance(60_000);
		assert.deepEqual([made.writes, made.registered().length], [[], 3]);
	});

	test('what a running container of that name no longer yields goes, what it yields is adopted', async (t) => {
		const made = await beginning(t, { ...cleaning, containers: [web] }, [{ id: 'u1:web:81' }], [{}]);
		assert.deepEqual(made.writes.toSorted(), ['deregister u1:web:81', 'register u1:web:80']);
	});

	test('an entry of a former host name’s owner is ours', async (t) => {
		const renamed = { ownership: { formerHostnames: ['old'] } };
		const made = await beginning(
			t,
			{ ...renamed, containers: [web] },
			[{ id: 'old:web:80' }, { owner: 'old', containerId: web.id }],
			[{ id: 'old:gone:80' }, { owner: 'old' }],
		);
		assert.deepEqual(made.registered(), ['u1:web:80 192.0.2.10:49153']);
		assert.equal(made.writes[0], 'register u1:web:80');
	});

	test('an entry of registrator’s under a former host name goes even without -cleanup', async (t) => {
		const renamed = { ownership: { formerHostnames: ['old'] } };
		const made = await beginning(t, { ...renamed, containers: [web] }, [{ id: 'old:web:80' }], [{ id: 'u1:gone:80' }]);
		assert.deepEqual(made.registered(), ['u1:gone:80 192.0.2.10:49153', 'u1:web:80 192.0.2.10:49153']);
	});

	for (const deregister of ['always', 'on-success'] as const)
		test(`a leftover of a running container is not taken for a container that started unheard: ${deregister}`, async (t) => {
			const made = await beginning(t, { ...cleaning, settings: { deregister }, containers: [web] });
			let reopened = 0;
			made.source.reopen = () => {
				reopened += 1;
			};
			for (let port = 81; port < 85; port++) {
				await entered(made, { id: `u1:web:${port}` });
				await made.time.advance(31_000);
			}
			await made.time.advance(40_000);
			assert.deepEqual([made.registered(), reopened], [['u1:web:80 192.0.2.10:49153'], 0]);
			const { views, claims } = made.controller.state;
			assert.deepEqual([[...views.keys()], [...claims.keys()]], [[web.id], [web.id]]);
		});
});
