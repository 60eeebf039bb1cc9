import type { Container } from '../model.ts';

/** What it takes to find a port, and how one that was found is told of. */

export interface AddressSettings {
	readonly ip: string;
	readonly internal: boolean;
	/** Published ports only, but where the container itself has them. */
	readonly ipFromContainer: boolean;
	readonly useIpFromLabel: string;
}

export interface Surroundings {
	/** The host's address as the daemon found it; `undefined` while it has not. */
	readonly hostAddress: string | undefined;
	/** For `container:X`: X, or `gone`. */
	readonly base: Container | 'gone' | undefined;
	/** Milliseconds since the epoch. */
	readonly now: number;
}

/** What the container's own labels say of where it is. */
export interface PlacementLabels {
	readonly address?: string | undefined;
	readonly network?: string | undefined;
	/** `reconsul.port` names the port, which then need not be published. */
	readonly isAsked?: boolean;
}

export interface HostPort {
	readonly address: string;
	readonly port: number;
}

/** Told how a place was found, by whoever asks why. */
export interface PlacementTrace {
	/** The row of the table that fits. */
	rule: string;
	/** One that could have been, and why it is not. */
	passOver(via: Place['via'], source: string, at: HostPort, why: string): void;
	/** One that counts, unless another does after it. */
	choose(via: Place['via'], source: string, at: HostPort, why: string): void;
}

/** Where a port is reached, or the reason why that cannot be said. */
export type Placement = Place | Unplaced;

export interface Place extends HostPort {
	readonly via: 'label' | 'binding' | 'network' | '-ip' | 'host';
	/**
	 * Where the agent finds the container to ask it how it is: what the container's own labels say of its address does not
	 * count here, since a check's answer can be read by everybody. `undefined` where nothing else is known.
	 */
	readonly own: HostPort | undefined;
	/** Whether the port stands for another one inside the container. */
	readonly isMapped: boolean;
}

export interface Unplaced {
	readonly omitted: PlacementFlaw;
	readonly detail: string;
	readonly retryAfterMs?: number;
}

export type PlacementFlaw = 'not-published' | 'no-address' | 'no-host-address' | 'base-not-running' | 'ports-pending';

export const placedAt = (address: string, port: number, via: Place['via'], isMapped = false): Place => ({
	address,
	port,
	via,
	own: { address, port },
	isMapped,
});

/** Assigns what only who asks why wants to know. */
export function note(trace: PlacementTrace | undefined, rule: string): void {
	if (trace !== undefined) trace.rule = rule;
}
