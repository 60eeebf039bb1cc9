import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Daemon } from '../support/daemon.ts';
import { eventually } from '../support/lab.ts';
import { type AgentService, agentServices, idle, startStage } from './stage.ts';

const stage = await startStage({ enable_script_checks: false });
const { consul } = stage;
after(() => stage[Symbol.asyncDispose]());

const rounds = 12;
const script = 'service:u1:scripted:6379';
const tcp = 'service:u1:checked:6379';

const entryOf = async (id: string): Promise<AgentService> => {
	const entry = (await agentServices(consul)).find(({ ID }) => ID === id);
	assert.ok(entry !== undefined, `${id} is not registered`);
	return entry;
};

const edit = (entry: AgentService, change: object): Promise<unknown> => {
	const { ID, Service: Name, Address, Port, Tags, Meta } = entry;
	const body = { ID, Name, Address, Port, Tags, Meta, ...change };
	return consul.request('PUT', '/v1/agent/service/register', body);
};

const checkIds = async (): Promise<readonly string[]> =>
	Object.keys((await consul.request('GET', '/v1/agent/checks')) as object).sort();

async function passed(ms: number): Promise<void> {
	const until = performance.now() + ms;
	await eventually(`${ms} ms have passed`, () => performance.now() > until);
}

/** So long after a write of its own the daemon takes a difference for the catalog being late. */
const catalogSettled = (): Promise<void> => passed(2_100);
/** So long after an answer, with time to spare, the watch is asked again; an edit before that waits for it. */
const watchIsArmed = (): Promise<void> => passed(500);

describe('entries of ours in other hands', () => {
	let daemon: Daemon;
	const start = (...options: readonly string[]): Promise<Daemon> => stage.start('--interval=0', ...options);

	before(async () => {
		await stage.run('--name', 'edited', '-P', '--label', 'SERVICE_TAGS=a,b', '--label', 'SERVICE_REGION=us2', 'redis');
		await stage.run('--name', 'open', '-P', '--label', 'reconsul.enable_tag_override=yes', 'redis');
		await stage.run('--name', 'checked', '-P', '--label', 'SERVICE_CHECK_TCP=true', 'redis');
		await stage.run('--name', 'scripted', '-P', '--label', 'SERVICE_CHECK_SCRIPT=true', 'redis');
		daemon = await start();
		await eventually('all are registered', async () => assert.equal((await stage.ids()).length, 4));
		await idle(daemon);
		await catalogSettled();
	});
	after(() => daemon[Symbol.asyncDispose]());

	test(`${rounds} edits and removals, each of a kind, are repaired by the watch, each with one write`, async (t: TestContext) => {
		const names = Array.from({ length: rounds }, (_, at) => `each-${at}`);
		await Promise.all(names.map((name) => stage.run('--name', name, '-P', '--label', 'SERVICE_REGION=us2', 'redis')));
		await eventually('all are registered', async () => assert.equal((await stage.ids()).length, rounds + 4));
		await idle(daemon);
		await catalogSettled();
		const deeds: readonly ((entry: AgentService) => Promise<unknown>)[] = [
			(entry) => edit(entry, { Address: '203.0.113.9' }),
			(entry) => edit(entry, { Port: entry.Port + 1 }),
			(entry) => edit(entry, { Tags: ['theirs'] }),
			(entry) => edit(entry, { Meta: { ...entry.Meta, region: 'elsewhere' } }),
			({ ID }) => consul.request('PUT', `/v1/agent/service/deregister/${ID}`),
		];
		const times: number[] = [];
		for (const [at, name] of names.entries()) {
			const entry = await entryOf(`u1:${name}:6379`);
			const writes = await daemon.writes();
			await watchIsArmed();
			const since = performance.now();
			await deeds[at % deeds.length]?.(entry);
			await eventually('it is as it was', async () => assert.deepEqual(await entryOf(entry.ID), entry), { everyMs: 2 });
			times.push(performance.now() - since);
			await idle(daemon);
			assert.equal(await daemon.writes(), writes + 1);
		}
		times.sort((a, b) => a - b);
		const [p50 = 0, max = 0] = [times[rounds / 2], times.at(-1)];
		t.diagnostic(`repaired after ${p50.toFixed(0)} ms (p50), ${max.toFixed(0)} ms (max of ${rounds})`);
		assert.ok(max < 1_000, `${max} ms`);
	});

	test('tags edited where EnableTagOverride is on stay, and are sent back with a repair', async () => {
		const entry = await entryOf('u1:open:6379');
		const writes = await daemon.writes();
		await edit(entry, { EnableTagOverride: true, Tags: ['theirs'] });
		await catalogSettled();
		await idle(daemon);
		assert.equal(await daemon.writes(), writes);
		await edit(entry, { EnableTagOverride: true, Tags: ['theirs'], Port: 1 });
		await eventually('its port is back', async () => assert.equal((await entryOf(entry.ID)).Port, entry.Port));
		assert.deepEqual((await entryOf(entry.ID)).Tags, ['theirs']);
		await idle(daemon);
		assert.equal(await daemon.writes(), writes + 1);
	});

	test('maintenance that people ordered is left alone, and outlives a repair', async () => {
		const entry = await entryOf('u1:edited:6379');
		await consul.request('PUT', `/v1/agent/service/maintenance/${entry.ID}?enable=true&reason=by%20hand`);
		const writes = await daemon.writes();
		await edit(entry, { Port: 1 });
		await eventually('its port is back', async () => assert.equal((await entryOf(entry.ID)).Port, entry.Port));
		await idle(daemon);
		assert.equal(await daemon.writes(), writes + 1);
		assert.ok((await checkIds()).includes(`_service_maintenance:${entry.ID}`));
	});

	test('a check that somebody removed is back by the next pass, with one write', async () => {
		const writes = await daemon.writes();
		await consul.request('PUT', `/v1/agent/check/deregister/${tcp}`);
		daemon.signal('SIGHUP');
		await eventually('it is back', async () => (await checkIds()).includes(tcp));
		await idle(daemon);
		assert.equal(await daemon.writes(), writes + 1);
	});

	test('a script check that the agent refused is known to be missing after a restart, and not tried at once', async () => {
		assert.ok(!(await checkIds()).includes(script));
		await daemon.stop();
		daemon = await start();
		daemon.signal('SIGHUP');
		await eventually(
			'two passes',
			async () => (await daemon.metric('reconsul_resync_total', { result: 'clean' })) >= 2,
		);
		await idle(daemon);
		assert.equal(await daemon.writes(), 0);
		assert.ok(daemon.log.some(({ id, message }) => id === 'u1:scripted:6379' && /refused/.test(message)));
	});
});
