import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';

/**
 * Whether a request comes from a person on this machine. The peer alone does not say so: a page from anywhere, open in a
 * browser here, may have its own name resolve to 127.0.0.1 (DNS rebinding), but it cannot change the Host header.
 * A socket's file has no peer's address; who may open it, its permissions say.
 */
export const isLocalRequest = (peer: string | 'unix socket' | undefined, hostHeader: string | undefined): boolean =>
	peer === unixPeer || (peer !== undefined && isLoopback(peer) && hostHeader !== undefined && isLocalHost(hostHeader));

export const unixPeer = 'unix socket';

/** Whether the header carries this very token; takes as long whatever it holds. */
export function isBearer(header: string | undefined, token: string | undefined): boolean {
	if (token === undefined || token === '' || header === undefined) return false;
	const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(header), digest(`Bearer ${token}`));
}

/** A socket for both families shows an IPv4 peer as `::ffff:127.0.0.1`. */
function isLoopback(address: string): boolean {
	const plain = address.toLowerCase().replace(/^::ffff:/, '');
	return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

function isLocalHost(header: string): boolean {
	const host = header.toLowerCase().replace(/:\d{1,5}$/, '');
	return host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));
}
