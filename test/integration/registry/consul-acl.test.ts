import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { systemClock } from '../../../src/clock.ts';
import { driftWatch } from '../../../src/registry/consul/drift-watch.ts';
import { consulHttp } from '../../../src/registry/consul/http.ts';
import { consulRegistry } from '../../../src/registry/consul/registry.ts';
import { tokenFile } from '../../../src/registry/consul/token.ts';
import { type Registry, RegistryError } from '../../../src/registry/registry.ts';
import { eventually } from '../../support/lab.ts';
import { service, stamp, ttlCheck } from '../../support/samples.ts';
import { type ConsulAgent, startAgent } from './consul-agent.ts';
import { heartbeat } from './suite-words.ts';
import { watching } from './watching.ts';

const root = 'c0ffee00-0000-4000-8000-000000000001';
const wrong = 'c0ffee00-0000-4000-8000-00000000dead';
const soon = (): AbortSignal => AbortSignal.timeout(15_000);
const isForbidden = (error: unknown): boolean => error instanceof RegistryError && error.class === 'forbidden';
const beat = 'reconsul:u1:web:80:ttl';

describe('a Consul agent with ACLs', () => {
	let agent: ConsulAgent;
	const tokens = new Map<string, string>();

	/** A token with these rules, and the id of its policy. */
	async function grant(name: string, rules: string): Promise<void> {
		await agent.ask('PUT', '/v1/acl/policy', { Name: name, Rules: rules });
		const { text } = await agent.ask('PUT', '/v1/acl/token', { Policies: [{ Name: name }] });
		tokens.set(name, (JSON.parse(text) as { SecretID: string }).SecretID);
	}
	function as(name: string | undefined): Registry {
		const token = name === undefined ? undefined : tokens.get(name);
		return consulRegistry({ host: agent.host, port: agent.port, node: agent.node, token: () => token });
	}

	before(async () => {
		const acl = { enabled: true, default_policy: 'deny', tokens: { master: root, agent: root } };
		agent = await startAgent({ config: { acl }, token: root });
		tokens.set('root', root);
		tokens.set('wrong', wrong);
		await grant('services', 'service_prefix "" { policy = "write" }');
		await grant('other', 'service "other" { policy = "write" }');
		await grant('watcher', 'service_prefix "" { policy = "write" } node_prefix "" { policy = "read" }');
	});
	after(() => agent[Symbol.asyncDispose]());
	beforeEach(() => as('root').register(service({ checks: [ttlCheck(beat)] }), stamp, soon()));

	test('service:write is enough to register, read, list, beat and deregister', async () => {
		const registry = as('services');
		await registry.register(service({ port: 81, checks: [ttlCheck(beat)] }), stamp, soon());
		assert.equal((await registry.get('u1:web:80', soon()))?.port, 81);
		assert.equal((await registry.list(soon())).registrations.length, 1);
		await heartbeat(registry, beat);
		await registry.deregister('u1:web:80', soon());
		assert.equal(await registry.get('u1:web:80', soon()), undefined);
	});
	test('deregistering what is not there succeeds, though the agent calls it an error', async () => {
		const { status } = await agent.ask('PUT', '/v1/agent/service/deregister/u1:none:80');
		assert.notEqual(status, 200);
		await as('services').deregister('u1:none:80', soon());
	});
	test('a heartbeat for a check that is not there is invalid, not the agent being unavailable', async () => {
		await assert.rejects(
			heartbeat(as('services'), 'reconsul:none:ttl'),
			(error) => error instanceof RegistryError && error.class === 'invalid',
		);
	});
	test('reports and maintenance need no more rights than that, and are kept in step with the servers', async () => {
		const registry = as('services');
		await registry.report(beat, { status: 'warning', output: 'so so' }, soon());
		await registry.maintain('u1:web:80', 'reconsul: its container is paused', soon());
		const found = (await registry.checks(soon(), 'u1:web:80')).get('u1:web:80');
		assert.deepEqual(
			[...(found ?? [])].map(([id, { status }]) => [id, status]).sort(),
			[
				['_service_maintenance:u1:web:80', 'critical'],
				[beat, 'warning'],
			].sort(),
		);
		const catalog = async (): Promise<string> => (await agent.ask('GET', '/v1/health/service/web')).text;
		await eventually('the servers know both', async () => {
			const text = await catalog();
			return text.includes('so so') && text.includes('_service_maintenance:');
		});
		await registry.maintain('u1:web:80', undefined, soon());
		await eventually('the servers know its end', async () => !(await catalog()).includes('_service_maintenance:'));
	});
	test('a report or maintenance of what is not there is invalid, though the agent calls it an error', async () => {
		for (const call of [
			() => as('services').report('reconsul:none:ttl', { status: 'passing', output: '' }, soon()),
			() => as('services').maintain('u1:none:80', 'reconsul: a', soon()),
			() => as('services').maintain('u1:none:80', undefined, soon()),
		])
			await assert.rejects(call, (error) => error instanceof RegistryError && error.class === 'invalid');
	});
	test('old checks of ours go with no more rights than that', async () => {
		await as('services').register(service(), stamp, soon());
		assert.deepEqual(JSON.parse((await agent.ask('GET', '/v1/agent/checks')).text), {});
	});
	test('without agent:read the advertised address is refused', async () => {
		await assert.rejects(as('services').advertisedAddress(soon()), isForbidden);
		assert.equal(await as('root').advertisedAddress(soon()), '127.0.0.1');
	});

	for (const token of ['other', undefined]) {
		const who = token === undefined ? 'no token' : 'a token for other services';
		test(`${who}: what may not be read is forbidden, not absent; what is not there is absent`, async () => {
			await assert.rejects(as(token).get('u1:web:80', soon()), isForbidden);
			assert.equal(await as(token).get('u1:none:80', soon()), undefined);
		});
		test(`${who}: the list lacks what is there, so it must say so or a read by id must`, async () => {
			const { registrations, doubt } = await as(token).list(soon());
			assert.deepEqual(registrations, []);
			const contradicted = await as(token)
				.get('u1:web:80', soon())
				.then(() => false, isForbidden);
			assert.ok(doubt !== undefined || contradicted);
		});
		test(`${who}: writes are forbidden and change nothing`, async () => {
			await assert.rejects(as(token).register(service({ port: 81 }), stamp, soon()), isForbidden);
			await assert.rejects(as(token).deregister('u1:web:80', soon()), isForbidden);
			await assert.rejects(heartbeat(as(token), beat), isForbidden);
			await assert.rejects(as(token).report(beat, { status: 'passing', output: '' }, soon()), isForbidden);
			for (const reason of ['reconsul: a', undefined])
				await assert.rejects(as(token).maintain('u1:web:80', reason, soon()), isForbidden);
			assert.equal((await as('root').get('u1:web:80', soon()))?.port, 49_153);
		});
	}

	test('a token that the agent does not know is forbidden everything, the list too', async () => {
		await assert.rejects(as('wrong').list(soon()), isForbidden);
		await assert.rejects(as('wrong').get('u1:none:80', soon()), isForbidden);
		await assert.rejects(as('wrong').deregister('u1:none:80', soon()), isForbidden);
	});
	test('no error shows the token, however closely it is looked at', async () => {
		const calls = [
			as('wrong').get('u1:web:80', soon()),
			as('wrong').register(service(), stamp, soon()),
			as('other').register(service(), stamp, soon()),
			heartbeat(as('services'), 'none'),
		];
		for (const result of await Promise.allSettled(calls)) {
			assert.equal(result.status, 'rejected');
			const shown = inspect(result, { depth: 20, showHidden: true, maxStringLength: null });
			for (const token of tokens.values()) assert.ok(!shown.includes(token));
		}
	});

	test('a watch without node:read says what it lacks and shows nothing', async () => {
		using watch = watching(as('services'), stamp.owner);
		const change = await watch.until('trouble', ({ kind }) => kind === 'disconnected');
		assert.match(change.kind === 'disconnected' ? change.error.message : '', /node:read/);
		await as('root').register(service({ port: 99 }), stamp, soon());
		assert.equal(watch.news.length, 1);
	});
	test('a watch with service:write and node:read sees everything', async () => {
		using watch = watching(as('watcher'), stamp.owner);
		await watch.untilSeen(['u1:web:80']);
	});
	test('a watch that is given the right it lacks connects by itself', async () => {
		let token = tokens.get('services');
		const http = consulHttp({ host: agent.host, port: agent.port, token: () => token }, 1);
		const options = { http, clock: systemClock, random: Math.random, node: async () => agent.node, waitMs: 300 };
		using watch = watching({ ...as('root'), changes: (owner) => driftWatch(options, owner) }, stamp.owner);
		await watch.until('trouble', ({ kind }) => kind === 'disconnected');
		token = tokens.get('watcher');
		await watch.untilSeen(['u1:web:80']);
		assert.deepEqual(
			watch.news.map(({ kind }) => kind),
			['disconnected', 'connected', 'changed'],
		);
	});

	test('a token that is replaced in its file is used by the very next call', async () => {
		const directory = await mkdtemp(join(tmpdir(), 'reconsul-token-'));
		const path = join(directory, 'token');
		await writeFile(path, `${wrong}\n`);
		const registry = consulRegistry({ host: agent.host, port: agent.port, ...tokenFile(path) });
		await assert.rejects(registry.get('u1:web:80', soon()), isForbidden);
		await writeFile(path, `${tokens.get('services')}\n`);
		assert.equal((await registry.get('u1:web:80', soon()))?.id, 'u1:web:80');
		await rm(directory, { recursive: true });
	});
});
