import type { Environment } from './environment.ts';
import { readBoolean } from './option-values.ts';
import { quoted, shownUri, UsageError } from './usage-error.ts';

/** How to reach the agent by TLS; paths of PEM files. */
export interface ConsulTlsFiles {
	readonly caFile?: string;
	readonly certFile?: string;
	readonly keyFile?: string;
	readonly serverName?: string;
	readonly verify: boolean;
}

/** What the daemon presents to the agent. */
export interface ConsulCredentials {
	/** A function, so that neither JSON nor a debugger's print of the configuration shows it. */
	readonly token?: () => string;
	/** Instead of a token: a file that others may replace. */
	readonly tokenFile?: string;
	readonly namespace?: string;
}

/** Consul's own variables that name the agent; its scheme, where it has one, is kept. */
export const addressVariable = 'CONSUL_HTTP_ADDR';

/** What Consul's own tools understand and reconsul does not. */
const unsupported = ['CONSUL_HTTP_AUTH', 'CONSUL_CAPATH'];

export const consulWarnings = (env: Environment): readonly string[] =>
	unsupported.filter((name) => env[name]).map((name) => `${name} is set, but not supported; it has no effect`);

/** @throws UsageError that names the variable and not the token */
export function credentialsFrom(env: Environment): ConsulCredentials {
	const namespace = env['CONSUL_NAMESPACE'];
	const tokenFile = env['CONSUL_HTTP_TOKEN_FILE'];
	return {
		...(namespace ? { namespace } : {}),
		// As in Consul's own tools, the file wins.
		...(tokenFile ? { tokenFile } : tokenFrom(env['CONSUL_HTTP_TOKEN'])),
	};
}

function tokenFrom(text = ''): ConsulCredentials {
	const token = text.trim();
	if (token === '') return {};
	if (!/^[\x21-\x7e]+$/.test(token))
		throw new UsageError(1, 'CONSUL_HTTP_TOKEN must be printable ASCII without blanks: it goes into a header');
	return { token: () => token };
}

/** Whether `CONSUL_HTTP_SSL` asks for TLS. */
export const wantsTls = (env: Environment): boolean => booleanFrom(env, 'CONSUL_HTTP_SSL') ?? false;

/** CONSUL_TLSCERT and CONSUL_TLSKEY are the predecessor's names for what Consul's tools call CONSUL_CLIENT_*. */
export function tlsFrom(env: Environment): ConsulTlsFiles {
	const caFile = env['CONSUL_CACERT'];
	const certFile = env['CONSUL_CLIENT_CERT'] || env['CONSUL_TLSCERT'];
	const keyFile = env['CONSUL_CLIENT_KEY'] || env['CONSUL_TLSKEY'];
	const serverName = env['CONSUL_TLS_SERVER_NAME'];
	if (Boolean(certFile) !== Boolean(keyFile))
		throw new UsageError(1, 'CONSUL_CLIENT_CERT and CONSUL_CLIENT_KEY must be set together or not at all');
	return {
		...(caFile ? { caFile } : {}),
		...(certFile && keyFile ? { certFile, keyFile } : {}),
		...(serverName ? { serverName } : {}),
		verify: booleanFrom(env, 'CONSUL_HTTP_SSL_VERIFY') ?? true,
	};
}

function booleanFrom(env: Environment, name: string): boolean | undefined {
	const text = env[name] ?? '';
	if (text === '') return undefined;
	const reading = readBoolean(text);
	if ('value' in reading) return reading.value;
	throw new UsageError(1, `${name} must be true or false, got ${quoted(text)}`);
}

export interface AgentAddress {
	readonly scheme: 'http' | 'https' | 'unix' | undefined;
	/** `host`, `host:port` or the socket's path. */
	readonly authority: string;
}

/** Where Consul's own tools would look for the agent. */
export function agentAddressFrom(env: Environment): AgentAddress {
	const text = env[addressVariable]?.trim() || '127.0.0.1:8500';
	const [, scheme, authority = ''] = /^(?:([a-z]+):\/\/)?(.*)$/is.exec(text) ?? [];
	const known = scheme?.toLowerCase();
	if (known !== undefined && known !== 'http' && known !== 'https' && known !== 'unix')
		throw new UsageError(
			1,
			`${addressVariable} must be host:port, http://host:port, https://host:port or unix:///path, got ${shownUri(text)}`,
		);
	return { scheme: known, authority };
}
