import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { consulRegistry } from '../../../src/registry/consul/registry.ts';
import type { ConsulOptions, ConsulTls } from '../../../src/registry/consul/transport.ts';
import { type Registry, RegistryError } from '../../../src/registry/registry.ts';
import { type Certificates, makeCertificates } from '../../support/certificates.ts';
import { freePort } from '../../support/lab.ts';
import { service, stamp, ttlCheck } from '../../support/samples.ts';
import { type ConsulAgent, startAgent } from './consul-agent.ts';
import { heartbeat, refused } from './suite-words.ts';
import { watching } from './watching.ts';

const soon = (): AbortSignal => AbortSignal.timeout(15_000);
const beat = 'reconsul:u1:web:80:ttl';

describe('ways to a Consul agent', () => {
	let agent: ConsulAgent;
	let certificates: Certificates;
	let directory: string;
	let tlsPort = 0;

	before(async () => {
		directory = await mkdtemp(join(tmpdir(), 'reconsul-socket-'));
		certificates = await makeCertificates();
		tlsPort = await freePort();
		agent = await startAgent({
			config: {
				addresses: { http: `127.0.0.1 unix://${directory}/consul.sock` },
				ports: { https: tlsPort },
				ca_file: certificates.ca,
				cert_file: certificates.server.cert,
				key_file: certificates.server.key,
				verify_incoming_https: true,
			},
		});
	});
	after(async () => {
		await agent[Symbol.asyncDispose]();
		await certificates[Symbol.asyncDispose]();
		await rm(directory, { recursive: true });
	});

	async function worksThrough(registry: Registry): Promise<void> {
		using watch = watching(registry, stamp.owner);
		await registry.register(service({ checks: [ttlCheck(beat)] }), stamp, soon());
		await watch.untilSeen(['u1:web:80']);
		assert.equal((await registry.get('u1:web:80', soon()))?.name, 'web');
		await heartbeat(registry, beat);
		assert.equal((await registry.checks(soon())).get('u1:web:80')?.get(beat)?.status, 'passing');
		await registry.deregister('u1:web:80', soon());
		await watch.untilSeen([]);
	}
	async function tlsOptions(change: Partial<ConsulTls>): Promise<ConsulOptions> {
		const { client, read } = certificates;
		const [ca, cert, key] = await Promise.all([certificates.ca, client.cert, client.key].map(read));
		const own = { ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
		return { host: '127.0.0.1', port: tlsPort, tls: { ...own, verify: true, ...change } };
	}
	async function tls(change: Partial<ConsulTls>): Promise<Registry> {
		return consulRegistry(await tlsOptions(change));
	}

	test('a host by name', () => worksThrough(consulRegistry({ host: 'localhost', port: agent.port })));
	test('a unix socket', () =>
		worksThrough(consulRegistry({ host: '', port: 0, socketPath: join(directory, 'consul.sock') })));
	test('TLS with a CA and a certificate of ours', async () => worksThrough(await tls({})));
	test('TLS to a server of another name', async () => worksThrough(await tls({ serverName: 'server.dc1.consul' })));
	test('TLS to a server that is not checked', async () => worksThrough(await tls({ ca: '', verify: false })));

	type Change = Partial<ConsulTls & Pick<ConsulOptions, 'port'>>;
	/** What a stranger has, read when the test runs. */
	const strange = async (what: 'ca' | 'cert' | 'key'): Promise<string> =>
		certificates.read(certificates.stranger[what]);
	const refusedTls: readonly (readonly [sentence: string, change: () => Promise<Change>, complaint: RegExp])[] = [
		['a server whose authority we know nothing of', async () => ({ ca: '' }), /is not trusted; see CONSUL_CACERT$/],
		['a server of another authority', async () => ({ ca: await strange('ca') }), /is not trusted; see CONSUL_CACERT$/],
		[
			'a server that has another name than it should',
			async () => ({ serverName: 'elsewhere.example' }),
			/for another name; see CONSUL_TLS_SERVER_NAME$/,
		],
		[
			'a server that wants a certificate which we do not show',
			async () => ({ cert: '', key: '' }),
			/does not take our certificate, or wants one; see CONSUL_CLIENT_CERT$/,
		],
		[
			'a server that does not know our authority',
			async () => ({ cert: await strange('cert'), key: await strange('key') }),
			/does not take our certificate, or wants one; see CONSUL_CLIENT_CERT$/,
		],
		['a key of another certificate', async () => ({ key: await strange('key') }), /do not go together/],
		['a certificate that is none', async () => ({ cert: 'none' }), /do not go together, or are none/],
		['a port that speaks no TLS', async () => ({ port: agent.port }), /does not speak TLS there/],
	];
	for (const [sentence, change, complaint] of refusedTls) {
		test(`${sentence} is unreachable, and the text says why`, async () => {
			const { port, ...tlsChange } = await change();
			const options = await tlsOptions(tlsChange);
			const registry = consulRegistry({ ...options, port: port ?? options.port });
			await assert.rejects(
				async () => registry.list(soon()),
				(error) => error instanceof RegistryError && error.class === 'unreachable' && complaint.test(error.message),
			);
			// A server that refuses our certificate says so after the handshake, too late for some.
			await assert.rejects(heartbeat(registry, 'x'), refused('unreachable'));
		});
	}
	test('plain HTTP to a port of TLS is refused in words', async () => {
		const registry = consulRegistry({ host: '127.0.0.1', port: tlsPort });
		for (const call of [registry.list(soon()), heartbeat(registry, 'x')])
			await assert.rejects(call, /HTTP request to an HTTPS server/);
	});
	test('a socket that is not there is said to be missing', async () => {
		const registry = consulRegistry({ host: '', port: 0, socketPath: join(directory, 'none') });
		for (const call of [registry.list(soon()), heartbeat(registry, 'x')])
			await assert.rejects(call, /no such socket; does the agent run, and is the socket mounted\?/);
	});
});
