import type { Drift, Field, Registration, ServiceInstance, Stamp, TaggedAddress } from '../model.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Order and repeats do not count: no reader of Consul may rely on them, and registrator wrote them reversed. */
const sameTags = (a: readonly string[], b: readonly string[]): boolean =>
	new Set(a).symmetricDifference(new Set(b)).size === 0;

function samePairs(a: Fields, b: Fields): boolean {
	const keys = Object.keys(a);
	return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}

/** Names under which an agent puts the service's own address, and which it fills again where nothing is said. */
const injectable: ReadonlySet<string> = new Set(['lan_ipv4', 'lan_ipv6', 'wan_ipv4', 'wan_ipv6', 'consul-virtual']);

const sameAddress = (a: TaggedAddress | undefined, b: TaggedAddress | undefined): boolean =>
	a?.address === b?.address && a?.port === b?.port;

/** What an agent adds by itself counts only where something else is wanted. */
function sameTaggedAddresses(wanted: ServiceInstance, found: Registration): boolean {
	const [a, b] = [wanted.taggedAddresses ?? {}, found.taggedAddresses ?? {}];
	const isAsWanted = (tag: string): boolean =>
		sameAddress(a[tag], b[tag]) || (b[tag] === undefined && injectable.has(tag) && sameAddress(a[tag], wanted));
	return (
		Object.keys(a).every(isAsWanted) && Object.keys(b).every((tag) => Object.hasOwn(a, tag) || injectable.has(tag))
	);
}

/**
 * Whether others may have changed the tags and shall keep them so. EnableTagOverride invites that; but when the spec
 * differs it is we who changed, and then our tags count.
 */
export const keepsObservedTags = (wanted: ServiceInstance, stamp: Stamp, found: Registration): boolean =>
	wanted.enableTagOverride && found.enableTagOverride && found.stamp?.spec === stamp.spec;

/** Field by field, what the agent has otherwise than wanted; empty when nothing has to be written. */
export function compare(wanted: ServiceInstance, stamp: Stamp, found: Registration): readonly Drift[] {
	const { spec: wantedSpec, ...wantedOrigin } = stamp;
	const { spec: foundSpec, ...foundOrigin } = found.stamp ?? { spec: undefined };
	// Which token it is cannot always be known; what is there then stays.
	const sameOrigin = samePairs({ ...foundOrigin, ...wantedOrigin }, foundOrigin);
	const rows: readonly [field: Field, desired: unknown, observed: unknown, isSame: boolean][] = [
		['name', wanted.name, found.name, wanted.name === found.name],
		['address', wanted.address, found.address, wanted.address === found.address],
		['port', wanted.port, found.port, wanted.port === found.port],
		['tags', wanted.tags, found.tags, sameTags(wanted.tags, found.tags) || keepsObservedTags(wanted, stamp, found)],
		['meta', wanted.meta, found.meta, samePairs(wanted.meta, found.meta)],
		['weights', wanted.weights, found.weights, samePairs({ ...wanted.weights }, { ...found.weights })],
		[
			'enableTagOverride',
			wanted.enableTagOverride,
			found.enableTagOverride,
			wanted.enableTagOverride === found.enableTagOverride,
		],
		['taggedAddresses', wanted.taggedAddresses, found.taggedAddresses, sameTaggedAddresses(wanted, found)],
		['stamp', wantedOrigin, found.stamp === undefined ? undefined : foundOrigin, sameOrigin],
		['spec', wantedSpec, foundSpec, wantedSpec === foundSpec || found.stamp === undefined],
	];
	return rows.filter(([, , , isSame]) => !isSame).map(([field, desired, observed]) => ({ field, desired, observed }));
}
