import { isIP } from 'node:net';
import {
	addressVariable,
	agentAddressFrom,
	type ConsulCredentials,
	type ConsulTlsFiles,
	consulWarnings,
	credentialsFrom,
	tlsFrom,
	wantsTls,
} from './consul-env.ts';
import type { Environment } from './environment.ts';
import { type GoUrl, parseGoUrl } from './go-url.ts';
import { shownUri, UsageError } from './usage-error.ts';

export interface ConsulTarget extends ConsulCredentials {
	readonly kind: 'consul';
	/** A name or an address; IPv6 without brackets. */
	readonly host: string;
	readonly port: number;
	/** Instead of host and port. */
	readonly socketPath?: string;
	/** Absent: plain HTTP. */
	readonly tls?: ConsulTlsFiles;
	/** What to call it in messages. */
	readonly where: string;
}

export interface MemoryTarget {
	readonly kind: 'memory';
	readonly where: string;
}

export type RegistryTarget = ConsulTarget | MemoryTarget;

export interface RegistryChoice {
	readonly target: RegistryTarget;
	/** What was said and has no effect. */
	readonly warnings: readonly string[];
}

const supported = 'consul://host:port, consul-tls://host:port, consul-unix:///path/of/socket, memory://';
const consulPort = 8_500;
const maxSocketPath = 107;

type Reader = (uri: GoUrl, text: string, env: Environment) => RegistryTarget;

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
	['consul', (uri, text, env) => agentAt(uri, text, env, wantsTls(env))],
	['consul-tls', (uri, text, env) => agentAt(uri, text, env, true)],
	[
		'consul-unix',
		(uri, text, env) => agentOnSocket(`${uri.host}${uri.path}`, `the registry URI ${shownUri(text)}`, env),
	],
	['memory', () => ({ kind: 'memory', where: 'memory://' })],
]);

/** Backends that the predecessor had and we do not. */
const predecessors = new Set(['consulkv', 'consulkv-unix', 'consulkv-tls', 'etcd', 'skydns2', 'zookeeper']);

/**
 * Reads the registry URI, with what Consul's own variables add to it.
 *
 * @throws UsageError with exit code 1; in the predecessor's words where it had some
 */
export function registryFrom(text: string, env: Environment): RegistryChoice {
	const uri = parseGoUrl(text);
	if (uri === undefined) throw new UsageError(1, `bad adapter uri: ${shownUri(text)}\nsupported are ${supported}`);
	const read = readers.get(uri.scheme);
	if (read === undefined) {
		const was = predecessors.has(uri.scheme) ? `reconsul does not have registrator's ${uri.scheme}; ` : '';
		throw new UsageError(1, `unrecognized adapter: ${shownUri(text)}\n${was}supported are ${supported}`);
	}
	const target = read(uri, text, env);
	return { target, warnings: target.kind === 'consul' ? [...ignoredParts(uri), ...consulWarnings(env)] : [] };
}

/** The predecessor's adapter looked at nothing but the host, so what else old command lines hold must not stop the daemon. */
function ignoredParts({ scheme, userinfo, path, query }: GoUrl): readonly string[] {
	const parts = [
		userinfo === undefined ? '' : 'user (a token is given in CONSUL_HTTP_TOKEN or by --token-file)',
		scheme === 'consul-unix' || path === '' || path === '/' ? '' : 'path',
		query === '' ? '' : 'query',
	];
	return parts.filter((part) => part !== '').map((part) => `the registry URI's ${part} has no effect`);
}

function agentAt({ host, scheme, path }: GoUrl, text: string, env: Environment, isTls: boolean): ConsulTarget {
	if (host !== '') return agent(host, `bad adapter uri: ${shownUri(text)}`, isTls, env);
	// `consul:host` is not the host, as in the predecessor; but it would go to another agent than the one that was meant.
	if (path !== '' && !path.startsWith('/'))
		throw new UsageError(1, `bad adapter uri: ${shownUri(text)}\n"//" is missing: ${scheme}://${shownUri(path)}`);
	const address = agentAddressFrom(env);
	if (address.scheme === 'unix') return agentOnSocket(address.authority, addressVariable, env);
	return agent(address.authority, addressVariable, isTls || address.scheme === 'https', env);
}

function agent(authority: string, source: string, isTls: boolean, env: Environment): ConsulTarget {
	const [, bracketed, plain = '', digits = ''] = /^(?:\[(.*)\]|([^:]*))(?::(\d*))?\/?$/s.exec(authority) ?? [];
	const host = bracketed?.replace('%25', '%') ?? plain;
	const port = digits === '' ? consulPort : Number(digits);
	const isHost = bracketed === undefined ? /^[A-Za-z0-9._-]{1,253}$/.test(host) : isIP(host) === 6;
	if (!isHost || port < 1 || port > 65_535)
		throw new UsageError(1, `${source}\nwants host or host:port, with a port up to 65535 and IPv6 in brackets`);
	const where = `${isTls ? 'https' : 'http'}://${bracketed === undefined ? host : `[${host}]`}:${port}`;
	return { kind: 'consul', host, port, where, ...(isTls ? { tls: tlsFrom(env) } : {}), ...credentialsFrom(env) };
}

function agentOnSocket(path: string, source: string, env: Environment): ConsulTarget {
	// The kernel cuts a socket's path at 107 bytes, and Node would say only EINVAL.
	if (!path.startsWith('/') || Buffer.byteLength(path) > maxSocketPath)
		throw new UsageError(1, `${source}: the socket's path must be absolute and at most ${maxSocketPath} bytes long`);
	const credentials = credentialsFrom(env);
	return {
		kind: 'consul',
		host: 'localhost',
		port: consulPort,
		socketPath: path,
		where: `unix://${path}`,
		...credentials,
	};
}
