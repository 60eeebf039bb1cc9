import type { Environment } from './environment.ts';
import { shownUri, UsageError } from './usage-error.ts';

/** PEM files by which an engine and we know each other. */
export interface DockerTlsFiles {
	readonly caFile: string;
	readonly certFile: string;
	readonly keyFile: string;
}

interface DockerSocket {
	readonly kind: 'unix';
	readonly socketPath: string;
	/** What to call it in messages. */
	readonly where: string;
}

interface DockerAddress {
	readonly kind: 'tcp';
	/** A name or an address; IPv6 without brackets. */
	readonly host: string;
	readonly port: number;
	/** `https` without files: what the system trusts, and no certificate of ours. */
	readonly protocol: 'http' | 'https';
	readonly tls?: DockerTlsFiles;
	readonly where: string;
}

export type DockerTarget = DockerSocket | DockerAddress;

const systemSocket = '/var/run/docker.sock';
/** Where the predecessor's users mount it. */
const mountedSocket = '/tmp/docker.sock';
const forms = 'unix:///path, tcp://host:port, http://host:port or https://host:port';

/**
 * Where the Docker engine is, by Docker's own variables.
 *
 * @param exists whether there is something at a path
 * @throws UsageError with exit code 1 that names the variable
 */
export function dockerFrom(env: Environment, exists: (path: string) => boolean): DockerTarget {
	const text = env['DOCKER_HOST']?.trim() ?? '';
	const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.*)$/is.exec(text) ?? [];
	if (text === '' || text === 'unix://') return socketAt(defaultSocket(exists));
	switch (scheme.toLowerCase()) {
		case 'unix':
			if (!rest.startsWith('/')) throw wrong(`must have an absolute path behind unix://, got ${shownUri(text)}`);
			return socketAt(rest);
		case 'tcp':
		case 'http':
			return engineAt(rest, env['DOCKER_TLS_VERIFY'] ? 'https' : 'http', env, exists);
		case 'https':
			return engineAt(rest, 'https', env, exists);
		case 'ssh':
			throw wrong('over ssh is not supported; forward the socket (ssh -L /tmp/docker.sock:/var/run/docker.sock HOST)');
		default:
			throw wrong(`must be ${forms}, got ${shownUri(text)}`);
	}
}

const wrong = (what: string): UsageError => new UsageError(1, `DOCKER_HOST ${what}`);

const defaultSocket = (exists: (path: string) => boolean): string =>
	!exists(systemSocket) && exists(mountedSocket) ? mountedSocket : systemSocket;

const socketAt = (socketPath: string): DockerTarget => ({ kind: 'unix', socketPath, where: `unix://${socketPath}` });

function engineAt(
	authority: string,
	protocol: 'http' | 'https',
	env: Environment,
	exists: (path: string) => boolean,
): DockerTarget {
	const [, v6, plain = '', digits = ''] =
		/^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]*))(?::(\d{1,5}))?\/?$/i.exec(authority) ?? [];
	const host = v6 ?? plain;
	// Docker's registered ports, without and with TLS.
	const port = digits === '' ? (protocol === 'https' ? 2_376 : 2_375) : Number(digits);
	if (host === '' || port < 1 || port > 65_535) throw wrong(`must be ${forms}, got ${shownUri(`tcp://${authority}`)}`);
	const where = `${protocol}://${v6 === undefined ? host : `[${v6}]`}:${port}`;
	const tls = tlsFiles(protocol, env, exists);
	return { kind: 'tcp', host, port, protocol, where, ...(tls === undefined ? {} : { tls }) };
}

/** All three of the files are needed: with fewer of them dockerode's constructor throws. */
function tlsFiles(
	protocol: 'http' | 'https',
	env: Environment,
	exists: (path: string) => boolean,
): DockerTlsFiles | undefined {
	const given = env['DOCKER_CERT_PATH'];
	// Docker's own tools look into the user's folder, but only where verifying was asked for.
	const folder = given || (env['DOCKER_TLS_VERIFY'] ? `${env['HOME'] || '/root'}/.docker` : '');
	if (folder === '' || (protocol === 'http' && !given)) return undefined;
	const [caFile, certFile, keyFile] = ['ca.pem', 'cert.pem', 'key.pem'].map((file) => `${folder}/${file}`);
	const missing = [caFile, certFile, keyFile].find((file) => file === undefined || !exists(file));
	if (missing !== undefined || caFile === undefined || certFile === undefined || keyFile === undefined)
		throw new UsageError(
			1,
			`${missing} is missing; DOCKER_CERT_PATH must name a folder with ca.pem, cert.pem and key.pem`,
		);
	return protocol === 'http' ? undefined : { caFile, certFile, keyFile };
}
