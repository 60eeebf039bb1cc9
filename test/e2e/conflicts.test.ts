import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import type { Daemon } from '../support/daemon.ts';
import { eventually } from '../support/lab.ts';
import { agentServices, cleanPasses, idle, startStage } from './stage.ts';

const stage = await startStage();
const { engine, consul } = stage;
after(() => stage[Symbol.asyncDispose]());
afterEach(() => stage.clear());

interface Row {
	readonly id: string;
	readonly state: string;
	readonly reason?: string;
}

/** What /api/services says of the services with this id. */
async function rowsOf(daemon: Daemon, id: string): Promise<readonly Row[]> {
	const response = await fetch(`${daemon.url}/api/services`, { signal: AbortSignal.timeout(5_000) });
	const found: Row[] = [];
	const visit = (value: unknown): void => {
		if (typeof value !== 'object' || value === null) return;
		const row = value as Partial<Row>;
		if (row.id === id && typeof row.state === 'string') found.push(value as Row);
		for (const inner of Object.values(value)) visit(inner);
	};
	visit(await response.json());
	return found;
}

const conflicts = (daemon: Daemon): Promise<number> => daemon.metric('reconsul_conflicts');
const told = ({ log }: Daemon, id: string): number =>
	log.filter((line) => line['id'] === id && line['state'] === 'conflict').length;
const portOf = async (id: string): Promise<number | undefined> =>
	(await agentServices(consul)).find(({ ID }) => ID === id)?.Port;
const publishedBy = async (name: string): Promise<number> =>
	Number((await engine.docker('port', name, '6379/tcp')).split('\n')[0]?.split(':').at(-1));

describe('an id that two want', () => {
	test('goes to the container created first, at every start alike, and to the other when that one ends', async () => {
		const id = 'shared';
		await stage.run('--name', 'first', '-P', '--label', `SERVICE_ID=${id}`, 'redis');
		await stage.run('--name', 'second', '-P', '--label', `SERVICE_ID=${id}`, 'redis');
		for (let start = 0; start < 3; start += 1) {
			await using daemon = await stage.start('--deregister-on-exit');
			await eventually('it is registered', async () => assert.equal(await portOf(id), await publishedBy('first')));
			await idle(daemon);
			await cleanPasses(daemon, 2);
			assert.deepEqual([await conflicts(daemon), told(daemon, id)], [1, 1]);
			assert.deepEqual((await rowsOf(daemon, id)).map(({ state }) => state).sort(), ['conflict', 'registered']);
			assert.equal(await daemon.writes(), 1);
			await daemon.stop();
		}
		await using daemon = await stage.start();
		await eventually('it is registered', async () => assert.equal(await portOf(id), await publishedBy('first')));
		await engine.docker('kill', 'first');
		const heir = await publishedBy('second');
		await eventually('the other has it', async () => assert.equal(await portOf(id), heir));
		await eventually('nothing is in conflict', async () => (await conflicts(daemon)) === 0);
	});

	test('stays with another owner while that one has it, and is ours when it goes', async () => {
		const ID = 'their-id';
		const Meta = {
			'reconsul-owner': 'u2',
			'reconsul-engine': 'another',
			'reconsul-container': 'f'.repeat(64),
			'reconsul-spec': '1-0000000000000000',
		};
		await consul.request('PUT', '/v1/agent/service/register', { ID, Name: 'redis', Port: 1, Meta });
		await using daemon = await stage.start();
		await eventually('what was left is gone', async () => assert.deepEqual(await stage.ids(), [ID]));
		await idle(daemon);
		const writes = await daemon.writes();
		await stage.run('--name', 'ours', '-P', '--label', `SERVICE_ID=${ID}`, 'redis');
		await eventually('it is in conflict', async () => (await conflicts(daemon)) === 1);
		await cleanPasses(daemon, 2);
		const [row, ...more] = await rowsOf(daemon, ID);
		assert.deepEqual([row?.state, more.length, told(daemon, ID)], ['conflict', 0, 1]);
		assert.match(row?.reason ?? '', /its id is taken by container f{12} of owner "u2"/);
		assert.deepEqual([await portOf(ID), await daemon.writes()], [1, writes]);
		await consul.request('PUT', `/v1/agent/service/deregister/${ID}`);
		daemon.signal('SIGHUP');
		await eventually('it is ours', async () => assert.equal(await portOf(ID), await publishedBy('ours')));
		await eventually('nothing is in conflict', async () => (await conflicts(daemon)) === 0);
	});

	test('by name is not to be had by label, also while its container restarts', async () => {
		const id = 'u1:victim:6379';
		await stage.run('--name', 'victim', '-P', 'redis');
		await using daemon = await stage.start();
		await stage.run('--name', 'thief', '-P', '--label', `SERVICE_ID=${id}`, '--label', 'SERVICE_NAME=bank', 'redis');
		await eventually('it is in conflict', async () => (await conflicts(daemon)) === 1);
		await engine.docker('restart', '-t', '0', 'victim');
		const port = await publishedBy('victim');
		await eventually('the victim has it again', async () => assert.equal(await portOf(id), port));
		await eventually('the thief is in conflict', async () => (await conflicts(daemon)) === 1);
	});
});
