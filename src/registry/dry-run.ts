import { isDeepStrictEqual } from 'node:util';
import type { Registration, ServiceId } from '../model.ts';
import type { Registry } from './registry.ts';

interface Withheld {
	/** What the registry had when the write was withheld. */
	readonly before: Registration | undefined;
	/** What it would have now. */
	readonly after: Registration | undefined;
}

/**
 * Writes nothing; the single place that knows of dry runs. What it withholds it shows as done for as long as nobody changes
 * the entry, so that a write is announced once and not again with every pass.
 */
export function dryRun(registry: Registry): Registry {
	const withheld = new Map<ServiceId, Withheld>();
	const shown = (id: ServiceId, real: Registration | undefined): Registration | undefined => {
		const write = withheld.get(id);
		if (write === undefined) return real;
		if (isDeepStrictEqual(write.before, real)) return write.after;
		withheld.delete(id);
		return real;
	};
	const withhold = async (id: ServiceId, after: Registration | undefined, signal: AbortSignal): Promise<void> => {
		const before = await registry.get(id, signal);
		if (isDeepStrictEqual(before, after)) withheld.delete(id);
		else withheld.set(id, { before, after });
	};
	// Apart from the entries, since a write may concern nothing but checks.
	const withheldChecks = new Map<ServiceId, ReadonlySet<string>>();
	return {
		get: async (id, signal) => shown(id, await registry.get(id, signal)),
		list: async (signal) => {
			const list = await registry.list(signal);
			const real = new Map(list.registrations.map((registration) => [registration.id, registration]));
			const ids = new Set([...real.keys(), ...withheld.keys()]);
			return { ...list, registrations: [...ids].flatMap((id) => shown(id, real.get(id)) ?? []) };
		},
		checkIds: async (signal, id) => {
			const real = await registry.checkIds(signal, id);
			const shownHere = [...withheldChecks].filter(([service]) => id === undefined || service === id);
			return new Map([...real, ...shownHere]);
		},
		register: ({ labelledId: _, checks, ...fields }, stamp, signal) => {
			withheldChecks.set(fields.id, new Set(checks.map(({ id }) => id)));
			return withhold(fields.id, { ...fields, kind: '', stamp }, signal);
		},
		release: (found, signal) => withhold(found.id, { ...found, stamp: undefined }, signal),
		deregister: (id, signal) => {
			withheldChecks.delete(id);
			return withhold(id, undefined, signal);
		},
		heartbeat: async () => {},
		advertisedAddress: (signal) => registry.advertisedAddress(signal),
		tokenFingerprint: (signal) => registry.tokenFingerprint(signal),
		changes: (owner) => registry.changes(owner),
	};
}
