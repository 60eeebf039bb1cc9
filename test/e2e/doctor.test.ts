import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Result } from '../../src/cli/doctor/examination.ts';
import { stampKeys } from '../../src/registry/consul/body.ts';
import { type ConsulAgent, startAgent } from '../integration/registry/consul-agent.ts';
import { startConsulProxy } from '../support/consul-proxy.ts';
import { launchDaemon, startDaemon, startProgram } from '../support/daemon.ts';
import { docker, eventually, freePort, labelArgs, removeAll, runContainer, startConsul } from '../support/lab.ts';
import { deployFolder } from './compose.ts';
import { agentServices, idle } from './stage.ts';

const consul = await startConsul();
const proxy = await startConsulProxy(consul.port);
const registry = `consul://127.0.0.1:${proxy.port}`;
// Other tests have containers on this engine.
const ownOnly = ['--container-filter', `label=${labelArgs.at(-1)}`];
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

interface Asked {
	readonly to?: string;
	readonly listen?: string;
	readonly docker?: string;
	readonly env?: Readonly<Record<string, string>>;
}

async function run(options: readonly string[], { to = registry, listen = '', env = {}, ...rest }: Asked = {}) {
	await using program = startProgram([...ownOnly, `--listen=${listen}`, 'doctor', ...options, to], { env, ...rest });
	const code = await program.exit;
	return { code, stdout: program.stdout, stderr: program.stderr };
}

async function doctor(options: readonly string[] = [], asked: Asked = {}) {
	const { code, stdout, stderr } = await run(['--json', ...options], asked);
	assert.equal(stderr, '');
	const { verdict, results } = JSON.parse(stdout) as { readonly verdict: string; readonly results: readonly Result[] };
	const told = (check: string): readonly string[] =>
		results
			.filter((it) => it.check === check)
			.map((it) => [it.verdict, it.text, ...(it.remedy === undefined ? [] : [it.remedy])].join(': '));
	const bad = results.filter((it) => it.verdict === 'fail' || it.verdict === 'warn').map(({ check }) => check);
	return { code, verdict, results, told, bad };
}

/** Answers at a published port. */
async function listening(name: string, ...options: readonly string[]): Promise<number> {
	const port = await freePort();
	await runContainer('--name', name, '-p', `${port}:6379`, ...options, 'redis', 'httpd', '-f', '-p', '6379');
	return port;
}

describe('reconsul doctor', () => {
	test('finds a host in order well, and writes nothing', async () => {
		const port = await listening('doctor-well');
		await using daemon = await startDaemon({ registry, options: ownOnly });
		await idle(daemon);
		proxy.forget();
		const before = await agentServices(consul);
		const found = await doctor([], { listen: new URL(daemon.url).host });
		assert.deepEqual([found.code, found.verdict, found.bad], [0, 'ok', []]);
		const { engine, address } = { engine: await docker('version', '-f', '{{.Server.Version}}'), address: '192.0.2.10' };
		assert.ok(found.told('docker')[0]?.startsWith(`ok: Docker ${engine}, API `), found.told('docker')[0]);
		assert.match(found.told('consul')[0] ?? '', /^ok: Consul \d+\.\d+\.\d+, node u1 of dc1, at 127\.0\.0\.1:\d+$/);
		assert.deepEqual(found.told('address'), [`ok: published ports are registered with ${address} (by the host name)`]);
		assert.deepEqual(found.told('ports'), [`ok: u1:doctor-well:6379 at ${address}:${port} answers from here`]);
		assert.deepEqual(found.told('token-services'), ['ok: the agent lists 1 service, 1 of owner u1']);
		assert.match(found.told('daemon').join(), /^ok: reconsul \S+ at \S+ is ready$/);
		assert.deepEqual(proxy.writes, []);
		assert.deepEqual(await agentServices(consul), before);
		const text = await run([], { listen: new URL(daemon.url).host });
		assert.equal(text.code, 0);
		assert.match(text.stdout, /^ok {4}docker {10}Docker /);
		assert.match(text.stdout, /\n\nwell: \d+ ok; nothing was written\n$/);
	});

	test('says which side is away, and looks at what can be looked at', async () => {
		const noConsul = await doctor([], { to: `consul://127.0.0.1:${await freePort()}` });
		assert.deepEqual([noConsul.code, noConsul.verdict], [2, 'fail']);
		assert.match(noConsul.told('consul')[0] ?? '', /^fail: .*connection refused: does the agent run\?$/);
		assert.deepEqual(noConsul.told('token'), ['skip: not looked at: Consul does not answer']);
		assert.match(noConsul.told('docker')[0] ?? '', /^ok/);
		const noDocker = await doctor([], { docker: 'unix:///run/there-is-none.sock' });
		assert.equal(noDocker.code, 2);
		assert.match(
			noDocker.told('docker')[0] ?? '',
			/^fail: Docker at \/run\/there-is-none\.sock: no such file: mount it/,
		);
		assert.deepEqual(noDocker.told('ids'), ['skip: not looked at: Docker does not answer']);
		assert.match(noDocker.told('consul')[0] ?? '', /^ok/);
	});

	test('tells of a Consul that hangs, in time', async () => {
		await consul.freeze();
		try {
			const found = await doctor();
			assert.equal(found.code, 2);
			assert.match(found.told('consul')[0] ?? '', /^fail: .*no answer within/);
			assert.match(found.told('containers')[0] ?? '', /^ok/);
		} finally {
			await consul.thaw();
		}
	});

	test('tells of an address that others cannot reach, or that is not this host’s', async () => {
		await listening('doctor-address');
		const loopback = await doctor(['-ip', '127.0.0.1']);
		assert.deepEqual([loopback.code, loopback.bad], [0, ['address']], JSON.stringify(loopback.results));
		assert.match(
			loopback.told('address').join(),
			/^warn: 127\.0\.0\.1 \(by -ip\) is what services would be .*: set -ip/,
		);
		const strange = await doctor(['-ip', '192.0.2.99']);
		assert.match(strange.told('address').join(), /^warn: 192\.0\.2\.99 \(by -ip\) is none of this host's own/);
		assert.match(strange.told('ports').join(), /^warn: of 1 published port none answers from here; u1:doctor-address/);
		await runContainer('--name', 'doctor-local', '-p', '127.0.0.1::6379', 'redis');
		const local = await doctor();
		assert.match(local.told('address').at(-1) ?? '', /^warn: 1 service with .* u1:doctor-local:6379 for one: publish/);
	});

	test('names the containers that want one id', async () => {
		for (const name of ['doctor-id-1', 'doctor-id-2'])
			await runContainer('--name', name, '-P', '--label', `SERVICE_ID=${name.slice(0, -2)}`, 'redis');
		const [told = ''] = (await doctor()).told('ids');
		assert.match(told, /^warn: doctor-id-[12] and doctor-id-[12] want the id doctor-id; one of them has it/);
	});

	test('finds others who register the containers of this host', async () => {
		const image = 'gliderlabs/registrator:doctor';
		const { id } = await runContainer('--name', 'doctor-other', '-P', 'redis');
		await docker('tag', 'busybox', image);
		await runContainer('--name', 'doctor-registrator', image, 'sleep', '1000');
		try {
			const engine = await docker('info', '-f', '{{.ID}}');
			const stamp = (owner: string, of: string) => ({
				[stampKeys.owner]: owner,
				[stampKeys.engine]: of,
				[stampKeys.containerId]: id,
				[stampKeys.spec]: '1-0',
			});
			await put({ ID: 'u1:doctor-other:6379', Name: 'redis' });
			await put({ ID: 'u1:doctor-gone:6379', Name: 'redis' });
			await put({ ID: 'doctor-other-owner', Name: 'redis', Meta: stamp('was-u1', engine) });
			await put({ ID: 'doctor-other-engine', Name: 'redis', Meta: stamp('u1', 'AAAA:BBBB') });
			const told = (await doctor()).told('registrators');
			assert.equal(told.length, 4);
			assert.match(told[0] ?? '', /^warn: the container doctor-registrator runs registrator \(gliderlabs/);
			assert.match(
				told[1] ?? '',
				/^warn: 2 entries of registrator's form .*; 1 with an id that a container here wants/,
			);
			assert.match(told[2] ?? '', /^warn: 1 entry .* owner was-u1, and we are u1; .*--former-hostname was-u1/);
			assert.match(told[3] ?? '', /^warn: 1 entry of owner u1 from another Docker engine, .*--take-over/);
		} finally {
			await docker('rm', '-f', 'doctor-registrator');
			await docker('rmi', image);
		}
	});

	test('finds entries of this host under another host name', async () => {
		const port = await listening('doctor-former');
		await put({ ID: '3f2a91c0d4e5:doctor-former:6379', Name: 'redis', Address: '192.0.2.10', Port: port });
		const [told = ''] = (await doctor()).told('former-names');
		assert.match(told, /^warn: 1 entry .* under the host name 3f2a91c0d4e5, .*--former-hostname 3f2a91c0d4e5 hands/);
	});

	test('asks the daemon whether it is ready, and whether it is the one that was meant', async () => {
		const listen = `127.0.0.1:${await freePort()}`;
		const none = await doctor([], { listen });
		assert.deepEqual([none.code, none.verdict], [0, 'warn']);
		assert.match(none.told('daemon').join(), /^warn: no reconsul answers at /);
		{
			await using other = await startDaemon({ registry, options: [...ownOnly, '--owner=doctor-other'] });
			const found = await doctor([], { listen: new URL(other.url).host });
			assert.match(found.told('daemon')[1] ?? '', /^warn: it has the owner doctor-other, and this doctor looks as u1/);
		}
		const away = `consul://127.0.0.1:${await freePort()}`;
		await using lost = await launchDaemon({ registry: away, options: ownOnly });
		await eventually('it listens', async () => (await lost.failedChecks()).includes('consul'));
		const found = await doctor([], { listen: new URL(lost.url).host });
		assert.equal(found.code, 2);
		assert.match(found.told('daemon')[0] ?? '', /^fail: reconsul \S+ at \S+ is not ready: .*consul: /);
	});

	test('tells of a proxy that keeps no question, and of a clock that is wrong', async () => {
		const server = createServer(async (asked, answer) => {
			const [path] = (asked.url ?? '').split('?', 1);
			const reply = await fetch(consul.address + path);
			const date = new Date(Date.now() - 60_000).toUTCString();
			const headers = ['content-type', 'x-consul-index'].map((name) => [name, reply.headers.get(name) ?? '']);
			answer.writeHead(reply.status, { ...Object.fromEntries(headers), date }).end(await reply.text());
		}).listen(0, '127.0.0.1');
		await once(server, 'listening');
		try {
			const { port } = server.address() as AddressInfo;
			const found = await doctor([], { to: `consul://127.0.0.1:${port}` });
			assert.deepEqual([found.code, found.bad], [0, ['consul-clock', 'token-catalog']]);
			assert.match(
				found.told('consul-clock').join(),
				/^warn: Consul's clock is (?:59|60)\.\d s behind ours: synchronise/,
			);
			assert.match(found.told('token-catalog').join(), /^warn: the agent answers at once what it is asked to keep/);
		} finally {
			server.close();
			server.closeAllConnections();
		}
	});

	test('shows its progress on a terminal, and colours, and neither anywhere else', async () => {
		const plain = await run([]);
		assert.ok(!`${plain.stdout}${plain.stderr}`.includes('\u001b'));
		const command = [process.execPath, 'dist/reconsul.cjs', ...ownOnly, '--listen=', 'doctor', registry].join(' ');
		const terminal = await runInTerminal(command);
		assert.match(terminal, /looking: \d+ of \d+ done/);
		assert.ok(terminal.includes('\u001b[32mok'), terminal);
	});
});

describe('reconsul doctor, with a token', () => {
	const root = 'c0ffee00-0000-4000-8000-000000000002';
	let agent: ConsulAgent;
	before(async () => {
		const acl = { enabled: true, default_policy: 'deny', tokens: { master: root, agent: root } };
		agent = await startAgent({ config: { acl }, token: root });
		const service = { ID: 'u1:doctor-token:6379', Name: 'redis', Port: 1 };
		await agent.ask('PUT', '/v1/agent/service/register', service);
	});
	after(() => agent[Symbol.asyncDispose]());

	/** What doctor says to a token with these rules, or to none. */
	async function examined(rules: string | undefined) {
		const env: Record<string, string> = rules === undefined ? {} : { CONSUL_HTTP_TOKEN: await tokenWith(rules) };
		return doctor([], { to: `consul://${agent.host}:${agent.port}`, env });
	}
	async function tokenWith(rules: string): Promise<string> {
		const Name = `doctor-${Math.random().toString(36).slice(2)}`;
		await agent.ask('PUT', '/v1/acl/policy', { Name, Rules: rules });
		const { text } = await agent.ask('PUT', '/v1/acl/token', { Description: 'for doctor', Policies: [{ Name }] });
		return (JSON.parse(text) as { readonly SecretID: string }).SecretID;
	}

	test('of the rights that it is to have all is well', async () => {
		const found = await examined(await readFile(join(deployFolder, 'consul-policy.hcl'), 'utf8'));
		assert.match(found.told('token')[0] ?? '', /^ok: the token is known \(for doctor\), with the policies doctor-/);
		for (const check of ['consul', 'token-services', 'token-catalog'])
			assert.match(found.told(check)[0] ?? '', /^ok/, check);
	});

	test('that may not read the node or the agent is told what it lacks', async () => {
		const found = await examined('service_prefix "" { policy = "write" }');
		assert.match(found.told('consul')[0] ?? '', /^warn: .*may not read \/v1\/agent\/self.*: give the token agent:read/);
		assert.match(found.told('token-catalog')[0] ?? '', /^warn: the node's name is not known.*--node/);
		const lookingAt = await examined('service_prefix "" { policy = "write" } agent_prefix "" { policy = "read" }');
		assert.match(
			lookingAt.told('token-catalog')[0] ?? '',
			/^warn: the catalog shows nothing of the node u1.*node:read/,
		);
	});

	test('that may not read the services of containers here fails', async () => {
		await runContainer('--name', 'doctor-token', '-P', 'redis');
		const found = await examined('service "other" { policy = "write" } agent_prefix "" { policy = "read" }');
		assert.equal(found.code, 2);
		assert.match(found.told('token-services')[0] ?? '', /^fail: the token may not read u1:doctor-token:6379: give/);
	});

	test('that is unknown, or none', async () => {
		const none = await examined(undefined);
		assert.match(none.told('token')[0] ?? '', /^warn: no token is given, and the agent has ACLs/);
		const env = { CONSUL_HTTP_TOKEN: 'deadbeef-0000-4000-8000-000000000000' };
		const unknown = await doctor([], { to: `consul://${agent.host}:${agent.port}`, env });
		assert.match(unknown.told('token')[0] ?? '', /^fail: the agent does not take the token: ACL not found/);
		assert.ok(!JSON.stringify(unknown.results).includes('deadbeef'));
	});
});

/** What a command prints where both of its outputs are a terminal. */
async function runInTerminal(command: string): Promise<string> {
	const { promisify } = await import('node:util');
	const { execFile } = await import('node:child_process');
	const { stdout } = await promisify(execFile)('script', ['-qec', command, '/dev/null'], {
		env: { PATH: process.env['PATH'], TERM: 'xterm' },
		timeout: 60_000,
	});
	return stdout;
}
