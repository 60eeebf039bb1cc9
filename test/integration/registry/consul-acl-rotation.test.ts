import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { consulRegistry } from '../../../src/registry/consul/registry.ts';
import type { Registry } from '../../../src/registry/registry.ts';
import { eventually } from '../../support/lab.ts';
import { service, stamp, ttlCheck } from '../../support/samples.ts';
import { type ConsulAgent, startAgent } from './consul-agent.ts';

const root = 'c0ffee00-0000-4000-8000-000000000001';
const unknown = 'c0ffee00-0000-4000-8000-00000000dead';
const soon = (): AbortSignal => AbortSignal.timeout(15_000);

interface Token {
	readonly AccessorID: string;
	readonly SecretID: string;
}

describe('a Consul agent whose tokens change', () => {
	let agent: ConsulAgent;

	async function newToken(): Promise<Token> {
		const { text } = await agent.ask('PUT', '/v1/acl/token', { Policies: [{ Name: 'services' }] });
		return JSON.parse(text) as Token;
	}
	const as = (token: string | undefined, port = agent.port): Registry =>
		consulRegistry({
			host: agent.host,
			port,
			node: agent.node,
			...(token === undefined ? {} : { token: () => token }),
		});
	/** What the servers know of the service's check. */
	async function catalogStatus(id: string): Promise<string | undefined> {
		const { text } = await agent.ask('GET', `/v1/health/node/${agent.node}`);
		const checks = JSON.parse(text) as readonly { readonly ServiceID: string; readonly Status: string }[];
		return checks.find(({ ServiceID }) => ServiceID === id)?.Status;
	}

	before(async () => {
		const acl = { enabled: true, default_policy: 'deny', tokens: { master: root, agent: root } };
		agent = await startAgent({ config: { acl }, token: root });
		const rules = 'service_prefix "" { policy = "write" }';
		await agent.ask('PUT', '/v1/acl/policy', { Name: 'services', Rules: rules });
	});
	after(() => agent[Symbol.asyncDispose]());

	test('a token has a fingerprint of its own that leads to neither of its ids', async () => {
		const [one, two] = [await newToken(), await newToken()];
		const fingerprint = await as(one.SecretID).tokenFingerprint(soon());
		assert.match(fingerprint ?? '', /^[0-9a-f]{12}$/);
		assert.equal(await as(one.SecretID).tokenFingerprint(soon()), fingerprint);
		assert.notEqual(await as(two.SecretID).tokenFingerprint(soon()), fingerprint);
		for (const id of [one.AccessorID, one.SecretID])
			assert.ok(!id.replaceAll('-', '').includes((fingerprint ?? '').slice(0, 6)));
	});
	test('no token and one that nobody knows have none', async () => {
		assert.equal(await as(undefined).tokenFingerprint(soon()), undefined);
		assert.equal(await as(unknown).tokenFingerprint(soon()), undefined);
	});
	test('without ACLs no token has one', async () => {
		await using open = await startAgent();
		assert.equal(await as(root, open.port).tokenFingerprint(soon()), undefined);
	});
	test('an agent that is not there is no answer', async () => {
		await assert.rejects(as(root, 1).tokenFingerprint(soon()), { class: 'unreachable' });
	});
	test('the fingerprint comes back with the entry', async () => {
		const { SecretID } = await newToken();
		const registry = as(SecretID);
		const token = await registry.tokenFingerprint(soon());
		assert.ok(token !== undefined);
		const written = { ...stamp, spec: '1-0123456789abcdef', token };
		await registry.register(service(), written, soon());
		assert.deepEqual((await registry.get('u1:web:80', soon()))?.stamp, written);
		await registry.deregister('u1:web:80', soon());
	});

	test('when a token is deleted, what was registered with it no longer reaches the servers; registered again it does', async () => {
		const [old, young] = [await newToken(), await newToken()];
		const [left, moved] = ['u1:left:80', 'u1:moved:80'];
		for (const id of [left, moved]) {
			const checks = [ttlCheck(`service:${id}`)];
			await as(old.SecretID).register(service({ id, checks }), stamp, soon());
			await agent.ask('PUT', `/v1/agent/check/pass/service:${id}`);
			await eventually('it is passing', async () => (await catalogStatus(id)) === 'passing');
		}
		await as(young.SecretID).register(service({ id: moved, checks: [ttlCheck(`service:${moved}`)] }), stamp, soon());
		await agent.ask('DELETE', `/v1/acl/token/${old.AccessorID}`);
		await agent.ask('PUT', `/v1/agent/check/fail/service:${left}`);
		// The agent tries all that is not in step at once, so what the second change takes along tried the first before.
		for (const [verb, status] of [
			['fail', 'critical'],
			['warn', 'warning'],
		]) {
			await agent.ask('PUT', `/v1/agent/check/${verb}/service:${moved}`);
			await eventually(`the servers know it is ${status}`, async () => (await catalogStatus(moved)) === status);
		}
		assert.equal(await catalogStatus(left), 'passing');
		await as(young.SecretID).register(service({ id: left, checks: [ttlCheck(`service:${left}`)] }), stamp, soon());
		await eventually('registered again it is in step', async () => (await catalogStatus(left)) === 'critical');
	});
});
