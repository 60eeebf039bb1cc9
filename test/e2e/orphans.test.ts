import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { eventually } from '../support/lab.ts';
import { idle, startStage } from './stage.ts';

const stage = await startStage();
const { engine, consul } = stage;
after(() => stage[Symbol.asyncDispose]());

interface CatalogEntry {
	readonly ID: string;
	/** Moves with every write that changes something. */
	readonly ModifyIndex: number;
}

/** The catalog's entries with these ids. */
async function catalog(ids: readonly string[]): Promise<readonly CatalogEntry[]> {
	const { Services } = (await consul.request('GET', '/v1/catalog/node/u1')) as {
		readonly Services: Readonly<Record<string, CatalogEntry>>;
	};
	return ids.flatMap((id) => Services[id] ?? []);
}

/** Entries that look like ours and are not; their containers do not exist, as far as they name one. */
async function registerStrangers(): Promise<readonly string[]> {
	const engineId = await engine.docker('info', '--format', '{{.ID}}');
	const stamp = (owner: string, id = engineId): object => ({
		'reconsul-owner': owner,
		'reconsul-engine': id,
		'reconsul-container': 'f'.repeat(64),
		'reconsul-spec': '1-0000000000000000',
	});
	const strangers: Readonly<Record<string, object>> = {
		'u2:redis.0:6379': {},
		'u10:redis.0:6379': {},
		'u1:by-hand:6379': {},
		'u1:other-owner:6379': stamp('other'),
		'u1:longer-owner:6379': stamp('u10'),
		'u1:other-case:6379': stamp('U1'),
		'u1:other-engine:6379': stamp('u1', 'another engine'),
		'u2:redis.1:6379': stamp('u2'),
	};
	for (const [ID, Meta] of Object.entries(strangers))
		await consul.request('PUT', '/v1/agent/service/register', { ID, Name: 'redis', Port: 6379, Meta });
	const ids = Object.keys(strangers);
	await eventually('the catalog has them', async () => assert.equal((await catalog(ids)).length, ids.length));
	return ids;
}

describe('the daemon was killed, and two thirds of nine containers ended before it was back', () => {
	test('their services are held, confirmed by a second look, and gone in time; nobody else is touched', async () => {
		const names = Array.from({ length: 9 }, (_, at) => `redis.${at}`);
		const ids = names.map((name) => `u1:${name}:6379`);
		await Promise.all(names.map((name) => stage.run('--name', name, '-P', 'redis')));
		const strangerIds = await registerStrangers();
		const before = await catalog(strangerIds);
		const first = await stage.start();
		const all = [...ids, ...strangerIds].sort();
		await eventually('all are registered', async () => assert.deepEqual(await stage.ids(), all));
		await first.kill();

		await engine.docker('kill', ...names.slice(0, 6));
		await engine.docker('rm', ...names.slice(0, 3));
		const since = performance.now();
		await using daemon = await stage.start();
		await eventually('six are held', async () => {
			assert.equal(await daemon.metric('reconsul_operations_held', { reason: 'mass-delete' }), 6);
		});
		assert.deepEqual(await stage.ids(), all);
		assert.ok(daemon.log.some(({ level, services }) => level === 'warn' && services === 6));

		const left = [...ids.slice(6), ...strangerIds].sort();
		await eventually('the six are gone', async () => assert.deepEqual(await stage.ids(), left), {
			withinMs: Math.floor(15_000 - (performance.now() - since)),
		});
		await idle(daemon);
		assert.equal(await daemon.writes(), 6);
		assert.equal(await daemon.metric('reconsul_operations_held', { reason: 'mass-delete' }), 0);
		assert.deepEqual(await catalog(strangerIds), before);
	});
});
