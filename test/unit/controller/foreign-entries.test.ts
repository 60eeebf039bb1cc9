import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Registration, ServiceInstance, Stamp } from '../../../src/model.ts';
import { containerId, service, stamp } from '../plan/samples.ts';
import { container, numbered, published } from './containers.ts';
import { stillWorld, type World, world } from './world.ts';

const soon = (): AbortSignal => AbortSignal.timeout(5_000);

/** Ids as they occur: of the generated form, longer and shorter ones, of other hosts, other tools and by hand. */
const foreignIds = [
	...[0, 1, 2].map((n) => `u1:web-${n}:80`),
	'u1:web-0:8',
	'u1:web-0:800',
	'u1:web-0:80:udp',
	'u1:web-9:80',
	'u10:web-0:80',
	'u:web-0:80',
	'U1:web-0:80',
	'u2:web-0:80',
	'u1',
	'u1:',
	':web-0:80',
	'consul',
	'_nomad-task-5f2c1d1e-9a0b-group-web-http',
	'web-sidecar-proxy',
	'service:u1:web-0:80',
	'shared',
	'__proto__',
	'constructor',
];

interface Foreign {
	readonly id: string;
	/** No stamp: by hand, or of another tool. */
	readonly stamp: Stamp | undefined;
	readonly kind: string;
}

const others = fc.record({
	owner: fc.constantFrom('u2', 'u10', 'u', 'U1', 'u1 ', 'u1:web-0'),
	engine: fc.constantFrom(stamp.engine, 'MEMO:RY'),
	// Ours is a container that a look-alike may name.
	containerId: fc.constantFrom(numbered(0).id, numbered(1).id, containerId('e')),
	spec: fc.constantFrom(stamp.spec, '1-0'),
});
const proxy = {
	kind: 'connect-proxy',
	stamp: { ...stamp, owner: 'u1', engine: 'MEMO:RY', containerId: numbered(0).id },
};

const anyForeign: fc.Arbitrary<Foreign> = fc.oneof(
	fc.record({ id: fc.constantFrom(...foreignIds), stamp: others, kind: fc.constant('') }),
	// An unstamped one with an id of the generated form is what registrator left, and is adopted.
	fc.record({
		id: fc.constantFrom(...foreignIds.filter((id) => !/^u1:web-[0-2]:80$/.test(id))),
		stamp: fc.constant(undefined),
		kind: fc.constantFrom('', 'connect-proxy', 'mesh-gateway'),
	}),
	fc.record({ id: fc.constantFrom('u1:web-0:80', 'web-sidecar-proxy', 'shared') }).map(({ id }) => ({ id, ...proxy })),
);

/** Nobody's port but this one's, so nothing takes it for what a label's container would have registered. */
const foreignPort = 7;
const instanceOf = (id: string): ServiceInstance => ({ ...service, id, name: 'theirs', port: foreignPort, checks: [] });

/** The agent has them with the kind that an ordinary registration cannot give. */
async function seed({ agent }: World, foreign: readonly Foreign[]): Promise<void> {
	const kinds = new Map(foreign.map(({ id, kind }) => [id, kind]));
	for (const { id, stamp: theirs } of foreign)
		await agent.register(instanceOf(id), theirs ?? { ...stamp, owner: '' }, soon());
	const asIs = (found: Registration): Registration =>
		found.name === 'theirs' ? { ...found, kind: kinds.get(found.id) ?? '' } : found;
	const { get, list } = agent;
	agent.get = async (id, signal) => {
		const found = await get(id, signal);
		return found && asIs(found);
	};
	agent.list = async (signal) => ({ registrations: (await list(signal)).registrations.map(asIs) });
}

const anyStep = fc.record({
	n: fc.nat(4),
	act: fc.constantFrom('start', 'start', 'stop', 'remove', 'rename', 'restart', 'wait', 'edit'),
	label: fc.constantFrom(undefined, undefined, ...foreignIds),
});
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

async function carryOut({ n, act, label }: Step, made: World): Promise<void> {
	const { source, time } = made;
	const { id, ...fresh } = numbered(n);
	const isThere = (await source.get(id, soon())) !== undefined;
	if (act === 'wait') return time.advance(31_000, 250);
	if (act === 'restart') return made.restart();
	if (act === 'edit') {
		const own = made.entry(`u1:web-${n}:80`);
		if (own?.stamp?.owner === 'u1' && own.name !== 'theirs') await made.agent.deregister(own.id, soon());
	} else if (act === 'start')
		source.start({
			...fresh,
			id,
			ports: published(80, 40_000 + n),
			labels: label === undefined ? {} : { SERVICE_ID: label },
		});
	else if (!isThere) return;
	else if (act === 'rename') source.rename(id, `web-${(n + 1) % 5}`);
	else source[act](id);
	await time.settled();
}

suite('entries that are not ours', () => {
	test('are never written, whatever they look like and whatever happens', async (t) => {
		const options = fc.record({ cleanup: fc.boolean(), takeOver: fc.boolean() });
		const mix = fc.uniqueArray(anyForeign, { selector: ({ id }) => id, minLength: 1, maxLength: 12 });
		const property = fc.asyncProperty(
			mix,
			fc.array(anyStep, { maxLength: 15 }),
			options,
			async (all, steps, ownership) => {
				// -cleanup is the user's word that ids of registrator's form with our host name are ours.
				const foreign = all.filter(
					({ id, stamp: theirs }) => theirs || !ownership.cleanup || !/^u1:web-\d:\d+/.test(id),
				);
				const made = await stillWorld(t, { ownership, containers: [numbered(0), numbered(1)] });
				try {
					await seed(made, foreign);
					const ids = new Set(foreign.map(({ id }) => id));
					const theirs = (): readonly Registration[] =>
						made.agent.snapshot().registrations.filter(({ id }) => ids.has(id));
					const before = theirs();
					made.controller.start();
					await made.time.advance(1_000);
					for (const step of steps) await carryOut(step, made);
					await made.time.advance(70_000, 250);
					assert.deepEqual(theirs(), before);
					for (const write of made.writes) assert.ok(!ids.has(write.split(' ')[1] ?? ''), write);
				} finally {
					await made.controller.stop();
					t.mock.timers.reset();
				}
			},
		);
		await fc.assert(property, { numRuns: Number(process.env['RUNS'] ?? 60) });
	});
});

suite('an id that a label gives and somebody else has', () => {
	const rows: readonly (readonly [sentence: string, id: string, theirs: Stamp | undefined])[] = [
		['another owner’s', 'their-id', { ...stamp, owner: 'u2' }],
		['by hand', 'their-id', undefined],
		['Nomad’s', '_nomad-task-1', undefined],
		['the generated id of another running container', 'u1:victim:80', undefined],
	];
	const victim = container({ id: containerId('c'), name: 'victim', ports: published(80, 49_160) });
	for (const [sentence, id, theirs] of rows)
		test(`is refused and shown, and the entry stays: ${sentence}`, async (t) => {
			const made = await stillWorld(t, { containers: [victim] });
			if (id !== 'u1:victim:80') await seed(made, [{ id, stamp: theirs, kind: '' }]);
			made.controller.start();
			await made.time.advance(1_000);
			const before = made.entry(id);
			const thief = container({ name: 'thief', labels: { SERVICE_ID: id }, createdAt: '2020-01-01T00:00:00Z' });
			made.source.start(thief);
			await made.time.advance(90_000, 250);
			assert.deepEqual(made.entry(id), before);
			const [view] = made.controller.state.views.get(thief.id)?.services ?? [];
			assert.equal(view?.state, 'conflict');
			assert.match(view.reason ?? '', /its id is taken by/);
			const told = made.log.lines.filter(({ fields }) => fields['state'] === 'conflict');
			assert.equal(told.length, 1);
		});

	test('is refused and shown where it is Consul’s own, which the agent does not list', async (t) => {
		const thief = container({ name: 'thief', labels: { SERVICE_ID: 'consul' } });
		const made = await world(t, { containers: [thief] });
		assert.deepEqual([made.registered(), made.writes], [[], []]);
		const [omission] = made.controller.state.views.get(thief.id)?.omitted ?? [];
		assert.equal(omission?.detail, "its id cannot be used: it is that of Consul's own entry");
		assert.equal(made.log.said('warn').length, 1);
	});

	test('does not make the victim’s own end or return any different', async (t) => {
		const made = await world(t, { containers: [victim] });
		const thief = container({ name: 'thief', labels: { SERVICE_ID: 'u1:victim:80', SERVICE_NAME: 'bank' } });
		made.source.start(thief);
		await made.time.advance(5_000);
		assert.equal(made.entry('u1:victim:80')?.name, 'web');
		made.source.stop(victim.id);
		await made.time.settled();
		made.source.start({ id: victim.id });
		await made.time.advance(5_000);
		const states = [victim, thief].map(({ id }) => made.controller.state.views.get(id)?.services[0]?.state);
		assert.deepEqual([made.entry('u1:victim:80')?.name, ...states], ['web', 'registered', 'conflict']);
		made.newWrites();
		await made.time.advance(90_000, 250);
		assert.deepEqual(made.newWrites(), []);
		await made.restart();
		assert.deepEqual([made.entry('u1:victim:80')?.name, made.newWrites()], ['web', []]);
	});

	test('is the victim’s again even where an older daemon gave it to the other', async (t) => {
		const thief = container({ name: 'thief', labels: { SERVICE_ID: 'u1:victim:80', SERVICE_NAME: 'bank' } });
		const made = await world(t, { containers: [thief] });
		assert.equal(made.entry('u1:victim:80')?.name, 'bank');
		await made.controller.stop();
		made.source.start(victim);
		made.newWrites();
		await made.restart();
		assert.deepEqual([made.entry('u1:victim:80')?.name, made.newWrites()], ['web', ['register u1:victim:80']]);
	});
});
