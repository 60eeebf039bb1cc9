import { containerNameIn } from '../../derive/ids.ts';
import type { Registration, ServiceId, ServiceInstance } from '../../model.ts';
import type { Ownership } from '../../plan/ownership.ts';

/** Another host name, under which a registrator registered containers of this host. */
export interface FormerHost {
	readonly hostname: string;
	/** Its entries, and which of our services each of them is, `undefined` where no container of ours is behind it. */
	readonly entries: readonly { readonly id: ServiceId; readonly now: ServiceId | undefined }[];
}

/** What Docker calls a container's host when nobody says: the beginning of its id. */
const shortId = /^[0-9a-f]{12}$/;

/**
 * Host names under which the agent has our containers by name and port: a registrator that ran in a container without
 * `--net=host` or `-h` used its own container's short id. Another name counts only where address and port are ours as well:
 * several hosts can share an agent, and may well call their containers the same.
 */
export function formerHosts(
	registrations: readonly Registration[],
	wanted: readonly ServiceInstance[],
	{ hostname, formerHostnames }: Pick<Ownership, 'hostname' | 'formerHostnames'>,
): readonly FormerHost[] {
	const services = new Map(wanted.map((service) => [service.id, service]));
	const known = new Set([hostname, ...formerHostnames]);
	const candidates = registrations.filter(({ id, stamp, kind }) => {
		const other = hostIn(id);
		return stamp === undefined && kind === '' && !known.has(other) && containerNameIn(id, other) !== undefined;
	});
	const oursFor = (found: Registration): ServiceInstance | undefined => {
		const service = services.get(`${hostname}${found.id.slice(hostIn(found.id).length)}`);
		const isSame = service?.address === found.address && service.port === found.port;
		return isSame || shortId.test(hostIn(found.id)) ? service : undefined;
	};
	return [...Map.groupBy(candidates, ({ id }) => hostIn(id))]
		.map(([name, all]) => ({
			hostname: name,
			entries: all.map((found) => ({ id: found.id, now: oursFor(found)?.id })),
		}))
		.filter(({ entries }) => entries.some(({ now }) => now !== undefined));
}

const hostIn = (id: ServiceId): string => id.split(':', 1)[0] ?? '';
