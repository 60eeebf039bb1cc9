import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '../support/lab.ts';
import { startStage } from './stage.ts';

interface CatalogRow {
	readonly ServiceID: string;
	readonly ServicePort: number;
	/** Another one where the entry was away, for however short a time. */
	readonly CreateIndex: number;
}

const stage = await startStage();
after(() => stage[Symbol.asyncDispose]());
const { consul } = stage;

/** What the catalog shows from now on, by a blocking query. */
async function follow(service: string): Promise<{ readonly shown: readonly CatalogRow[][] } & AsyncDisposable> {
	const stop = new AbortController();
	const shown: CatalogRow[][] = [];
	const ask = async (index: string): Promise<string> => {
		const url = `${consul.address}/v1/catalog/service/${service}?index=${index}&wait=60s`;
		const response = await fetch(url, { signal: stop.signal });
		shown.push((await response.json()) as CatalogRow[]);
		return response.headers.get('x-consul-index') ?? '0';
	};
	let index = await ask('0');
	const following = (async () => {
		while (!stop.signal.aborted) index = await ask(index);
	})().catch(() => {});
	return {
		shown,
		[Symbol.asyncDispose]: async () => {
			stop.abort();
			await following;
		},
	};
}

const indexes = (rows: readonly CatalogRow[]): readonly string[] =>
	rows.map(({ ServiceID, CreateIndex }) => `${ServiceID} ${CreateIndex}`).sort();
const ports = (rows: readonly CatalogRow[]): readonly number[] => rows.map(({ ServicePort }) => ServicePort).sort();

test('containers made anew while the daemon was down take their entries over: the catalog is never without one', async () => {
	const names = ['redis.0', 'redis.1', 'redis.2', 'redis.3', 'redis.4', 'redis.5'];
	const runAll = (firstPort: number) =>
		Promise.all(names.map((name, n) => stage.run('--name', name, '-p', `${firstPort + n}:6379`, 'redis')));
	await runAll(10_000);
	const first = await stage.start();
	await eventually('all are registered', async () => (await stage.ids()).length === names.length);
	await first.stop();
	await stage.engine.docker('rm', '-f', ...names);
	await runAll(11_000);
	await using catalog = await follow('redis');
	const [before = []] = catalog.shown;
	assert.equal(before.length, names.length);
	await using daemon = await stage.start();
	await eventually('the catalog has the new ports', () =>
		assert.deepEqual(ports(catalog.shown.at(-1) ?? []), [11_000, 11_001, 11_002, 11_003, 11_004, 11_005]),
	);
	assert.deepEqual(
		catalog.shown.map((rows) => indexes(rows)),
		catalog.shown.map(() => indexes(before)),
	);
	assert.equal(await daemon.metric('reconsul_operations_total', { kind: 'deregister' }), 0);
	assert.equal(await daemon.writes(), names.length);
	assert.deepEqual(
		daemon.log.filter(({ level }) => level === 'warn').map(({ message }) => message),
		[],
	);
});
