import assert from 'node:assert/strict';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ConsulAgent, startAgent } from '../integration/registry/consul-agent.ts';
import { type DockerProxy, startDockerProxy } from '../support/docker-proxy.ts';
import { docker, eventually, freePort, removeAll, runContainer } from '../support/lab.ts';
import { type ComposeService, deployed, deployFolder, runOptions } from './compose.ts';
import { buildImage, dockerOutcome, type Image, inspected } from './image.ts';

const root = 'c0ffee00-0000-4000-8000-000000000001';
const nobody = 65_534;

interface StrictFile {
	readonly services: Readonly<Record<'docker-proxy' | 'reconsul', ComposeService & { readonly pids_limit: number }>>;
	readonly volumes: { readonly 'docker-proxy': { readonly driver_opts: { readonly o: string } } };
}

describe('deploy/compose.strict.yaml', () => {
	let agent: ConsulAgent;
	let image: Image;
	let proxy: DockerProxy;
	let folder: string;
	let file: StrictFile;

	/** What the proxy of the file lets through: it puts an anchor at either end, and looks at the path alone. */
	function allowedBy({ command }: ComposeService): RegExp {
		const [, pattern] = /^-allowGET=(.*)$/.exec([command].flat().find((it) => it.startsWith('-allow')) ?? '') ?? [];
		assert.ok(pattern !== undefined);
		return new RegExp(`^(?:${pattern})$`);
	}
	async function newToken(): Promise<void> {
		const { text } = await agent.ask('PUT', '/v1/acl/token', { Policies: [{ Name: 'reconsul' }] });
		const path = join(folder, 'secrets', 'consul-token');
		await writeFile(path, (JSON.parse(text) as { SecretID: string }).SecretID, { mode: 0o400 });
		await chown(path, nobody, nobody);
	}
	const isThere = async (name: string): Promise<boolean> =>
		Object.keys(JSON.parse((await agent.ask('GET', '/v1/agent/services')).text) as object).some((id) =>
			id.endsWith(`:${name}:6379`),
		);

	before(async () => {
		file = await deployed<StrictFile>('compose.strict.yaml');
		image = await buildImage();
		folder = await mkdtemp(join(tmpdir(), 'reconsul-strict-'));
		await chmod(folder, 0o755);
		for (const name of ['secrets', 'docker-proxy']) {
			await mkdir(join(folder, name), { mode: 0o700 });
			await chown(join(folder, name), nobody, nobody);
		}
		const socket = join(folder, 'docker-proxy', 'docker.sock');
		proxy = await startDockerProxy(socket, nobody, allowedBy(file.services['docker-proxy']));
		const acl = { enabled: true, default_policy: 'deny', tokens: { master: root, agent: root } };
		agent = await startAgent({ config: { acl }, token: root });
		const rules = await readFile(join(deployFolder, 'consul-policy.hcl'), 'utf8');
		await agent.ask('PUT', '/v1/acl/policy', { Name: 'reconsul', Rules: rules });
		await newToken();
	});
	after(async () => {
		await removeAll();
		await proxy[Symbol.asyncDispose]();
		await agent[Symbol.asyncDispose]();
		await image[Symbol.asyncDispose]();
		await rm(folder, { recursive: true });
	});

	test('nobody, without a capability, behind a proxy: containers come and go', async () => {
		const { reconsul } = file.services;
		const given = { ...reconsul, volumes: reconsul.volumes.map(placed) };
		const listen = `--listen=127.0.0.1:${await freePort()}`;
		const uri = `consul://${agent.host}:${agent.port}`;
		const options = [...runOptions(given), `--pids-limit=${reconsul.pids_limit}`, '--net=host'];
		const daemon = await docker('run', '-d', ...options, image.name, listen, uri);
		const { id, name } = await runContainer('-P', '--label', 'SERVICE_CHECK_SCRIPT=true', 'redis');
		await eventually('the service is there', () => isThere(name));
		await docker('stop', id);
		await eventually('the service is gone', async () => !(await isThere(name)));
		assert.equal(await inspected(daemon, '.State.Status'), 'running');
		assert.deepEqual([...proxy.refused], []);
		const asked = new Set([...proxy.allowed].map((it) => it.replace(/[0-9a-f]{64}/, '<id>')));
		for (const question of ['/info', '/events', '/containers/json', '/containers/<id>/json'])
			assert.ok(asked.has(`GET ${question}`), question);
		const { stderr } = dockerOutcome('logs', daemon);
		assert.match(stderr, /--no-script-checks: its script checks are left out/);
		assert.doesNotMatch(stderr, /"level":"error"/);
		const { User, Cap } = {
			User: await inspected<string>(daemon, '.Config.User'),
			Cap: await inspected<readonly string[]>(daemon, '.HostConfig.CapDrop'),
		};
		assert.deepEqual([User, Cap], ['65534:65534', ['ALL']]);
	});

	/** Where the test has what Compose would put there. */
	const placed = (volume: string): string =>
		volume
			.replace(/^docker-proxy:/, `${folder}/docker-proxy:`)
			.replace(/^\$\{SECRETS_FOLDER:-[^}]*\}/, `${folder}/secrets`);

	const questions: readonly (readonly [path: string, isAllowed: boolean])[] = [
		['/version', true],
		['/v1.41/version', true],
		['/info', true],
		['/events', true],
		['/containers/json', true],
		['/containers/redis.0/json', true],
		['/containers/redis.0/logs', false],
		['/containers/redis.0/archive', false],
		['/containers/redis.0/attach/ws', false],
		['/containers/../secrets/json', false],
		['/containers/../json', false],
		['/images/json', false],
		['/secrets', false],
		['/version/../secrets', false],
		['/_ping', false],
	];
	for (const [path, isAllowed] of questions)
		test(`the proxy lets GET ${path} ${isAllowed ? 'through' : 'not through'}`, () =>
			assert.equal(allowedBy(file.services['docker-proxy']).test(path), isAllowed));

	test('nothing but the proxy has the socket, and the proxy has no network', () => {
		const holders = Object.entries(file.services).filter(([, { volumes }]) =>
			volumes.some((it) => it.startsWith('/var/run/docker.sock')),
		);
		assert.deepEqual(
			holders.map(([name]) => name),
			['docker-proxy'],
		);
		assert.equal(file.services['docker-proxy'].network_mode, 'none');
		assert.match(file.volumes['docker-proxy'].driver_opts.o, /uid=65534.*mode=0700/);
	});
	for (const name of ['docker-proxy', 'reconsul'] as const)
		test(`${name} is not root, and can do no more than it must`, () => {
			const service = file.services[name];
			assert.match(service.user ?? '', /^65534:/);
			assert.equal(service.read_only, true);
			assert.deepEqual(service.cap_drop, ['ALL']);
			assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
			assert.ok(service.pids_limit <= 64);
		});
});
