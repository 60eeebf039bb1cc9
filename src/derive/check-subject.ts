import { isIPv6 } from 'node:net';
import type { Check, ServiceId } from '../model.ts';
import type { HostPort } from './address.ts';

/** What a check is about. */
export interface CheckSubject {
	readonly id: ServiceId;
	readonly name: string;
	/** Where the agent finds it; `undefined` where only a label says an address, which nothing vouches for. */
	readonly at: HostPort | undefined;
	readonly containerId: string;
	/** The port inside the container, as text. */
	readonly exposedPort: string;
	/** Where the agent finds another port of the container, if it can reach it at all. */
	readonly portAt: (port: number, protocol: 'tcp' | 'udp') => HostPort | undefined;
}

/** What a check asks and how, without what it is called. */
export type Probe = Omit<Check, 'id' | 'name'>;

/** For the check that a label asks for but that has nobody to ask. */
export const noAddress =
	'only reconsul.address says where the container is, and checks follow no label but the one that -useIpFromLabel names';

export const hostPort = ({ address, port }: HostPort): string =>
	`${isIPv6(address) ? `[${address}]` : address}:${port}`;

/** Fills in `$SERVICE_IP` and `$SERVICE_PORT`. A replacement is a function, since `$&` in an address would mean something. */
export const withService = (text: string, { address, port }: HostPort): string =>
	text.replaceAll('$SERVICE_IP', () => address).replaceAll('$SERVICE_PORT', String(port));

/** For a check that the labels do not time. */
export const defaultInterval = '10s';
