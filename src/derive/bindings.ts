import type { PortBinding } from '../model.ts';
import type { PlacementTrace } from './placement.ts';

/** Where Docker publishes a port, and which of several places counts. */

export const isWildcard = (address: string): boolean => ['', '0.0.0.0', '::'].includes(address);
const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');

/**
 * The wildcard before an address, IPv4's before IPv6's (with `-P` the two can have different ports and come in either
 * order), loopback last; among equals the engine's order (difference D9).
 */
export function byPreference(bindings: readonly PortBinding[]): readonly PortBinding[] {
	const rank = ({ hostIp }: PortBinding): number =>
		hostIp === '::' ? 1 : isWildcard(hostIp) ? 0 : isLoopback(hostIp) ? 3 : 2;
	return bindings.toSorted((a, b) => rank(a) - rank(b));
}

export function passOverBindings(bindings: readonly PortBinding[], why: string, trace: PlacementTrace): void {
	for (const { hostIp, hostPort } of bindings)
		trace.passOver('binding', 'published', { address: hostIp, port: hostPort }, `${why} goes before it`);
}
