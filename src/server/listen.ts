import { isIP } from 'node:net';

export const defaultListen = ':9482';

interface TcpAddress {
	readonly kind: 'tcp';
	/** `undefined` for all addresses of the machine. */
	readonly host: string | undefined;
	/** 0 for any that is free. */
	readonly port: number;
}

interface UnixAddress {
	readonly kind: 'unix';
	readonly path: string;
}

export type ListenAddress = TcpAddress | UnixAddress;

/** The kernel cuts a socket's path there. */
const maxSocketPath = 107;

/**
 * Reads `:9482`, `127.0.0.1:9482`, `localhost:9482`, `[::1]:9482` or `unix:///run/reconsul.sock`; `undefined` for the empty
 * text, which switches the server off.
 *
 * @throws Error that names the rule and the text
 */
export function parseListen(text: string): ListenAddress | undefined {
	if (text === '') return undefined;
	const path = /^(?:unix:\/\/)?(\/.+)$/.exec(text)?.[1];
	if (path !== undefined && Buffer.byteLength(path) <= maxSocketPath) return { kind: 'unix', path };
	const [, bracketed, plain = '', digits = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
	const port = Number(digits);
	const isHost = bracketed === undefined ? /^[A-Za-z0-9._-]*$/.test(plain) : isIP(bracketed) === 6;
	if (digits === '' || port > 65_535 || !isHost)
		throw new Error(
			`-listen must be host:port, :port, unix:///path or empty, with IPv6 in brackets; got ${JSON.stringify(text.slice(0, 100))}`,
		);
	const host = bracketed ?? plain;
	return { kind: 'tcp', host: host === '' ? undefined : host, port };
}

/** Where something on the same machine reaches a server that listens there. */
export const reachableHost = ({ host }: TcpAddress): string =>
	host === undefined || host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;

/** `127.0.0.1:9482`, `[::1]:9482`. */
export const hostPort = (host: string, port: number): string =>
	isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
