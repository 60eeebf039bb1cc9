import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Container, Health } from '../../../src/model.ts';
import { soon } from '../../integration/registry/suite-words.ts';
import { container, numbered, published } from './containers.ts';
import { unreachable, type World, type WorldOptions, world } from './world.ts';

const id = 'u1:web:80';
const health = `reconsul:${id}:docker-health`;
const maintenance = `_service_maintenance:${id}`;
const plain = { dockerHealth: false, register: 'running', drain: 'off', pause: 'off' } as const;
const times = { drainTimeoutMs: 600_000, healthStarting: 'critical', healthTtlMs: 0 } as const;

/** A world whose daemon has these options. */
const having = (
	traffic: Partial<NonNullable<WorldOptions['derive']>['traffic']>,
	options: WorldOptions = {},
): WorldOptions => ({ ...options, derive: { ...options.derive, traffic: { ...plain, ...times, ...traffic } } });
const recommended = { dockerHealth: true, drain: 'maintenance', pause: 'maintenance' } as const;

/** Before every clock of a test: signals of the time before its start do not concern a process. */
const longAgo = '1969-12-31T00:00:00Z';
const web = (change: Partial<Container> = {}): Container => container({ startedAt: longAgo, ...change });
const sick = (status: Health['status'], output: string = status): Partial<Container> => ({
	health: { status, output },
});

const becomes = async ({ source, time }: World, status: Health['status'], output?: string): Promise<void> => {
	source.update(container({}).id, 'health_status', sick(status, output), { health: status });
	await time.settled();
};
const told = async ({ source, time }: World, signal = '15'): Promise<void> => {
	source.update(container({}).id, 'kill', {}, { signal });
	await time.settled();
};
const state = ({ agent }: World, checkId: string): string | undefined => {
	const check = agent.snapshot().checks.find((it) => it.id === checkId);
	return check === undefined ? undefined : `${check.status} ${check.notes || check.output}`.trim();
};

suite('--docker-health', () => {
	test('a service begins with what the container says, and follows it by one write each', async (t) => {
		const made = await world(t, having(recommended, { containers: [web(sick('starting'))] }));
		assert.equal(state(made, health), 'critical starting');
		made.newWrites();
		await becomes(made, 'healthy', 'up');
		assert.deepEqual([state(made, health), made.newWrites()], ['passing up', [`report ${health} passing`]]);
		await becomes(made, 'unhealthy', 'refused');
		assert.deepEqual([state(made, health), made.newWrites()], ['critical refused', [`report ${health} critical`]]);
	});

	test('the log tells the status and the reason, and nothing that the container printed', async (t) => {
		const made = await world(t, having(recommended, { containers: [web(sick('healthy', 's3cret'))] }));
		await told(made);
		const said = made.log.lines.map(({ fields }) => fields);
		assert.ok(said.some((fields) => 'status' in fields && fields['status'] === 'passing'));
		assert.ok(said.some((fields) => 'reason' in fields && String(fields['reason']).startsWith('reconsul: draining')));
		assert.doesNotMatch(JSON.stringify(said), /s3cret/);
	});

	test('a steady state writes nothing, whatever the probes print', async (t) => {
		const made = await world(t, having(recommended, { containers: [web(sick('healthy', 'took 3 ms'))] }));
		made.newWrites();
		await becomes(made, 'healthy', 'took 4 ms');
		await made.time.advance(300_000, 250);
		assert.deepEqual(made.newWrites(), []);
	});

	test('an event that was lost is made up for by the pass', async (t) => {
		const made = await world(t, having(recommended, { containers: [web(sick('healthy'))] }));
		made.source.disconnect();
		made.source.update(container({}).id, 'health_status', sick('unhealthy'));
		await made.time.advance(34_000, 250);
		assert.equal(state(made, health), 'critical unhealthy');
	});

	test('a status that somebody else changed is put right by the pass', async (t) => {
		const made = await world(t, having(recommended, { containers: [web(sick('unhealthy'))] }));
		await made.agent.report(health, { status: 'passing', output: 'I say so' }, soon());
		await made.time.advance(34_000, 250);
		assert.equal(state(made, health), 'critical unhealthy');
	});

	test('a later daemon tells what happened meanwhile, and nothing where nothing did', async (t) => {
		const made = await world(t, having(recommended, { containers: [web(sick('healthy'))] }));
		made.newWrites();
		await made.restart();
		assert.deepEqual(made.newWrites(), []);
		await made.controller.stop();
		made.source.update(container({}).id, 'health_status', sick('unhealthy'));
		await made.restart();
		assert.deepEqual(made.newWrites(), [`report ${health} critical`]);
	});

	test('a check that was removed comes back, and the others stay as they are', async (t) => {
		const labels = { 'reconsul.check.own.ttl': '1h' };
		const made = await world(t, having(recommended, { containers: [web({ ...sick('healthy'), labels })] }));
		await made.agent.report(`reconsul:${id}:own`, { status: 'warning', output: 'so so' }, soon());
		made.agent.detachCheck(health);
		await made.time.advance(34_000, 250);
		assert.deepEqual([state(made, health), state(made, `reconsul:${id}:own`)], ['passing healthy', 'warning so so']);
	});

	test('a Consul that lost everything gets the service with its health', async (t) => {
		const made = await world(t, having(recommended, { containers: [web(sick('unhealthy'))] }));
		await made.agent.deregister(id, soon());
		await made.time.advance(3_000, 250);
		assert.equal(state(made, health), 'critical unhealthy');
	});

	test('what could not be told is told when the agent answers again', async (t) => {
		const made = await world(t, having(recommended, { containers: [web(sick('healthy'))] }));
		made.trouble.all = unreachable;
		await becomes(made, 'unhealthy');
		await made.time.advance(10_000, 250);
		made.trouble.all = undefined;
		await made.time.advance(20_000, 250);
		assert.equal(state(made, health), 'critical unhealthy');
	});

	test('a container that says nothing of its health has no such check', async (t) => {
		const made = await world(t, having(recommended, { containers: [web()] }));
		assert.equal(state(made, health), undefined);
	});

	test('an option that is no longer given takes the check with it', async (t) => {
		const made = await world(t, having(recommended, { containers: [web(sick('healthy'))] }));
		await made.restart(having({}));
		assert.equal(state(made, health), undefined);
	});

	test('other names of the service have its health by an alias', async (t) => {
		const labels = { 'reconsul.aliases': 'www' };
		const made = await world(t, having(recommended, { containers: [web({ ...sick('healthy'), labels })] }));
		const ids = made.agent.snapshot().checks.map((check) => check.id);
		assert.deepEqual(ids, [`reconsul:${id}:alias:www:alias`, health].sort());
	});
});

suite('--register=healthy', () => {
	const patient = having({ register: 'healthy' });

	test('a container appears once it is healthy, and then is critical rather than gone', async (t) => {
		const made = await world(t, { ...patient, containers: [web(sick('starting'))] });
		assert.deepEqual(made.registered(), []);
		await becomes(made, 'healthy');
		assert.deepEqual([made.registered(), state(made, health)], [[`${id} 192.0.2.10:49153`], 'passing healthy']);
		await becomes(made, 'unhealthy');
		await made.time.advance(60_000, 250);
		assert.deepEqual([made.registered().length, state(made, health)], [1, 'critical unhealthy']);
	});

	test('a later daemon does not take an unhealthy one out', async (t) => {
		const made = await world(t, { ...patient, containers: [web(sick('healthy'))] });
		await becomes(made, 'unhealthy');
		made.newWrites();
		await made.restart();
		await made.time.advance(60_000, 250);
		assert.deepEqual([made.registered().length, made.newWrites()], [1, []]);
	});

	test('one that is started anew has to become healthy anew', async (t) => {
		const made = await world(t, { ...patient, containers: [web(sick('healthy'))] });
		made.source.stop(container({}).id);
		await made.time.settled();
		made.source.start({ id: container({}).id, ...sick('starting') });
		await made.time.settled();
		assert.deepEqual(made.registered(), []);
	});
});

suite('--drain=maintenance', () => {
	const draining = having(recommended);

	test('the stop signal takes a service out of traffic, and its end out of Consul', async (t) => {
		const made = await world(t, { ...draining, containers: [web()] });
		made.newWrites();
		await told(made);
		assert.match(
			state(made, maintenance) ?? '',
			/^critical reconsul: draining since \S+Z, when its container got SIGTERM$/,
		);
		assert.deepEqual(made.newWrites(), [`maintain ${id}`]);
		made.source.stop(container({}).id);
		await made.time.settled();
		assert.deepEqual([made.registered(), made.newWrites()], [[], [`deregister ${id}`]]);
	});

	test('another signal does not, nor does any where nobody asked', async (t) => {
		const made = await world(t, { ...draining, containers: [web()] });
		await told(made, '1');
		assert.equal(state(made, maintenance), undefined);
		await made.restart(having({}));
		await told(made);
		assert.equal(state(made, maintenance), undefined);
	});

	test('a container that outlives it gets traffic again after --drain-timeout', async (t) => {
		const made = await world(t, { ...draining, containers: [web()] });
		await told(made);
		await made.time.advance(590_000, 1_000);
		assert.notEqual(state(made, maintenance), undefined);
		await made.time.advance(20_000, 1_000);
		assert.equal(state(made, maintenance), undefined);
	});

	test('or when it becomes healthy anew', async (t) => {
		const made = await world(t, { ...draining, containers: [web(sick('healthy'))] });
		await told(made);
		await becomes(made, 'unhealthy');
		assert.notEqual(state(made, maintenance), undefined);
		await made.time.advance(1_000);
		await becomes(made, 'healthy');
		assert.equal(state(made, maintenance), undefined);
	});

	test('a later daemon knows the mark, and for how long it stands', async (t) => {
		const made = await world(t, { ...draining, containers: [web()] });
		await told(made);
		const mark = state(made, maintenance);
		await made.time.advance(300_000, 1_000);
		made.newWrites();
		await made.restart();
		await made.time.advance(60_000, 1_000);
		assert.deepEqual([state(made, maintenance), made.newWrites()], [mark, []]);
		await made.time.advance(270_000, 1_000);
		assert.equal(state(made, maintenance), undefined);
	});

	test('a later daemon that hears of it before its first pass is done leaves the mark', async (t) => {
		const made = await world(t, { ...draining, containers: [web(sick('healthy'))] });
		await told(made);
		const mark = state(made, maintenance);
		await made.controller.stop();
		const gate = Promise.withResolvers<void>();
		made.trouble.listing = gate.promise;
		made.newWrites();
		made.controller = made.another();
		made.controller.start();
		await made.time.settled();
		// Of what it does not know it heeds starts, ends and renames only.
		made.source.update(container({}).id, 'rename', sick('unhealthy'));
		await made.time.advance(2_000, 250);
		const early = [state(made, maintenance), state(made, health)];
		gate.resolve();
		assert.deepEqual(early, [mark, 'critical unhealthy']);
		await made.time.advance(60_000, 250);
		assert.deepEqual([state(made, maintenance), made.newWrites()], [mark, [`report ${health} critical`]]);
	});

	test('a service that Consul lost meanwhile comes back with it', async (t) => {
		const made = await world(t, { ...draining, containers: [web()] });
		await told(made);
		await made.agent.deregister(id, soon());
		await made.time.advance(3_000, 250);
		assert.deepEqual(
			[made.registered().length, state(made, maintenance)?.startsWith('critical reconsul: draining')],
			[1, true],
		);
	});

	test('started again, it is a container like any other', async (t) => {
		const made = await world(t, { ...draining, containers: [web()] });
		await told(made);
		made.source.stop(container({}).id);
		await made.time.advance(1_000);
		made.source.start({ id: container({}).id });
		await made.time.settled();
		assert.deepEqual([made.registered().length, state(made, maintenance)], [1, undefined]);
	});

	test('is not written about where it is off', async (t) => {
		const made = await world(t, { ...draining, containers: [web({ labels: { 'reconsul.drain': 'off' } })] });
		made.newWrites();
		const before = made.calls.get('get');
		await told(made);
		assert.deepEqual([made.newWrites(), made.calls.get('get')], [[], before]);
	});
});

suite('--drain=deregister', () => {
	const leaving = having({ drain: 'deregister' });

	test('the stop signal takes a service out of Consul while its container still runs', async (t) => {
		const made = await world(t, { ...leaving, containers: [web()] });
		await told(made);
		assert.deepEqual(made.registered(), []);
		await made.time.advance(120_000, 250);
		assert.deepEqual(made.registered(), []);
		await made.time.advance(500_000, 1_000);
		assert.equal(made.registered().length, 1);
	});

	test('a whole host that stops is no surprise', async (t) => {
		const containers = [1, 2, 3, 4, 5, 6].map((n) => numbered(n, { startedAt: longAgo }));
		const made = await world(t, { ...leaving, containers });
		for (const { id: key } of containers) made.source.update(key, 'kill', {}, { signal: '15' });
		await made.time.settled();
		assert.deepEqual(made.registered(), []);
	});
});

suite('--pause=maintenance', () => {
	const pausing = having(recommended);
	const pause = async ({ source, time }: World, isPaused: boolean): Promise<void> => {
		source.update(container({}).id, isPaused ? 'pause' : 'unpause', { isPaused });
		await time.settled();
	};

	test('a paused container gets no traffic until it goes on', async (t) => {
		const made = await world(t, { ...pausing, containers: [web()] });
		made.newWrites();
		await pause(made, true);
		assert.equal(state(made, maintenance), 'critical reconsul: its container is paused');
		await pause(made, false);
		assert.deepEqual([state(made, maintenance), made.newWrites()], [undefined, [`maintain ${id}`, `resume ${id}`]]);
	});

	test('what people ordered is neither changed nor ended', async (t) => {
		const made = await world(t, { ...pausing, containers: [web()] });
		await made.agent.maintain(id, 'disk is full', soon());
		await pause(made, true);
		await made.time.advance(40_000, 250);
		await pause(made, false);
		await made.time.advance(40_000, 250);
		await made.restart();
		assert.equal(state(made, maintenance), 'critical disk is full');
	});

	test('an option that is no longer given ends what it began', async (t) => {
		const made = await world(t, { ...pausing, containers: [web()] });
		await pause(made, true);
		await made.restart(having({}));
		await made.time.advance(40_000, 250);
		assert.equal(state(made, maintenance), undefined);
	});

	test('what -deregister on-success keeps of a container that failed gets no traffic', async (t) => {
		const made = await world(t, { ...pausing, containers: [web()], settings: { deregister: 'on-success' } });
		made.source.stop(container({}).id, 1);
		await made.time.settled();
		assert.deepEqual(
			[made.registered().length, state(made, maintenance)],
			[1, 'critical reconsul: its container has ended'],
		);
		made.newWrites();
		await made.restart();
		await made.time.advance(40_000, 250);
		assert.deepEqual(made.newWrites(), []);
		made.source.start({ id: container({}).id });
		await made.time.settled();
		assert.equal(state(made, maintenance), undefined);
		made.source.stop(container({}).id, 1);
		await made.time.settled();
		assert.equal(state(made, maintenance), 'critical reconsul: its container has ended');
		// Docker chooses another port each time.
		made.source.start({ id: container({}).id, ports: published(80, 50_000) });
		await made.time.settled();
		assert.deepEqual([made.registered(), state(made, maintenance)], [[`${id} 192.0.2.10:50000`], undefined]);
	});
});
