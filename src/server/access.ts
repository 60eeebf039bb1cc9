import { isIP } from 'node:net';

/**
 * Whether a request comes from a person on this machine. The peer alone does not say so: a page from anywhere, open in a
 * browser here, may have its own name resolve to 127.0.0.1 (DNS rebinding), but it cannot change the Host header.
 */
export const isLocalRequest = (peer: string | undefined, hostHeader: string | undefined): boolean =>
	peer !== undefined && isLoopback(peer) && hostHeader !== undefined && isLocalHost(hostHeader);

/** A socket for both families shows an IPv4 peer as `::ffff:127.0.0.1`. */
function isLoopback(address: string): boolean {
	const plain = address.toLowerCase().replace(/^::ffff:/, '');
	return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

function isLocalHost(header: string): boolean {
	const host = header.toLowerCase().replace(/:\d{1,5}$/, '');
	return host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));
}
