import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { type ConsulAgent, startAgent } from '../integration/registry/consul-agent.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { type Daemon, launchDaemon, startDaemon } from '../support/daemon.ts';
import { docker, eventually, freePort, removeAll, runContainer } from '../support/lab.ts';

type Env = Readonly<Record<string, string>>;

describe('the ways of a daemon to its agent', () => {
	let agent: ConsulAgent;
	let certificates: Certificates;
	let folder: string;
	let port: number;

	const mutual = (): Env => ({
		CONSUL_CACERT: certificates.ca,
		CONSUL_CLIENT_CERT: certificates.client.cert,
		CONSUL_CLIENT_KEY: certificates.client.key,
	});
	const isThere = async (name: string): Promise<boolean> =>
		Object.keys(JSON.parse((await agent.ask('GET', '/v1/agent/services')).text) as object).some((id) =>
			id.includes(name),
		);
	async function worksWith(daemon: Daemon): Promise<void> {
		const { id, name } = await runContainer('-P', 'redis');
		await eventually('the service is there', () => isThere(name));
		await eventually('the watch', async () => (await daemon.metric('reconsul_registry_watch_connected')) === 1);
		await docker('stop', id);
		await eventually('the service is gone', async () => !(await isThere(name)));
	}

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'reconsul-ways-'));
		certificates = await makeCertificates();
		port = await freePort();
		agent = await startAgent({
			config: {
				addresses: { http: `127.0.0.1 unix://${folder}/consul.sock` },
				ports: { https: port },
				ca_file: certificates.ca,
				cert_file: certificates.server.cert,
				key_file: certificates.server.key,
				verify_incoming_https: true,
			},
		});
	});
	afterEach(() => removeAll());
	after(async () => {
		await agent[Symbol.asyncDispose]();
		await certificates[Symbol.asyncDispose]();
		await rm(folder, { recursive: true });
	});

	const ways: readonly (readonly [sentence: string, registry: () => string, env: () => Env])[] = [
		['mutual TLS', () => `consul-tls://127.0.0.1:${port}`, mutual],
		[
			'mutual TLS, asked for by a variable',
			() => `consul://localhost:${port}`,
			() => ({ ...mutual(), CONSUL_HTTP_SSL: 'true' }),
		],
		[
			'mutual TLS to a server of another name',
			() => `consul-tls://127.0.0.1:${port}`,
			() => ({ ...mutual(), CONSUL_TLS_SERVER_NAME: 'server.dc1.consul' }),
		],
		['a unix socket', () => `consul-unix://${folder}/consul.sock`, () => ({})],
	];
	for (const [sentence, registry, env] of ways)
		test(`by ${sentence} services come and go`, async () => {
			await using daemon = await startDaemon({ registry: registry(), env: env() });
			await worksWith(daemon);
		});

	const refused: readonly (readonly [sentence: string, env: () => Env, complaint: RegExp])[] = [
		['of an unknown authority', () => ({ ...mutual(), CONSUL_CACERT: certificates.stranger.ca }), /CONSUL_CACERT/],
		['of another name', () => ({ ...mutual(), CONSUL_TLS_SERVER_NAME: 'elsewhere.example' }), /CONSUL_TLS_SERVER_NAME/],
		['that wants a certificate', () => ({ CONSUL_CACERT: certificates.ca }), /CONSUL_CLIENT_CERT/],
	];
	for (const [sentence, env, complaint] of refused)
		test(`an agent ${sentence} is not spoken to; log and /readyz say which variable helps`, async () => {
			await using daemon = await launchDaemon({ registry: `consul-tls://127.0.0.1:${port}`, env: env() });
			await eventually('the log says so', () => complaint.test(daemon.stderr));
			await eventually('/readyz says so', async () => {
				const answer = await fetch(`${daemon.url}/readyz`);
				const said = await answer.text();
				return answer.status === 503 && /^\[-\]consul failed/m.test(said) && complaint.test(said);
			});
			assert.ok(daemon.isRunning);
		});
	test('a file that cannot be read ends the daemon with its name', async () => {
		const env = { ...mutual(), CONSUL_CACERT: join(folder, 'none.pem') };
		await using daemon = await launchDaemon({ registry: `consul-tls://127.0.0.1:${port}`, env });
		assert.equal(await daemon.exit, 1);
		assert.match(daemon.stderr, /CONSUL_CACERT: \S+none\.pem cannot be read \(ENOENT\)/);
	});
});
