import type { Container, Endpoint, PortBinding } from '../model.ts';

/**
 * Where a port can be reached, by the container's network mode; decided by what registrator was recorded to do and by
 * the differences D1, D6, D9, D10 and D14. Read from the top, the first row that fits counts:
 *
 * | network mode        | address                                              | port         |
 * |---------------------|------------------------------------------------------|--------------|
 * | any                 | the label `reconsul.address`                         | as below     |
 * | `container:X`       | that of X: its network's, or the host's              | exposed port |
 * | any other           | the label that `-useIpFromLabel` names               | as below     |
 * | `host`              | the host's                                           | exposed port |
 * | `none`              | none                                                 | exposed port |
 * | any, `-internal`    | the container's                                      | exposed port |
 * | published, `-ip-from-container` | the container's                          | exposed port |
 * | any, published      | `-ip`, the binding's own address, the host's         | host port    |
 * | publishes nothing   | the container's                                      | exposed port |
 * | `reconsul.port`     | the container's                                      | that port    |
 * | not published       | not a service                                        |              |
 *
 * "The host's" is `-ip`, or what the daemon found for itself; "the container's" is that on the network that `reconsul.network`
 * names, else on the default bridge, else on the first network by name.
 */

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

interface Unplaced {
	readonly omitted: PlacementFlaw;
	readonly detail: string;
	readonly retryAfterMs?: number;
}

export type PlacementFlaw = 'not-published' | 'no-address' | 'no-host-address' | 'base-not-running' | 'ports-pending';

/** Docker fills in the ports before it announces the start; after this time an absent one stays absent (macvlan, ipvlan). */
const portsSettleMs = 10_000;
const portsRetryMs = 500;
const hostAddressRetryMs = 5_000;

export const isBasedOn = (container: Container): string | undefined =>
	container.networkMode.startsWith('container:') ? container.networkMode.slice('container:'.length) : undefined;

/** Whether ports count whether published or not: these networks publish nothing, so exposed is all there is. */
const sharesOrHasNoNetwork = (container: Container): boolean =>
	['host', 'none'].includes(container.networkMode) || isBasedOn(container) !== undefined;

/** The ports that may be services: `80/tcp` … In networks that publish, an exposed port that is not listed is not one. */
export const portKeys = (container: Container): readonly string[] => [
	...new Set([...container.exposed, ...Object.keys(container.ports)]),
];

export function place(
	container: Container,
	portKey: string,
	settings: AddressSettings,
	around: Surroundings,
	labels: PlacementLabels = {},
): Placement {
	const found = placeUnlabelled(container, portKey, settings, around, labels);
	const { address } = labels;
	if (address === undefined) return found;
	if ('port' in found) return { ...found, address, via: 'label' };
	if (!isAddressMissing(found)) return found;
	const port = labelledPort(container, portKey, settings);
	return { address, port, via: 'label', own: undefined, isMapped: false };
}

function placeUnlabelled(
	container: Container,
	portKey: string,
	settings: AddressSettings,
	around: Surroundings,
	labels: PlacementLabels,
): Placement {
	const exposedPort = Number.parseInt(portKey, 10);
	if (isBasedOn(container) !== undefined) return onBase(exposedPort, settings, around, labels);
	const placement = onOwnNetwork(container, portKey, exposedPort, settings, around, labels);
	const address = labelAddress(container, settings.useIpFromLabel);
	if (address === undefined) return placement;
	// Whoever started the daemon trusts this label, so it counts for checks as well.
	if ('port' in placement) return { ...placement, address, via: 'label', own: { address, port: placement.port } };
	if (!isAddressMissing(placement)) return placement;
	return placedAt(address, labelledPort(container, portKey, settings), 'label', true);
}

const placedAt = (address: string, port: number, via: Place['via'], isMapped = false): Place => ({
	address,
	port,
	via,
	own: { address, port },
	isMapped,
});

const isAddressMissing = ({ omitted }: Unplaced): boolean => omitted === 'no-address' || omitted === 'no-host-address';

function labelAddress(container: Container, label: string): string | undefined {
	const value = label === '' || !Object.hasOwn(container.labels, label) ? '' : (container.labels[label] ?? '');
	const slash = value.lastIndexOf('/');
	return (slash < 0 ? value : value.slice(0, slash)) || undefined;
}

function labelledPort(container: Container, portKey: string, settings: AddressSettings): number {
	const exposedPort = Number.parseInt(portKey, 10);
	const binding = preferred(container.ports[portKey] ?? []);
	const isOwn = settings.internal || settings.ipFromContainer || sharesOrHasNoNetwork(container);
	return isOwn ? exposedPort : (binding?.hostPort ?? exposedPort);
}

function onOwnNetwork(
	container: Container,
	portKey: string,
	exposedPort: number,
	settings: AddressSettings,
	around: Surroundings,
	{ network, isAsked }: PlacementLabels,
): Placement {
	if (container.networkMode === 'host') return atHost(exposedPort, settings, around);
	if (container.networkMode === 'none')
		return { omitted: 'no-address', detail: 'it is on the network none, where nobody can reach it' };
	if (settings.internal) return atContainer(container, exposedPort, network);
	const bindings = container.ports[portKey];
	const isPublished = (bindings?.length ?? 0) > 0;
	if (isAsked === true && !isPublished) return atContainer(container, exposedPort, network);
	if (isPublished && settings.ipFromContainer) return atContainer(container, exposedPort, network);
	if (bindings !== undefined) return published(bindings, settings, around);
	if (Object.keys(container.ports).length > 0) return notPublished;
	const age = around.now - Date.parse(container.startedAt);
	if (age >= 0 && age < portsSettleMs)
		return {
			omitted: 'ports-pending',
			detail: 'Docker does not list its ports yet',
			retryAfterMs: Math.min(portsRetryMs, Math.ceil(portsSettleMs - age)),
		};
	return atContainer(container, exposedPort, network);
}

const notPublished: Placement = {
	omitted: 'not-published',
	detail: 'the port is not published on the host (-p or -P)',
};

function published(bindings: readonly PortBinding[], settings: AddressSettings, around: Surroundings): Placement {
	const binding = preferred(bindings);
	if (binding === undefined) return notPublished;
	if (settings.ip === '' && !isWildcard(binding.hostIp))
		return placedAt(binding.hostIp, binding.hostPort, 'binding', true);
	return atHost(binding.hostPort, settings, around, true);
}

const isWildcard = (address: string): boolean => ['', '0.0.0.0', '::'].includes(address);
const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');

/**
 * The wildcard before an address, IPv4's before IPv6's (with `-P` the two can have different ports and come in either
 * order), loopback last; among equals the engine's order (difference D9).
 */
function preferred(bindings: readonly PortBinding[]): PortBinding | undefined {
	const rank = ({ hostIp }: PortBinding): number =>
		hostIp === '::' ? 1 : isWildcard(hostIp) ? 0 : isLoopback(hostIp) ? 3 : 2;
	return bindings.toSorted((a, b) => rank(a) - rank(b))[0];
}

function atHost(port: number, settings: AddressSettings, around: Surroundings, isMapped = false): Placement {
	if (settings.ip !== '') return placedAt(settings.ip, port, '-ip', isMapped);
	if (around.hostAddress !== undefined) return placedAt(around.hostAddress, port, 'host', isMapped);
	return {
		omitted: 'no-host-address',
		detail: "neither -ip nor the host's name nor the Consul agent tells this host's address; set -ip",
		retryAfterMs: hostAddressRetryMs,
	};
}

/** The default bridge wins whatever its name sorts like, as registrator reads its address first (difference D10). */
function ownEndpoint(container: Container, network: string | undefined): Endpoint | undefined {
	const names = Object.keys(container.networks).sort();
	return [network && networkNamed(container, network), 'bridge', ...names]
		.map((name) => (name && Object.hasOwn(container.networks, name) ? container.networks[name] : undefined))
		.find((endpoint) => endpoint !== undefined && (endpoint.ipv4 || endpoint.ipv6) !== '');
}

/** The container's network of that name, or of that name within its compose project; `undefined` if it is on none such. */
export function networkNamed(container: Container, name: string): string | undefined {
	const project = container.labels['com.docker.compose.project'] ?? '';
	return [name, `${project}_${name}`].find((it) => Object.hasOwn(container.networks, it));
}

function atContainer(container: Container, port: number, network: string | undefined): Placement {
	const endpoint = ownEndpoint(container, network);
	if (endpoint === undefined) return { omitted: 'no-address', detail: 'it has no address on any network' };
	return placedAt(endpoint.ipv4 || endpoint.ipv6, port, 'network');
}

function onBase(
	port: number,
	settings: AddressSettings,
	around: Surroundings,
	{ network }: PlacementLabels,
): Placement {
	const { base } = around;
	if (base === undefined || base === 'gone' || !base.running)
		return { omitted: 'base-not-running', detail: 'the container whose network it shares is not running' };
	if (base.networkMode === 'host') return atHost(port, settings, around);
	return atContainer(base, port, network);
}
