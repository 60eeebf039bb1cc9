import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { consulRegistry } from '../../../src/registry/consul.ts';
import type { ConsulTls } from '../../../src/registry/consul-http.ts';
import { type Registry, RegistryError } from '../../../src/registry/registry.ts';
import { freePort } from '../../support/lab.ts';
import { service, stamp } from '../../support/samples.ts';
import { type ConsulAgent, startAgent } from './consul-agent.ts';
import { watching } from './watching.ts';

const soon = (): AbortSignal => AbortSignal.timeout(15_000);
const run = promisify(execFile);

describe('ways to a Consul agent', () => {
	let agent: ConsulAgent;
	let directory: string;
	let tlsPort = 0;
	const pem = async (name: string): Promise<string> => readFile(join(directory, name), 'utf8');

	before(async () => {
		directory = await mkdtemp(join(tmpdir(), 'reconsul-tls-'));
		tlsPort = await freePort();
		await run('consul', ['tls', 'ca', 'create'], { cwd: directory });
		await run('consul', ['tls', 'cert', 'create', '-server', '-dc', 'dc1'], { cwd: directory });
		await run('consul', ['tls', 'cert', 'create', '-client', '-dc', 'dc1'], { cwd: directory });
		agent = await startAgent({
			config: {
				addresses: { http: `127.0.0.1 unix://${directory}/consul.sock` },
				ports: { https: tlsPort },
				ca_file: `${directory}/consul-agent-ca.pem`,
				cert_file: `${directory}/dc1-server-consul-0.pem`,
				key_file: `${directory}/dc1-server-consul-0-key.pem`,
				verify_incoming_https: true,
			},
		});
	});
	after(async () => {
		await agent[Symbol.asyncDispose]();
		await rm(directory, { recursive: true });
	});

	async function worksThrough(registry: Registry): Promise<void> {
		using watch = watching(registry, stamp.owner);
		await registry.register(service(), stamp, soon());
		await watch.untilSeen(['u1:web:80']);
		assert.equal((await registry.get('u1:web:80', soon()))?.name, 'web');
		await registry.deregister('u1:web:80', soon());
		await watch.untilSeen([]);
	}
	async function tls(change: Partial<ConsulTls>): Promise<Registry> {
		const ca = await pem('consul-agent-ca.pem');
		const cert = await pem('dc1-client-consul-0.pem');
		const key = await pem('dc1-client-consul-0-key.pem');
		return consulRegistry({ host: '127.0.0.1', port: tlsPort, tls: { ca, cert, key, verify: true, ...change } });
	}

	test('a host by name', () => worksThrough(consulRegistry({ host: 'localhost', port: agent.port })));
	test('a unix socket', () =>
		worksThrough(consulRegistry({ host: '', port: 0, socketPath: join(directory, 'consul.sock') })));
	test('TLS with a CA and a certificate of ours', async () => worksThrough(await tls({})));
	test('TLS to a server of another name', async () => worksThrough(await tls({ serverName: 'server.dc1.consul' })));
	test('TLS to a server that is not checked', async () => worksThrough(await tls({ ca: '', verify: false })));

	const refusedTls: readonly (readonly [sentence: string, change: Partial<ConsulTls>])[] = [
		['a server whose CA is not ours', { ca: '' }],
		['a server that has another name than it should', { serverName: 'elsewhere.example' }],
		['a server that wants a certificate which we do not show', { cert: '', key: '' }],
	];
	for (const [sentence, change] of refusedTls) {
		test(`${sentence} is unreachable`, async () => {
			await assert.rejects(
				(await tls(change)).list(soon()),
				(error) => error instanceof RegistryError && error.class === 'unreachable',
			);
		});
	}
});
