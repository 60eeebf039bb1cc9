import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Daemon } from '../support/daemon.ts';
import { eventually } from '../support/lab.ts';
import { type AgentService, agentServices, idle, startStage } from './stage.ts';

const stage = await startStage();
const { consul } = stage;
after(() => stage[Symbol.asyncDispose]());

/** What somebody does to an entry, by its name: a container of its own for each. */
const deeds: Readonly<Record<string, (entry: AgentService) => Promise<unknown>>> = {
	deregistered: ({ ID }) => consul.request('PUT', `/v1/agent/service/deregister/${ID}`),
	address: (entry) => edit(entry, { Address: '203.0.113.9' }),
	port: (entry) => edit(entry, { Port: entry.Port + 1 }),
	tags: (entry) => edit(entry, { Tags: ['b'] }),
	meta: (entry) => edit(entry, { Meta: { ...entry.Meta, region: 'elsewhere' } }),
	'meta-added': (entry) => edit(entry, { Meta: { ...entry.Meta, extra: '1' } }),
	stamp: (entry) => edit(entry, { Meta: { region: 'us2' } }),
};

const edit = (entry: AgentService, change: Partial<AgentService>): Promise<unknown> => {
	const { ID, Service: Name, Address, Port, Tags, Meta } = { ...entry, ...change };
	return consul.request('PUT', '/v1/agent/service/register', { ID, Name, Address, Port, Tags, Meta });
};

describe('what somebody else does to a service of ours', () => {
	const names = Object.keys(deeds);
	let daemon: Daemon;

	before(async () => {
		const env = ['-e', 'SERVICE_TAGS=a,b', '-e', 'SERVICE_REGION=us2'];
		await Promise.all(names.map((name) => stage.run('--name', name, '-P', ...env, 'redis')));
		// No full pass comes to the rescue.
		daemon = await stage.start('--interval=0');
		await eventually('all are registered', async () => assert.equal((await stage.ids()).length, names.length));
		await idle(daemon);
		// For so long after a write of its own, the daemon takes a difference for the catalog being late.
		const settledAt = performance.now() + 2_000;
		await eventually('the catalog has had its time', () => performance.now() > settledAt);
	});
	after(() => daemon[Symbol.asyncDispose]());

	const entryOf = async (name: string): Promise<AgentService> => {
		const entry = (await agentServices(consul)).find(({ ID }) => ID === `u1:${name}:6379`);
		assert.ok(entry !== undefined, `${name} is not registered`);
		return entry;
	};

	for (const [name, deed] of Object.entries(deeds))
		test(`${name}: is repaired within a second, by one write`, async () => {
			const entry = await entryOf(name);
			const writes = await daemon.writes();
			await deed(entry);
			await eventually('it is as it was', async () => assert.deepEqual(await entryOf(name), entry), {
				withinMs: 1_000,
				everyMs: 5,
			});
			await idle(daemon);
			assert.equal(await daemon.writes(), writes + 1);
		});

	test('nothing else was written, and nothing is later', async () => {
		const settledAt = performance.now() + 2_500;
		await eventually('the catalog has had its time', () => performance.now() > settledAt);
		await idle(daemon);
		assert.equal(await daemon.writes(), 2 * names.length);
		assert.equal((await stage.ids()).length, names.length);
	});
});
