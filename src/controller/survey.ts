import type { Omission } from '../derive/findings.ts';
import type { Life } from '../derive/traffic.ts';
import type { Container, ContainerId, Registration, ServiceId } from '../model.ts';
import { byCreation, type Claims, goesBefore, outranks } from '../plan/claims.ts';
import type { Sighting } from '../plan/guard.ts';
import { type Key, leftoverKey, leftoverOf, type Ownership, standingOf } from '../plan/ownership.ts';
import { desiredOf } from './desired.ts';
import type { Identity } from './identity.ts';
import type { Subject } from './judge.ts';

/** Two complete lists, sorted by key: what a full pass judges. */

/**
 * The containers, the keys of our registrations without one, and the leftovers; the container created first in front.
 *
 * @param containers those that run and could be read
 * @param running all that run
 * @param look what is to be known of the container of a key that does not run; it may be there, stopped
 */
export async function subjectsOf(
	containers: readonly Container[],
	running: ReadonlySet<ContainerId>,
	registrations: readonly Registration[],
	identity: Identity,
	look: (key: Key) => Promise<Sighting>,
	lifeOf: (key: Key) => Life,
): Promise<readonly Subject[]> {
	const byId = new Map(containers.map((container) => [container.id, container]));
	const find = async (id: ContainerId): Promise<Container | undefined> => byId.get(id);
	const present = await Promise.all(
		containers.toSorted(byAge).map(async (container) => ({
			key: container.id,
			identity,
			container,
			derivation: await desiredOf(container, identity, find, lifeOf(container.id)),
		})),
	);
	const wanted = new Set(present.flatMap(({ derivation }) => derivation.services.map(({ id }) => id)));
	// Somebody else may answer for those that our filters hide; what they have is no leftover.
	const hidden = new Set(
		present.filter(({ derivation }) => derivation.omitted.some(isHiding)).map(({ container }) => container.name),
	);
	const absent = new Set<Key>();
	for (const registration of registrations) {
		const owner = ownKey(registration, identity.ownership);
		if (owner !== undefined && !running.has(owner)) absent.add(owner);
		const leftover = leftoverOf(registration, identity.ownership);
		const isLeftover = leftover !== undefined && !hidden.has(leftover) && !wanted.has(registration.id);
		if (isLeftover) absent.add(leftoverKey(registration.id));
	}
	const others = await Promise.all(
		[...absent].sort().map(async (key) => {
			const container = await look(key);
			return { key, identity, container, derivation: await desiredOf(container, identity, find, lifeOf(key)) };
		}),
	);
	return [...present, ...others];
}

const isHiding = ({ reason }: Omission): boolean => reason === 'out-of-scope';

const byAge = (a: Container, b: Container): number => byCreation(a.createdAt, b.createdAt) || (a.id < b.id ? -1 : 1);

/** The container that an entry of ours is stamped with. */
const ownKey = (registration: Registration, ownership: Ownership): ContainerId | undefined =>
	standingOf(registration, ownership) === 'ours' ? registration.stamp?.containerId : undefined;

/** For each key the entries that it wants or that are its own. */
export function findingsOf(
	subjects: readonly Subject[],
	registrations: readonly Registration[],
	ownership: Ownership,
): ReadonlyMap<Key, ReadonlyMap<ServiceId, Registration>> {
	const byId = new Map(registrations.map((registration) => [registration.id, registration]));
	const findings = new Map(subjects.map(({ key }) => [key, new Map<ServiceId, Registration>()]));
	for (const { key, derivation } of subjects)
		for (const { id } of derivation.services) {
			const registration = byId.get(id);
			if (registration !== undefined) findings.get(key)?.set(id, registration);
		}
	for (const registration of registrations) {
		const key = ownKey(registration, ownership) ?? leftoverKey(registration.id);
		findings.get(key)?.set(registration.id, registration);
	}
	return findings;
}

/** Ids that another running container has a better claim to: the one that holds it, else the one that goes first. */
export function rivalsOf(
	{ key, container, derivation }: Subject,
	found: ReadonlyMap<ServiceId, Registration>,
	claims: Claims,
): ReadonlySet<ServiceId> {
	if (typeof container !== 'object') return new Set();
	const isRivalled = derivation.services.filter((service) => {
		const registration = found.get(service.id);
		const holder = registration?.stamp?.containerId;
		const others = claims.others(service.id, key);
		if (others.some((other) => outranks(other.service, service))) return true;
		if (holder === key || others.length === 0) return false;
		if (others.some((other) => other.key === holder && !outranks(service, other.service))) return true;
		return others.some((other) => goesBefore(other, { key, createdAt: container.createdAt, service }, registration));
	});
	return new Set(isRivalled.map(({ id }) => id));
}
