import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ConsulAgent, startAgent } from '../integration/registry/consul-agent.ts';
import { type Daemon, launchDaemon, type Program, startDaemon, startProgram } from '../support/daemon.ts';
import { eventually, freePort, removeAll, runContainer } from '../support/lab.ts';
import { Overheard } from '../support/overheard.ts';
import { deployFolder } from './compose.ts';

const root = 'c0ffee00-0000-4000-8000-000000000001';
const refused = 'c0ffee00-0000-4000-8000-0000000dead5';
/** In everything that is planted and nowhere else. */
const mark = 'zq7Xk';
/** A user who names a key so has said that its value is nobody's to see. */
const labels = {
	SERVICE_PASSWORD: `${mark}-password`,
	SERVICE_DB_URL: `postgres://app:${mark}-url@db/app`,
	SERVICE_DSN: `host=db password=${mark}-dsn user=app`,
	SERVICE_TAGS: `region=eu,token=${mark}-tag`,
	SERVICE_CHECK_HTTP: `/health?token=${mark}-query`,
	'reconsul.meta.api_key': `${mark}-key`,
	'reconsul.meta.basic-auth': `${mark}-auth`,
	'reconsul.check.x.http': '/',
	'reconsul.check.x.header.Authorization': `Bearer ${mark}-bearer`,
	'reconsul.check.x.body': `${mark}-body`,
	'reconsul.check.x.interval': `${mark}-no-duration`,
	'reconsul.check.y.args': `curl --header ${mark}-argument`,
	'reconsul.weights.passing': `${mark}-no-number`,
	'com.example.secret': `${mark}-other-label`,
};
const environment = {
	APP_PASSWORD: `${mark}-environment`,
	DATABASE_URL: `mysql://root:${mark}-environment@db`,
	SERVICE_6379_CREDENTIALS: `${mark}-credentials`,
};

describe('what is secret stays inside', () => {
	let agent: ConsulAgent;
	let folder: string;
	let token: string;
	let name: string;
	const heard = new Overheard();

	const keep = async <P extends Program>(program: P): Promise<P> => {
		await program.exit;
		return heard.listen(program);
	};
	const reconsul = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Program> =>
		keep(startProgram(args, { env }));
	const uri = (): string => `consul://${agent.host}:${agent.port}`;
	const idOf = (): Promise<string> =>
		eventually('the service is there', async () => {
			const ids = Object.keys(JSON.parse((await agent.ask('GET', '/v1/agent/services')).text) as object);
			return ids.find((id) => id.includes(name)) ?? false;
		});
	const daemonWith = (env: Readonly<Record<string, string>>, ...options: readonly string[]): Promise<Daemon> =>
		startDaemon({ registry: uri(), options: ['--log-level=debug', ...options], env });
	/** As somebody does who leaves our stamp. */
	async function edit(id: string): Promise<void> {
		const found = JSON.parse((await agent.ask('GET', `/v1/agent/service/${id}`)).text) as { readonly Meta: object };
		const changed = { Meta: { ...found.Meta, password: `${mark}-edited` }, Tags: [`secret=${mark}-edited`] };
		const { status } = await agent.ask('PUT', '/v1/agent/service/register', { ID: id, Name: 'redis', ...changed });
		assert.equal(status, 200);
	}
	const hidden = (): readonly string[] => [root, refused, token, mark];

	const assertNothingSaid = (): void => assert.deepEqual(heard.leaks(hidden()), []);

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'reconsul-secrets-'));
		const acl = { enabled: true, default_policy: 'deny', tokens: { master: root, agent: root } };
		agent = await startAgent({ config: { acl }, token: root });
		const rules = await readFile(join(deployFolder, 'consul-policy.hcl'), 'utf8');
		await agent.ask('PUT', '/v1/acl/policy', { Name: 'reconsul', Rules: rules });
		const { text } = await agent.ask('PUT', '/v1/acl/token', { Policies: [{ Name: 'reconsul' }] });
		token = (JSON.parse(text) as { SecretID: string }).SecretID;
		await writeFile(join(folder, 'token'), `${token}\n`);
		await writeFile(join(folder, 'api-token'), `${mark}-api\n`);
		await writeFile(join(folder, 'unfit'), `${mark} two words\n`);
		const given = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
		const variables = Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
		({ name } = await runContainer('-P', ...given, ...variables, 'redis'));
	});
	after(async () => {
		await removeAll();
		await agent[Symbol.asyncDispose]();
		await rm(folder, { recursive: true });
	});

	test('by plan and release, with what differs and with what cannot be done', async () => {
		const env = { CONSUL_HTTP_TOKEN_FILE: join(folder, 'token') };
		await reconsul(['--listen=', '--once', uri()], env);
		await edit(await idOf());
		for (const argv of [['plan'], ['plan', '--json'], ['release']]) {
			await reconsul(['--listen=', ...argv, uri()], env);
			await reconsul(['--listen=', ...argv, uri()], { CONSUL_HTTP_TOKEN: refused });
			await reconsul(['--listen=', ...argv, `consul://127.0.0.1:${await freePort()}`], { CONSUL_HTTP_TOKEN: refused });
		}
		assert.ok(heard.texts.some((text) => /tags +wanted .*token=\*\*\*.* found secret=\*\*\*/.test(text)));
		assertNothingSaid();
	});
	test('with a token that is refused', async () => {
		const options = ['--log-level=debug', '--interval=1s'];
		await using daemon = await launchDaemon({ registry: uri(), options, env: { CONSUL_HTTP_TOKEN: refused } });
		const refusal = /ACL not found/;
		await eventually('it says so', () => daemon.log.some((line) => refusal.test(JSON.stringify(line))));
		await heard.read(daemon);
		daemon.signal('SIGTERM');
		await keep(daemon);
		assertNothingSaid();
	});
	// The agent forgets the token when it starts again, so nothing that needs it comes after this.
	test('in a whole life: started, edited by others, cut off, stopped', async () => {
		const options = [`--token-file=${folder}/token`, `--api-token-file=${folder}/api-token`, '--interval=1s'];
		await using daemon = await daemonWith({}, ...options);
		const id = await idOf();
		await heard.read(daemon);
		await edit(id);
		await eventually('the edit is repaired', async () => (await daemon.metric('reconsul_drift_total')) > 0);
		await heard.read(daemon);
		await agent.freeze();
		await agent.kill();
		await eventually('the agent is missed', async () => (await daemon.failedChecks()).includes('consul'));
		await heard.read(daemon);
		await agent.startAgain();
		assert.equal(await daemon.stop(), 0);
		await keep(daemon);
		// The test is worth something only if there was something to say.
		assert.ok(heard.texts.some((text) => text.includes(id)));
		for (const shown of ['reconsul.check.x.interval', '"password":"***"', 'token=***', 'postgres://***@db/app'])
			assert.ok(
				heard.texts.some((text) => text.includes(shown)),
				shown,
			);
		assertNothingSaid();
	});

	const broken: readonly (readonly [sentence: string, argv: readonly string[], env: () => Record<string, string>])[] = [
		['an engine’s address with a password', ['memory://'], () => ({ DOCKER_HOST: `tcp://u:${mark}@127.0.0.1:1` })],
		['an address of no known form', ['memory://'], () => ({ DOCKER_HOST: `ftp://u:${mark}@127.0.0.1:1` })],
		['a registry with a password and a token', ['--once', `consul://u:${mark}@127.0.0.1:1/?token=${mark}`], () => ({})],
		['a registry of no known form', [`etcd://u:${mark}@127.0.0.1:1`], () => ({})],
		['an agent’s address with a password', ['consul://'], () => ({ CONSUL_HTTP_ADDR: `http://u:${mark}@h:1` })],
		['a token that no header takes', ['consul://127.0.0.1:1'], () => ({ CONSUL_HTTP_TOKEN: `${mark} two` })],
		['a token’s file that no header takes', ['--once', '--token-file=%/unfit', 'consul://127.0.0.1:1'], () => ({})],
		['a user’s name and password', ['--once', 'consul://127.0.0.1:1'], () => ({ CONSUL_HTTP_AUTH: `u:${mark}` })],
	];
	for (const [sentence, argv, env] of broken)
		test(`in what is said to ${sentence}`, async () => {
			const args = argv.map((argument) => argument.replace('%', folder));
			const { stderr } = await reconsul(['--log-level=debug', '--listen=', ...args], env());
			assert.notEqual(stderr, '');
			assertNothingSaid();
		});
});
