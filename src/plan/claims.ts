import type { Registration, ServiceId, ServiceInstance } from '../model.ts';
import type { Key } from './ownership.ts';

/** That a container wants an id, and what speaks for it. */
export interface Claim {
	readonly key: Key;
	readonly createdAt: string;
	readonly service: ServiceInstance;
}

/**
 * Whether `a` has the id by its container's name and `b` only by a label. A label cannot take what is another's by name, not
 * even while that one restarts; this alone goes before who holds the id.
 */
export const outranks = (a: Claim['service'], b: Claim['service']): boolean => !a.labelledId && b.labelledId;

/**
 * Whether `a` goes before `b` where no running container of ours holds the id: the one that the entry in the agent
 * describes already, so that adopting it changes nothing for traffic; else the container created first.
 */
export function goesBefore(a: Claim, b: Claim, found: Registration | undefined): boolean {
	if (a.service.labelledId !== b.service.labelledId) return outranks(a.service, b.service);
	const matches = ({ service }: Claim): boolean => found?.address === service.address && found.port === service.port;
	if (matches(a) !== matches(b)) return matches(a);
	return a.createdAt === b.createdAt ? a.key < b.key : byCreation(a.createdAt, b.createdAt) < 0;
}

/** By time first: Docker leaves out the zeros at a fraction's end, which spoils the order of the texts. */
export const byCreation = (a: string, b: string): number =>
	Date.parse(a) - Date.parse(b) || (a === b ? 0 : a < b ? -1 : 1);

/** Which containers want which ids. Several may want one; then all but one wait for it. */
export class Claims {
	readonly #byId = new Map<ServiceId, Map<Key, Claim>>();
	readonly #byKey = new Map<Key, ReadonlySet<ServiceId>>();

	/** Replaces what the key wants. Returns the ids it wanted before and no longer does. */
	set(key: Key, createdAt: string, services: readonly ServiceInstance[]): readonly ServiceId[] {
		const before = this.#byKey.get(key);
		const ids = new Set(services.map(({ id }) => id));
		const dropped = [...(before ?? [])].filter((id) => !ids.has(id));
		for (const id of dropped) {
			const claims = this.#byId.get(id);
			claims?.delete(key);
			if (claims?.size === 0) this.#byId.delete(id);
		}
		for (const service of services) {
			const claims = this.#byId.get(service.id) ?? new Map<Key, Claim>();
			this.#byId.set(service.id, claims.set(key, { key, createdAt, service }));
		}
		if (ids.size === 0) this.#byKey.delete(key);
		else this.#byKey.set(key, ids);
		return dropped;
	}

	idsOf(key: Key): ReadonlySet<ServiceId> {
		return this.#byKey.get(key) ?? none;
	}

	/** Everybody else's claims on the id. */
	others(id: ServiceId, key: Key): readonly Claim[] {
		return [...(this.#byId.get(id)?.values() ?? [])].filter((claim) => claim.key !== key);
	}

	keys(): Iterable<Key> {
		return this.#byKey.keys();
	}
}

const none: ReadonlySet<ServiceId> = new Set();
