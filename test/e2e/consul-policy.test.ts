import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { type ConsulAgent, startAgent } from '../integration/registry/consul-agent.ts';
import { type Daemon, launchDaemon } from '../support/daemon.ts';
import { docker, eventually, removeAll, runContainer } from '../support/lab.ts';
import { deployFolder } from './compose.ts';

const root = 'c0ffee00-0000-4000-8000-000000000001';
/** So that only the watch can find what others do. */
const noPasses = '--interval=0';

describe('deploy/consul-policy.hcl, where Consul denies by default', () => {
	let agent: ConsulAgent;
	let policy: string;

	/** A token that may do what these rules say. */
	async function tokenFor(rules: string): Promise<string> {
		const name = `policy-${rules.length}`;
		await agent.ask('PUT', '/v1/acl/policy', { Name: name, Rules: rules });
		const { text } = await agent.ask('PUT', '/v1/acl/token', { Policies: [{ Name: name }] });
		return (JSON.parse(text) as { SecretID: string }).SecretID;
	}
	/** The daemon with such a token; it may never be ready. */
	const daemonWith = async (rules: string, ...options: readonly string[]): Promise<Daemon> =>
		launchDaemon({
			registry: `consul://${agent.host}:${agent.port}`,
			options,
			env: { CONSUL_HTTP_TOKEN: await tokenFor(rules) },
		});
	const without = (...blocks: readonly string[]): string =>
		blocks.reduce((rules, block) => {
			const rest = rules.replace(new RegExp(`^${block} "" \\{[^}]*\\}$`, 'm'), '');
			assert.notEqual(rest, rules);
			return rest;
		}, policy);
	async function deregisteredByOthers(id: string): Promise<void> {
		assert.equal((await agent.ask('PUT', `/v1/agent/service/deregister/${id}`)).status, 200);
	}
	/** The id of the container's service, once it is there. */
	const serviceOf = (container: string): Promise<string> =>
		eventually(`a service of ${container}`, async () => (await ids()).find((id) => id.includes(container)) ?? false);
	const ids = async (): Promise<readonly string[]> =>
		Object.keys(JSON.parse((await agent.ask('GET', '/v1/agent/services')).text) as object);
	const said = (daemon: Daemon, pattern: RegExp): Promise<true> =>
		eventually(`the log says ${pattern}`, () => daemon.log.some(({ message }) => pattern.test(message)));

	before(async () => {
		policy = await readFile(join(deployFolder, 'consul-policy.hcl'), 'utf8');
		const acl = { enabled: true, default_policy: 'deny', tokens: { master: root, agent: root } };
		agent = await startAgent({ config: { acl }, token: root });
	});
	afterEach(() => removeAll());
	after(() => agent[Symbol.asyncDispose]());

	test('containers come and go, and what others deregister comes back', async () => {
		await using daemon = await daemonWith(policy, noPasses);
		await daemon.ready();
		const { id, name } = await runContainer('-P', 'redis');
		const service = await serviceOf(name);
		await deregisteredByOthers(service);
		assert.equal(await serviceOf(name), service);
		await docker('stop', id);
		await eventually('it is gone', async () => !(await ids()).includes(service));
		assert.equal(await daemon.metric('reconsul_registry_errors_total'), 0);
		assert.equal(await daemon.metric('reconsul_registry_watch_connected'), 1);
	});
	test('service:write alone is enough for TTL checks', async () => {
		const rules = without('node_prefix', 'agent_prefix');
		await using daemon = await daemonWith(rules, noPasses, '-ttl=30', '-ttl-refresh=1');
		await runContainer('-P', 'redis');
		await eventually(
			'a heartbeat',
			async () => (await daemon.metric('reconsul_heartbeats_total', { result: 'ok' })) > 0,
		);
		assert.equal(await daemon.metric('reconsul_heartbeats_total', { result: 'error' }), 0);
	});

	test('without service:write the log says so, and the container is not forgotten', async () => {
		await using daemon = await daemonWith(without('service_prefix'), noPasses);
		const { name } = await runContainer('-P', 'redis');
		await said(daemon, /service:write/);
		assert.equal(
			(await ids()).some((id) => id.includes(name)),
			false,
		);
		assert.ok((await daemon.metric('reconsul_services', { state: 'desired' })) > 0);
	});

	test('without node:read the log says so, and the full pass does the work of the watch', async () => {
		await using daemon = await daemonWith(without('node_prefix'), '--interval=1s');
		await said(daemon, /node:read/);
		const { name } = await runContainer('-P', 'redis');
		const service = await serviceOf(name);
		await deregisteredByOthers(service);
		assert.equal(await serviceOf(name), service);
	});

	test('without agent:read the log says so', async () => {
		await using daemon = await daemonWith(without('agent_prefix'), noPasses);
		await said(daemon, /agent:read, or --node and -ip/);
	});
	test('without agent:read, --node is enough for the watch', async () => {
		await using daemon = await daemonWith(without('agent_prefix'), noPasses, `--node=${agent.node}`);
		const { name } = await runContainer('-P', 'redis');
		const service = await serviceOf(name);
		await eventually('the watch', async () => (await daemon.metric('reconsul_registry_watch_connected')) === 1);
		await deregisteredByOthers(service);
		assert.equal(await serviceOf(name), service);
		assert.equal(await daemon.metric('reconsul_registry_errors_total', { class: 'forbidden' }), 0);
	});
});
