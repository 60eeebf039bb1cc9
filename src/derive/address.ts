import type { Container, PortBinding } from '../model.ts';
import { byPreference, isWildcard, passOverBindings } from './bindings.ts';
import { atContainer, passOverNetworks } from './networks.ts';
import {
	type AddressSettings,
	note,
	type Placement,
	type PlacementLabels,
	type PlacementTrace,
	placedAt,
	type Surroundings,
	type Unplaced,
} from './placement.ts';

export { networkNamed } from './networks.ts';
export type {
	AddressSettings,
	HostPort,
	Place,
	Placement,
	PlacementFlaw,
	PlacementLabels,
	Surroundings,
} from './placement.ts';

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
	trace?: PlacementTrace,
): Placement {
	const found = placeUnlabelled(container, portKey, settings, around, labels, trace);
	const { address } = labels;
	if (address === undefined || !('port' in found || isAddressMissing(found))) return found;
	const port = 'port' in found ? found.port : labelledPort(container, portKey, settings);
	trace?.choose('label', 'label reconsul.address', { address, port }, 'the label says so');
	if ('port' in found) return { ...found, address, via: 'label' };
	return { address, port, via: 'label', own: undefined, isMapped: false };
}

function placeUnlabelled(
	container: Container,
	portKey: string,
	settings: AddressSettings,
	around: Surroundings,
	labels: PlacementLabels,
	trace: PlacementTrace | undefined,
): Placement {
	const exposedPort = Number.parseInt(portKey, 10);
	if (isBasedOn(container) !== undefined) return onBase(exposedPort, settings, around, labels, trace);
	const placement = onOwnNetwork(container, portKey, exposedPort, settings, around, labels, trace);
	const address = labelAddress(container, settings.useIpFromLabel);
	if (address === undefined || !('port' in placement || isAddressMissing(placement))) return placement;
	const port = 'port' in placement ? placement.port : labelledPort(container, portKey, settings);
	trace?.choose('label', `label ${settings.useIpFromLabel}`, { address, port }, '-useIpFromLabel names it');
	// Whoever started the daemon trusts this label, so it counts for checks as well.
	if ('port' in placement) return { ...placement, address, via: 'label', own: { address, port } };
	return placedAt(address, port, 'label', true);
}

const isAddressMissing = ({ omitted }: Unplaced): boolean => omitted === 'no-address' || omitted === 'no-host-address';

function labelAddress(container: Container, label: string): string | undefined {
	const value = label === '' || !Object.hasOwn(container.labels, label) ? '' : (container.labels[label] ?? '');
	const slash = value.lastIndexOf('/');
	return (slash < 0 ? value : value.slice(0, slash)) || undefined;
}

function labelledPort(container: Container, portKey: string, settings: AddressSettings): number {
	const exposedPort = Number.parseInt(portKey, 10);
	const [binding] = byPreference(container.ports[portKey] ?? []);
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
	trace: PlacementTrace | undefined,
): Placement {
	if (container.networkMode === 'host') {
		note(trace, "it is on the network of the host: the host's address and the exposed port");
		return atHost(exposedPort, settings, around, trace);
	}
	if (container.networkMode === 'none')
		return { omitted: 'no-address', detail: 'it is on the network none, where nobody can reach it' };
	const bindings = container.ports[portKey];
	const isPublished = (bindings?.length ?? 0) > 0;
	const itsOwn = (rule: string): Placement => {
		note(trace, `${rule}: the container's own address and the exposed port`);
		if (trace !== undefined) passOverBindings(bindings ?? [], rule, trace);
		return atContainer(container, exposedPort, network, trace);
	};
	if (settings.internal) return itsOwn('-internal');
	if (isAsked === true && !isPublished) return itsOwn('reconsul.port names it, and it is not published');
	if (isPublished && settings.ipFromContainer) return itsOwn('-ip-from-container');
	if (bindings !== undefined && isPublished) {
		note(trace, 'it is published: an address of the host and the published port');
		if (trace !== undefined) passOverNetworks(container, exposedPort, trace);
		return published(bindings, settings, around, trace);
	}
	if (Object.keys(container.ports).length > 0) return notPublished;
	const age = around.now - Date.parse(container.startedAt);
	if (age >= 0 && age < portsSettleMs)
		return {
			omitted: 'ports-pending',
			detail: 'Docker does not list its ports yet',
			retryAfterMs: Math.min(portsRetryMs, Math.ceil(portsSettleMs - age)),
		};
	return itsOwn('its networks publish nothing');
}

const notPublished: Placement = {
	omitted: 'not-published',
	detail: 'the port is not published on the host (-p or -P)',
};

function published(
	bindings: readonly PortBinding[],
	settings: AddressSettings,
	around: Surroundings,
	trace: PlacementTrace | undefined,
): Placement {
	const [binding, ...others] = byPreference(bindings);
	if (binding === undefined) return notPublished;
	if (trace !== undefined) passOverBindings(others, `${binding.hostIp || '0.0.0.0'}:${binding.hostPort}`, trace);
	const at = { address: binding.hostIp, port: binding.hostPort };
	if (settings.ip === '' && !isWildcard(binding.hostIp)) {
		trace?.choose('binding', 'published', at, 'it is published on this address only');
		return placedAt(binding.hostIp, binding.hostPort, 'binding', true);
	}
	if (!isWildcard(binding.hostIp)) trace?.passOver('binding', 'published', at, '-ip goes before it');
	return atHost(binding.hostPort, settings, around, trace, true);
}

function atHost(
	port: number,
	settings: AddressSettings,
	{ hostAddress }: Surroundings,
	trace: PlacementTrace | undefined,
	isMapped = false,
): Placement {
	if (settings.ip !== '') {
		trace?.choose('-ip', 'option -ip', { address: settings.ip, port }, 'the option says so');
		return placedAt(settings.ip, port, '-ip', isMapped);
	}
	if (hostAddress !== undefined) {
		trace?.choose('host', 'host', { address: hostAddress, port }, "it is this host's address");
		return placedAt(hostAddress, port, 'host', isMapped);
	}
	return {
		omitted: 'no-host-address',
		detail: "neither -ip nor the host's name nor the Consul agent tells this host's address; set -ip",
		retryAfterMs: hostAddressRetryMs,
	};
}

function onBase(
	port: number,
	settings: AddressSettings,
	around: Surroundings,
	{ network }: PlacementLabels,
	trace: PlacementTrace | undefined,
): Placement {
	const { base } = around;
	if (base === undefined || base === 'gone' || !base.running)
		return { omitted: 'base-not-running', detail: 'the container whose network it shares is not running' };
	note(trace, `it shares the network of ${base.name}: that one's address and the exposed port`);
	if (base.networkMode === 'host') return atHost(port, settings, around, trace);
	return atContainer(base, port, network, trace);
}
