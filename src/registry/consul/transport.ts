import type { ConnectionOptions } from 'node:tls';
import type { Answer, Asked } from './errors.ts';

export interface ConsulTls {
	/** PEM texts. */
	readonly ca?: string;
	readonly cert?: string;
	readonly key?: string;
	readonly serverName?: string;
	readonly verify: boolean;
}

export interface ConsulOptions {
	/** A name or an address; IPv6 without brackets. */
	readonly host: string;
	readonly port: number;
	/** Instead of host and port. */
	readonly socketPath?: string;
	/** Absent: plain HTTP. */
	readonly tls?: ConsulTls;
	/** The token to use now; asked for on every call, so it has to be cheap. */
	readonly token?: () => string | undefined | Promise<string | undefined>;
	/** Told of a 403; a token that is another one afterwards is tried once. */
	readonly onTokenRefused?: () => void | Promise<void>;
	readonly namespace?: string;
	/** The agent's node name, which otherwise takes the right to read `/agent/self`. */
	readonly node?: string;
	/** Of one call, waiting for a free connection included. 10 s unless given. */
	readonly deadlineMs?: number;
}

/** One request; paths begin with `/v1`. */
export interface ConsulRequest {
	readonly method: 'GET' | 'PUT';
	readonly path: string;
	readonly query: Readonly<Record<string, string>>;
	readonly headers: Readonly<Record<string, string>>;
	/** Sent as JSON. */
	readonly body?: unknown;
}

export interface ConsulResponse {
	readonly status: number;
	readonly headers: Answer['headers'];
	readonly body: Buffer | undefined;
}

type TlsOptions = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;

export const tlsOptions = ({ ca, cert, key, serverName, verify }: ConsulTls): TlsOptions => ({
	rejectUnauthorized: verify,
	...(ca === undefined ? {} : { ca }),
	...(cert === undefined ? {} : { cert }),
	...(key === undefined ? {} : { key }),
	...(serverName === undefined ? {} : { servername: serverName }),
});

/** As a URL has it: IPv6 in brackets, and any name at all where it is a socket. */
export function urlHost({ host, socketPath }: ConsulOptions): string {
	if (socketPath !== undefined) return 'localhost';
	return host.includes(':') ? `[${host}]` : host;
}

export type Token = string | undefined;

/** Of a call. */
export interface Content {
	readonly query?: Readonly<Record<string, string>> | undefined;
	readonly body?: unknown;
}

export function requestOf({ namespace }: ConsulOptions, asked: Asked, content: Content, token: Token): ConsulRequest {
	const space = asked.indexOf(' ');
	return {
		method: asked.startsWith('GET ') ? 'GET' : 'PUT',
		path: asked.slice(space + 1),
		query: { ...content.query, ...(namespace === undefined ? {} : { ns: namespace }) },
		headers: token ? { 'x-consul-token': token } : {},
		body: content.body,
	};
}

/** Of one call, waiting for a free connection included. */
export const deadlineMsOf = ({ deadlineMs = 10_000 }: ConsulOptions): number => deadlineMs;

/** What to call the agent in messages. */
export const whereOf = ({ socketPath, host, port }: ConsulOptions): string => socketPath ?? `${host}:${port}`;
