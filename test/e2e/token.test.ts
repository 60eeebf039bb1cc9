import assert from 'node:assert/strict';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { type ConsulAgent, startAgent } from '../integration/registry/consul-agent.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { docker, eventually, labelArgs, removeAll, runContainer } from '../support/lab.ts';
import { deployFolder } from './compose.ts';

const root = 'c0ffee00-0000-4000-8000-000000000001';
const steady = 6;
/** Our own containers only: this test speaks of everything that is registered. */
const ownOnly = `--container-filter=label=${labelArgs.at(-1)}`;

interface Token {
	readonly AccessorID: string;
	readonly SecretID: string;
}

interface Entry {
	readonly Meta: Readonly<Record<string, string>>;
}

describe('an ACL token that is replaced', () => {
	let agent: ConsulAgent;
	let folder: string;
	let path: string;

	async function newToken(): Promise<Token> {
		const { text } = await agent.ask('PUT', '/v1/acl/token', { Policies: [{ Name: 'reconsul' }] });
		return JSON.parse(text) as Token;
	}
	/** As tools that rotate secrets do it. */
	async function put({ SecretID }: Token): Promise<void> {
		await writeFile(`${path}.new`, `${SecretID}\n`);
		await rename(`${path}.new`, path);
	}
	const forget = ({ AccessorID }: Token) => agent.ask('DELETE', `/v1/acl/token/${AccessorID}`);
	async function entries(): Promise<Readonly<Record<string, Entry>>> {
		return JSON.parse((await agent.ask('GET', '/v1/agent/services')).text) as Record<string, Entry>;
	}
	/** Which tokens the entries say they were registered with. */
	const fingerprints = async (): Promise<ReadonlySet<string | undefined>> =>
		new Set(Object.values(await entries()).map(({ Meta }) => Meta['reconsul-spec']?.split('-')[2]));
	async function inCatalog(): Promise<readonly string[]> {
		const { text } = await agent.ask('GET', `/v1/catalog/node-services/${agent.node}`);
		const { Services } = JSON.parse(text) as { readonly Services: readonly { readonly ID: string }[] };
		return Services.map(({ ID }) => ID);
	}
	/** What earlier tests left is removed besides. */
	const registered = (daemon: Daemon): Promise<number> =>
		daemon.metric('reconsul_operations_total', { kind: 'register' });
	const count = async (count: number): Promise<true> =>
		eventually(`there are ${count} services`, async () => Object.keys(await entries()).length === count);
	const start = (...options: readonly string[]): Promise<Daemon> =>
		startDaemon({
			registry: `consul://${agent.host}:${agent.port}`,
			options: [`--token-file=${path}`, ownOnly, ...options],
		});

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'reconsul-rotation-'));
		path = join(folder, 'token');
		const acl = { enabled: true, default_policy: 'deny', tokens: { master: root, agent: root } };
		agent = await startAgent({ config: { acl }, token: root });
		const rules = await readFile(join(deployFolder, 'consul-policy.hcl'), 'utf8');
		await agent.ask('PUT', '/v1/acl/policy', { Name: 'reconsul', Rules: rules });
		await put(await newToken());
	});
	afterEach(() => removeAll());
	after(async () => {
		await agent[Symbol.asyncDispose]();
		await rm(folder, { recursive: true });
	});

	test('under load loses no service, and moves every one to the new token by one write', async (t) => {
		const old = await newToken();
		await put(old);
		const stay = await Promise.all(Array.from({ length: steady }, () => runContainer('-P', 'redis')));
		await using daemon = await start('--interval=1s');
		await count(steady);
		const [before] = await fingerprints();
		const wanted = Object.keys(await entries());
		const lost = new Set<string>();
		let isRotating = true;
		const watched = (async () => {
			while (isRotating) {
				const [here, there] = [Object.keys(await entries()), await inCatalog()];
				for (const id of wanted) if (!here.includes(id) || !there.includes(id)) lost.add(id);
			}
		})();
		const churned = (async () => {
			for (; isRotating; ) await docker('rm', '-f', (await runContainer('-P', 'redis')).id);
		})();
		const young = await newToken();
		const startedAt = performance.now();
		await put(young);
		const moved = await eventually('all are registered with the new token', async () => {
			const [only, ...others] = await fingerprints();
			return others.length === 0 && only !== before && only;
		});
		t.diagnostic(`${steady} services moved in ${Math.round(performance.now() - startedAt)} ms`);
		await forget(old);
		isRotating = false;
		await Promise.all([watched, churned]);
		assert.deepEqual([...lost], []);
		await count(steady);
		assert.deepEqual([...(await fingerprints())], [moved]);
		// The one that comes and goes may be there at that moment, and is moved as well.
		const writes = await daemon.metric('reconsul_drift_total', { field: 'stamp' });
		assert.ok(writes === steady || writes === steady + 1, `${writes} writes for ${steady} services`);
		assert.equal(await daemon.metric('reconsul_registry_errors_total'), 0);
		await docker('stop', stay[0]?.id ?? '');
		await count(steady - 1);
	});

	test('while the daemon is away is noticed when it comes back', async () => {
		await runContainer('-P', 'redis');
		const old = await newToken();
		await put(old);
		await (await start('--interval=0')).stop();
		const [before] = await fingerprints();
		await put(await newToken());
		await forget(old);
		await using daemon = await start('--interval=0');
		await eventually('it is registered with the new token', async () => {
			const [only] = await fingerprints();
			return only !== before;
		});
		await eventually('it has counted it', async () => (await registered(daemon)) === 1);
	});

	test('after the old one is gone costs no more than one refusal a call', async () => {
		const { name } = await runContainer('-P', 'redis');
		const old = await newToken();
		await put(old);
		await using daemon = await start('--interval=0');
		await eventually('it is there', async () => Object.keys(await entries()).some((id) => id.includes(name)));
		await forget(old);
		await put(await newToken());
		const next = await runContainer('-P', 'redis');
		await eventually('the next is there', async () =>
			Object.keys(await entries()).some((id) => id.includes(next.name)),
		);
		assert.equal(await daemon.metric('reconsul_registry_errors_total', { class: 'forbidden' }), 0);
	});

	test('changes nothing where it is the same: no write at a restart', async () => {
		await runContainer('-P', 'redis');
		await (await start()).stop();
		await using daemon = await start('--interval=1s');
		await eventually('two passes', async () => (await daemon.metric('reconsul_resync_total', { result: 'clean' })) > 1);
		assert.equal(await registered(daemon), 0);
	});
});
