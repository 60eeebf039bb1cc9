import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Made by Consul, which the lab has anyway: Node cannot make certificates. */
export interface Certificates extends AsyncDisposable {
	/** Paths of PEM files. */
	readonly ca: string;
	/** For localhost, 127.0.0.1 and server.dc1.consul. */
	readonly server: { readonly cert: string; readonly key: string };
	readonly client: { readonly cert: string; readonly key: string };
	/** Another authority that signed none of them, and a client of its own. */
	readonly stranger: { readonly ca: string; readonly cert: string; readonly key: string };
	read(path: string): Promise<string>;
}

export async function makeCertificates(): Promise<Certificates> {
	const folder = await mkdtemp(join(tmpdir(), 'reconsul-tls-'));
	const [own, other] = [join(folder, 'own'), join(folder, 'other')];
	for (const cwd of [own, other]) {
		await mkdir(cwd);
		await run('consul', ['tls', 'ca', 'create'], { cwd });
		await run('consul', ['tls', 'cert', 'create', '-client', '-dc', 'dc1'], { cwd });
	}
	await run('consul', ['tls', 'cert', 'create', '-server', '-dc', 'dc1'], { cwd: own });
	const pair = (cwd: string, whose: string) => ({
		cert: join(cwd, `dc1-${whose}-consul-0.pem`),
		key: join(cwd, `dc1-${whose}-consul-0-key.pem`),
	});
	return {
		ca: join(own, 'consul-agent-ca.pem'),
		server: pair(own, 'server'),
		client: pair(own, 'client'),
		stranger: { ca: join(other, 'consul-agent-ca.pem'), ...pair(other, 'client') },
		read: (path) => readFile(path, 'utf8'),
		[Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
	};
}
