import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { HistoryEntry } from '../../../src/controller/history.ts';
import { RegistryError } from '../../../src/registry/registry.ts';
import { SourceError } from '../../../src/source/source.ts';
import { containerId } from '../plan/samples.ts';
import { container } from './containers.ts';
import { unreachable, type World, world } from './world.ts';

type Of<Kind extends HistoryEntry['kind']> = Extract<HistoryEntry, { kind: Kind }>;

const web = container({});
const unpublished = { '80/tcp': [] };
const refused = new RegistryError('invalid', 'PUT /v1/agent/service/register: 400 no, token=hunter2');

/** What has been entered since the last call. */
function reader({ controller }: World): <Kind extends HistoryEntry['kind']>(kind: Kind) => readonly Of<Kind>[] {
	let known = 0;
	return (kind) => {
		const entries = [...controller.state.history.after(known)];
		known = controller.state.history.last;
		return entries.filter((entry): entry is Of<typeof kind> => entry.kind === kind);
	};
}

suite('the history of a run', () => {
	test("tells of a start: Docker's event, the decision, the write and how it ended", async (t) => {
		const made = await world(t);
		const read = reader(made);
		read('run');
		made.source.start(web);
		await made.time.settled();
		const [entry, ...others] = read('run');
		assert.deepEqual(others, []);
		assert.deepEqual(
			{
				...entry,
				sequence: 0,
				at: '',
				ms: 0,
				writes: entry?.writes.map((it) => ({ ...it, afterMs: typeof it.afterMs })),
			},
			{
				sequence: 0,
				at: '',
				kind: 'run',
				key: web.id,
				container: 'web',
				triggers: [{ from: 'event', action: 'start' }],
				services: [{ id: 'u1:web:80', name: 'web', decision: 'register', because: ['missing'], state: 'registered' }],
				omitted: [],
				writes: [{ operation: 'register', id: 'u1:web:80', because: ['missing'], afterMs: 'number' }],
				ms: 0,
				result: 'ok',
			},
		);
	});

	test('tells why a container that starts yields no service', async (t) => {
		const made = await world(t);
		const read = reader(made);
		read('run');
		made.source.start({ ...web, ports: unpublished });
		await made.time.settled();
		const [entry] = read('run');
		assert.deepEqual([entry?.services, entry?.writes], [[], []]);
		assert.deepEqual(
			entry?.omitted.map(({ port }) => port),
			['80/tcp'],
		);
		assert.notEqual(entry?.omitted[0]?.reason, '');
	});

	test('tells what the watch saw and what differed', async (t) => {
		const made = await world(t, { containers: [web] });
		await made.time.advance(5_000);
		const read = reader(made);
		read('run');
		const stamp = made.entry('u1:web:80')?.stamp;
		assert.ok(stamp !== undefined);
		const [wanted] = made.controller.state.views.get(web.id)?.services ?? [];
		assert.ok(wanted !== undefined && 'checks' in wanted.service);
		await made.agent.register({ ...wanted.service, port: 81 }, stamp, new AbortController().signal);
		await made.time.advance(3_000);
		const [entry] = read('run');
		assert.deepEqual([entry?.triggers, entry?.writes[0]?.because], [[{ from: 'watch' }], ['port']]);
	});

	test('tells of one that another container is the reason for', async (t) => {
		const base = container({ name: 'base', exposed: [], ports: {} });
		const dependent = container({
			id: containerId('d'),
			name: 'dependent',
			networkMode: `container:${base.id}`,
			ports: {},
			networks: {},
		});
		const made = await world(t, { containers: [base, dependent] });
		const read = reader(made);
		read('run');
		made.source.stop(base.id);
		await made.time.settled();
		const entry = read('run').find(({ key }) => key === dependent.id);
		assert.deepEqual(
			[entry?.triggers, entry?.writes.map(({ operation }) => operation)],
			[[{ from: 'container', key: base.id }], ['deregister']],
		);
	});

	test('tells of a failure without its secrets, when it is tried again, and that it was', async (t) => {
		const made = await world(t);
		const read = reader(made);
		read('run');
		made.trouble.writes.set('u1:web:80', refused);
		made.source.start(web);
		await made.time.settled();
		const [failed] = read('run');
		assert.equal(failed?.result, 'error');
		assert.equal(failed.error, 'PUT /v1/agent/service/register: 400 no, token=***');
		assert.ok((failed.nextMs ?? 0) > 400_000, 'what is refused is put off for minutes');
		assert.equal(failed.services[0]?.state, 'failed');
		made.trouble.writes.clear();
		await made.time.advance(800_000, 1_000);
		const [again] = read('run');
		assert.deepEqual([again?.triggers, again?.result], [[{ from: 'retry' }], 'ok']);
	});

	test('tells of a failure that goes on three times and then every tenth time', async (t) => {
		const made = await world(t, { settings: { intervalMs: 0 } });
		made.trouble.writes.set('u1:web:80', new RegistryError('unavailable', 'no leader'));
		made.source.start(web);
		await made.time.advance(20 * 75_000, 1_000);
		const failures = reader(made)('run').flatMap(({ times }) => times ?? []);
		assert.deepEqual(failures.slice(0, 5), [1, 2, 3, 10, 20]);
	});

	test('tells once of a conflict that only a pass has seen', async (t) => {
		const labels = { SERVICE_ID: 'shared' };
		const second = container({ id: containerId('b'), name: 'second', labels, createdAt: '2026-08-01T09:30:00Z' });
		const made = await world(t, { containers: [container({ labels }), second] });
		await made.time.advance(120_000);
		const told = reader(made)('run').filter(({ key }) => key === second.id);
		const named = told.filter(({ services }) => services.some(({ reason }) => reason?.includes('of owner "u1"')));
		assert.deepEqual([named.length, named[0]?.services[0]?.state], [1, 'conflict']);
	});
});

suite('the history of everything', () => {
	test('a steady state adds nothing', async (t) => {
		const made = await world(t, {
			containers: [web, container({ id: containerId('c'), name: 'quiet', ports: unpublished })],
		});
		await made.time.advance(60_000);
		const before = made.controller.state.history.last;
		await made.time.advance(600_000, 1_000);
		assert.equal(made.controller.state.history.last, before);
	});

	test('tells of the first pass, and what it found', async (t) => {
		const made = await world(t, { containers: [web] });
		const [first] = reader(made)('pass');
		assert.deepEqual([first?.trigger, first?.result, first?.drifting], ['start', 'ok', 1]);
	});

	test('tells of an agent that is away, of the pass that failed, and of its return', async (t) => {
		const made = await world(t, { containers: [web] });
		const { history } = made.controller.state;
		const from = history.last;
		made.trouble.all = unreachable;
		await made.time.advance(60_000);
		made.trouble.all = undefined;
		await made.time.advance(30_000);
		const told = [...history.after(from)].map((entry) =>
			entry.kind === 'connection' ? `${entry.side} ${entry.state}` : `${entry.kind} ${entry.result}`,
		);
		assert.deepEqual([told[0], told[1]], ['consul lost', 'pass error']);
		assert.deepEqual(
			told.filter((it) => it === 'consul back'),
			['consul back'],
		);
	});

	test("tells of Docker's events that were lost and came back", async (t) => {
		const made = await world(t, { containers: [web] });
		const read = reader(made);
		read('connection');
		made.source.disconnect('end');
		made.source.connect();
		await made.time.settled();
		assert.deepEqual(
			read('connection').map(({ side, state, error }) => [side, state, error]),
			[
				['docker-events', 'lost', 'the event stream was cut'],
				['docker-events', 'back', undefined],
			],
		);
	});

	test('tells of an engine that does not answer', async (t) => {
		const made = await world(t, { containers: [web] });
		const read = reader(made);
		read('connection');
		made.source.fail(new SourceError('unreachable', 'Docker is away'));
		await made.time.advance(60_000);
		assert.deepEqual(
			read('connection').map(({ side, state }) => `${side} ${state}`),
			['docker lost'],
		);
	});
});
