import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type Dockerode from 'dockerode';
import { tokenFile } from '../registry/consul/token.ts';
import type { ConsulOptions, ConsulTls } from '../registry/consul/transport.ts';
import type { ConsulTlsFiles } from './consul-env.ts';
import type { DockerTarget } from './docker-env.ts';
import type { ConsulTarget } from './registry-uri.ts';
import { UsageError } from './usage-error.ts';

/**
 * What the Consul adapter takes; reads the PEM files.
 *
 * @param node the agent's node name, empty to ask the agent
 * @throws UsageError that names the variable of a file that cannot be read
 */
export function consulOptions(target: ConsulTarget, node: string): ConsulOptions {
	const { host, port, socketPath, tls, token, tokenFile: file, namespace } = target;
	return {
		host,
		port,
		...(socketPath === undefined ? {} : { socketPath }),
		...(tls === undefined ? {} : { tls: consulTls(tls) }),
		...(token === undefined ? {} : { token }),
		...(file === undefined ? {} : tokenFile(file)),
		...(namespace === undefined ? {} : { namespace }),
		...(node === '' ? {} : { node }),
	};
}

function consulTls({ caFile, certFile, keyFile, serverName, verify }: ConsulTlsFiles): ConsulTls {
	return {
		verify,
		...(caFile === undefined ? {} : { ca: pem('CONSUL_CACERT', caFile) }),
		...(certFile === undefined ? {} : { cert: pem('CONSUL_CLIENT_CERT', certFile) }),
		...(keyFile === undefined ? {} : { key: pem('CONSUL_CLIENT_KEY', keyFile) }),
		...(serverName === undefined ? {} : { serverName }),
	};
}

/**
 * What dockerode takes; reads the PEM files. Dockerode looks at the environment itself, so whatever it would take from
 * there is overridden: DOCKER_CLIENT_TIMEOUT, for one, ends a quiet event stream.
 *
 * @throws UsageError that names the variable of a file that cannot be read
 */
export function dockerOptions(target: DockerTarget): Dockerode.DockerOptions {
	const nothing = { timeout: undefined, ca: undefined, cert: undefined, key: undefined };
	if (target.kind === 'unix') return { ...nothing, host: undefined, socketPath: target.socketPath };
	const { host, port, protocol, tls } = target;
	const files =
		tls === undefined
			? {}
			: {
					ca: pem('DOCKER_CERT_PATH', tls.caFile),
					cert: pem('DOCKER_CERT_PATH', tls.certFile),
					key: pem('DOCKER_CERT_PATH', tls.keyFile),
				};
	// Without brackets it would take the first group of an IPv6 address for a scheme.
	return { ...nothing, host: isIP(host) === 6 ? `[${host}]` : host, port, protocol, ...files };
}

function pem(variable: string, path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch (cause) {
		const { code } = Object(cause) as NodeJS.ErrnoException;
		throw new UsageError(1, `${variable}: ${path} cannot be read (${code ?? 'unknown error'})`, { cause });
	}
}
