import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { idle, startStage } from './stage.ts';

const stage = await startStage();
const { engine, consul } = stage;
after(() => stage[Symbol.asyncDispose]());

/** Longer work is in `make soak`, which has such entries too. */
const busyMs = 15_000;

interface CatalogEntry {
	readonly ID: string;
	/** Moves with every write that changes something. */
	readonly ModifyIndex: number;
}

const stamp = (owner: string): object => ({
	'reconsul-owner': owner,
	'reconsul-engine': 'another',
	'reconsul-container': 'f'.repeat(64),
	'reconsul-spec': '1-0000000000000000',
});

/** Other owners', other tools', by hand; some with ids that containers below ask for by label. */
const foreign: Readonly<Record<string, object>> = {
	'u2:churn-0:6379': {},
	'u10:churn-0:6379': { Meta: stamp('u10') },
	'u1:churn-0:6379': { Meta: stamp('u2') },
	'u1:churn-0:63790': { Meta: stamp('u1 ') },
	'by-hand': {},
	'their-id': { Meta: stamp('other') },
	'_nomad-task-5f2c1d1e-9a0b-group-web-http': { Meta: { 'external-source': 'nomad' } },
	'churn-sidecar-proxy': {
		Kind: 'connect-proxy',
		Proxy: { DestinationServiceName: 'redis', DestinationServiceID: 'u1:churn-1:6379' },
		// As a sidecar inherits it from its service.
		Meta: stamp('u1'),
	},
};

async function foreignEntries(): Promise<readonly CatalogEntry[]> {
	const { Services } = (await consul.request('GET', '/v1/catalog/node/u1')) as {
		readonly Services: Readonly<Record<string, CatalogEntry>>;
	};
	const ids = ['consul', ...Object.keys(foreign)];
	return ids.flatMap((id) => Services[id] ?? []);
}

test('a busy host leaves every entry that is not ours as it was, to the index of its last change', async (t: TestContext) => {
	for (const [ID, more] of Object.entries(foreign))
		await consul.request('PUT', '/v1/agent/service/register', { ID, Name: 'redis', Port: 6379, ...more });
	const before = await foreignEntries();
	assert.equal(before.length, 1 + Object.keys(foreign).length);
	await using daemon = await stage.start('-resync=5');
	const wanted = ['', 'by-hand', 'their-id', 'consul', '_nomad-task-5f2c1d1e-9a0b-group-web-http', ''];
	const until = performance.now() + busyMs;
	let rounds = 0;
	for (; performance.now() < until; rounds += 1) {
		const names = wanted.map((_, at) => `churn-${at}`);
		const labels = wanted.map((id) =>
			id === '' ? [] : ['--label', `SERVICE_ID=${id}`, '--label', 'SERVICE_NAME=thief'],
		);
		await Promise.all(names.map((name, at) => stage.run('--name', name, '-P', ...(labels[at] ?? []), 'redis')));
		// In every other round the daemon is asked to look at everything amid it.
		if (rounds % 2 === 0) daemon.signal('SIGHUP');
		await engine.docker('rename', 'churn-5', `renamed-${rounds}`);
		await engine.docker('kill', ...names.slice(0, 3));
		await engine.docker('rm', '-f', ...names.slice(0, 5), `renamed-${rounds}`);
	}
	await idle(daemon);
	t.diagnostic(`${rounds} rounds of ${wanted.length} containers, ${await daemon.writes()} writes`);
	assert.ok((await daemon.writes()) >= rounds);
	assert.deepEqual(await foreignEntries(), before);
	assert.deepEqual(await stage.ids(), Object.keys(foreign).sort());
});
