import { isIP } from 'node:net';

export const defaultListen = ':9482';

export interface ListenAddress {
	/** `undefined` for all addresses of the machine. */
	readonly host: string | undefined;
	/** 0 for any that is free. */
	readonly port: number;
}

/**
 * Reads `:9482`, `127.0.0.1:9482`, `localhost:9482` or `[::1]:9482`; `undefined` for the empty text, which switches the
 * server off.
 *
 * @throws Error that names the rule and the text
 */
export function parseListen(text: string): ListenAddress | undefined {
	if (text === '') return undefined;
	const [, bracketed, plain = '', digits = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
	const port = Number(digits);
	const isHost = bracketed === undefined ? /^[A-Za-z0-9._-]*$/.test(plain) : isIP(bracketed) === 6;
	if (digits === '' || port > 65_535 || !isHost)
		throw new Error(
			`-listen must be host:port, :port or empty, with IPv6 in brackets; got ${JSON.stringify(text.slice(0, 100))}`,
		);
	const host = bracketed ?? plain;
	return { host: host === '' ? undefined : host, port };
}

/** Where something on the same machine reaches a server that listens there. */
export const reachableHost = ({ host }: ListenAddress): string =>
	host === undefined || host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;

/** `127.0.0.1:9482`, `[::1]:9482`. */
export const hostPort = (host: string, port: number): string =>
	isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
