import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { startConsulProxy } from '../support/consul-proxy.ts';
import { startDaemon, startProgram } from '../support/daemon.ts';
import { eventually, freePort, labelArgs, removeAll, runContainer, startConsul } from '../support/lab.ts';
import { recordedCases, titleOf } from '../support/recorded.ts';
import { agentServices, idle } from './stage.ts';

const consul = await startConsul();
const proxy = await startConsulProxy(consul.port);
const registry = `consul://127.0.0.1:${proxy.port}`;
const flags = ['--hostname=u1', '-ip', '127.0.0.1', '--container-filter', `label=${labelArgs.at(-1)}`];
after(async () => {
	await proxy[Symbol.asyncDispose]();
	await consul[Symbol.asyncDispose]();
});
afterEach(async () => {
	await removeAll();
	for (const { ID } of await agentServices(consul))
		await consul.request('PUT', `/v1/agent/service/deregister/${encodeURIComponent(ID)}`);
});

const put = (body: object): Promise<unknown> => consul.request('PUT', '/v1/agent/service/register', body);

async function plan(options: readonly string[], { to = registry, docker = '' } = {}) {
	const at = docker === '' ? {} : { docker };
	await using program = startProgram([...flags, 'plan', ...options, to], at);
	const code = await program.exit;
	return { code, stdout: program.stdout, stderr: program.stderr };
}

interface Report {
	readonly isInSync: boolean;
	readonly entries: readonly { readonly action: string; readonly id: string }[];
	readonly formerHosts: readonly { readonly hostname: string }[];
}

const told = ({ stdout }: { readonly stdout: string }): readonly string[] =>
	(JSON.parse(stdout) as Report).entries.map(({ action, id }) => `${action} ${id}`);

/** Moves with every change in the catalog. */
const catalogIndex = async (): Promise<string | null> =>
	(await fetch(`${consul.address}/v1/catalog/services`)).headers.get('x-consul-index');

describe('reconsul plan', () => {
	test('exits with 2 where something would change, and writes nothing', async () => {
		const ports = [await freePort(), await freePort(), await freePort()] as const;
		const names = ['plan-adopt', 'plan-change', 'plan-new'] as const;
		for (const [at, name] of names.entries()) await runContainer('--name', name, '-p', `${ports[at]}:6379`, 'redis');
		await put({ ID: 'u1:plan-adopt:6379', Name: 'redis', Address: '127.0.0.1', Port: ports[0] });
		await put({ ID: 'u1:plan-change:6379', Name: 'redis', Address: '172.17.0.9', Port: ports[1] });
		await eventually('the catalog has them', async () =>
			assert.match(JSON.stringify(await consul.request('GET', '/v1/catalog/node/u1')), /plan-change/),
		);
		const [before, index] = [await agentServices(consul), await catalogIndex()];
		proxy.forget();
		const text = await plan([]);
		const machine = await plan(['--json']);
		assert.deepEqual([text.code, machine.code, text.stderr, machine.stderr], [2, 2, '', '']);
		assert.equal(
			// Other tests may have containers on this engine, which the filter hides.
			text.stdout.replace(/not registered \d+:.*?\n\n/s, ''),
			`register 1: services of running containers that the agent does not have
  u1:plan-new:6379  redis  127.0.0.1:${ports[2]}  plan-new

adopt 1: entries as wanted but for our stamp; one write each adds it
  u1:plan-adopt:6379  redis  127.0.0.1:${ports[0]}  plan-adopt

change 1: entries that are not as wanted
  u1:plan-change:6379  redis  127.0.0.1:${ports[1]}  plan-change
      it has no stamp of ours: registrator wrote it, or somebody took the stamp off
      address  wanted 127.0.0.1  found 172.17.0.9

not in sync: 1 register, 1 adopt, 1 change (owner u1); nothing was written
`,
		);
		assert.deepEqual(told(machine), [
			'register u1:plan-new:6379',
			'adopt u1:plan-adopt:6379',
			'change u1:plan-change:6379',
		]);
		assert.deepEqual(proxy.writes, []);
		assert.deepEqual([await agentServices(consul), await catalogIndex()], [before, index]);
	});

	test('lists what -cleanup would remove, as it was recorded, and no more', async () => {
		const recorded = recordedCases().find((it) => titleOf(it) === 'flags/cleanup-at-start');
		const preregistered = recorded?.preregistered ?? [];
		for (const body of preregistered) await put(body);
		const staying = new Set(recorded?.expect.map(({ ID }) => ID));
		const going = preregistered
			.map(({ ID }) => ID)
			.filter((id) => !staying.has(id))
			.sort();
		assert.equal(going.length, 4);
		const without = await plan(['--json']);
		assert.deepEqual([without.code, told(without)], [0, going.map((id) => `stale ${id}`)]);
		const cleaning = await plan(['--json', '-cleanup']);
		assert.deepEqual([cleaning.code, told(cleaning)], [2, going.map((id) => `remove ${id}`)]);
	});

	test('exits with 1 where one side does not answer, and says which', async () => {
		const noConsul = await plan([], { to: `consul://127.0.0.1:${await freePort()}` });
		assert.deepEqual([noConsul.code, noConsul.stdout], [1, '']);
		assert.match(noConsul.stderr, /GET \/v1\/agent\/services: connection refused/);
		const noDocker = await plan([], { docker: 'unix:///run/there-is-none.sock' });
		assert.deepEqual([noDocker.code, noDocker.stdout], [1, '']);
		assert.match(noDocker.stderr, /there-is-none\.sock/);
	});
});

describe('a registrator that ran in a container of its own', () => {
	const short = '3f2a91c0d4e5';

	/** The least number of instances that passed at any moment, by a blocking query. */
	async function watchPassing(service: string): Promise<{ least(): number } & AsyncDisposable> {
		const stop = new AbortController();
		let least = Number.POSITIVE_INFINITY;
		const ask = async (index: string): Promise<string> => {
			const url = `${consul.address}/v1/health/service/${service}?passing=1&index=${index}&wait=60s`;
			const response = await fetch(url, { signal: stop.signal });
			least = Math.min(least, ((await response.json()) as readonly unknown[]).length);
			return response.headers.get('x-consul-index') ?? '0';
		};
		let index = await ask('0');
		const watching = (async () => {
			while (!stop.signal.aborted) index = await ask(index);
		})().catch(() => {});
		return {
			least: () => least,
			[Symbol.asyncDispose]: async () => {
				stop.abort();
				await watching;
			},
		};
	}

	test('is found by plan; its services come over under their new ids without a moment of absence', async () => {
		const port = await freePort();
		const check = ['-e', 'SERVICE_CHECK_TCP=true', '-e', 'SERVICE_CHECK_INTERVAL=1s'];
		await runContainer('--name', 'former-1', '-p', `${port}:6379`, ...check, 'redis', 'httpd', '-f', '-p', '6379');
		const Meta = { check_tcp: 'true', check_interval: '1s' };
		const body = { Name: 'redis', Address: '127.0.0.1', Port: port, Meta };
		await put({ ...body, ID: `${short}:former-1:6379`, Check: { TCP: `127.0.0.1:${port}`, Interval: '1s' } });
		const passing = async (): Promise<number> =>
			((await consul.request('GET', '/v1/health/service/redis?passing=1')) as readonly unknown[]).length;
		await eventually('it passes', async () => (await passing()) === 1);
		const found = JSON.parse((await plan(['--json'])).stdout) as Report;
		assert.deepEqual(
			found.formerHosts.map(({ hostname }) => hostname),
			[short],
		);

		await using watch = await watchPassing('redis');
		{
			await using daemon = await startDaemon({ registry, options: flags });
			await idle(daemon);
			await eventually('both pass', async () => (await passing()) === 2);
			await daemon.stop();
		}
		const planned = await plan(['--json', '--former-hostname', short]);
		assert.deepEqual([planned.code, told(planned)], [2, [`remove ${short}:former-1:6379`, 'keep u1:former-1:6379']]);
		await using _daemon = await startDaemon({ registry, options: [...flags, '--former-hostname', short] });
		await eventually('the old one is gone', async () =>
			assert.deepEqual(
				(await agentServices(consul)).map(({ ID }) => ID),
				['u1:former-1:6379'],
			),
		);
		assert.equal(await passing(), 1);
		assert.equal(watch.least(), 1);
	});
});
