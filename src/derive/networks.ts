import type { Container, Endpoint } from '../model.ts';
import { type Placement, type PlacementTrace, placedAt } from './placement.ts';

/** A container's own addresses, and which of several counts. */

/** The default bridge wins whatever its name sorts like, as registrator reads its address first (difference D10). */
function ownNetwork({ networks }: Container, named: string | undefined): string | undefined {
	const names = Object.keys(networks).sort();
	return [named, 'bridge', ...names].find(
		(name) => name !== undefined && Object.hasOwn(networks, name) && addressIn(networks[name]) !== '',
	);
}

const addressIn = (endpoint: Endpoint | undefined): string => endpoint?.ipv4 || endpoint?.ipv6 || '';

/** The container's network of that name, or of that name within its compose project; `undefined` if it is on none such. */
export function networkNamed(container: Container, name: string): string | undefined {
	const project = container.labels['com.docker.compose.project'] ?? '';
	return [name, `${project}_${name}`].find((it) => Object.hasOwn(container.networks, it));
}

export function atContainer(
	container: Container,
	port: number,
	network: string | undefined,
	trace: PlacementTrace | undefined,
): Placement {
	const { networks } = container;
	const named = network === undefined ? undefined : networkNamed(container, network);
	const chosen = ownNetwork(container, named);
	if (chosen === undefined) return { omitted: 'no-address', detail: 'it has no address on any network' };
	const address = addressIn(networks[chosen]);
	if (trace !== undefined) {
		const others = Object.keys(networks).filter((name) => name !== chosen && addressIn(networks[name]) !== '');
		for (const name of others)
			trace.passOver(
				'network',
				`network ${name}`,
				{ address: addressIn(networks[name]), port },
				`${chosen} goes before it`,
			);
		trace.choose('network', `network ${chosen}`, { address, port }, whyNetwork(chosen, named, others.length));
	}
	return placedAt(address, port, 'network');
}

function whyNetwork(chosen: string, named: string | undefined, others: number): string {
	if (chosen === named) return 'reconsul.network names it';
	if (others === 0) return 'it is its only network';
	return chosen === 'bridge' ? 'the default bridge goes first' : 'it is the first of its networks by name';
}

/** Nobody needs to be on this host to know where it is. */
export function passOverNetworks({ networks }: Container, port: number, trace: PlacementTrace): void {
	for (const [name, endpoint] of Object.entries(networks))
		if (addressIn(endpoint) !== '')
			trace.passOver('network', `network ${name}`, { address: addressIn(endpoint), port }, 'the port is published');
}
