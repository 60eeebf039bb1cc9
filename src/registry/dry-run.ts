import { isDeepStrictEqual } from 'node:util';
import { maintenanceId } from '../maintenance.ts';
import type { CheckReport, CheckState, CheckStates, Registration, ServiceId } from '../model.ts';
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
	const withheldReports = new Map<string, CheckReport>();
	const withheldMaintenance = new Map<ServiceId, string | undefined>();
	const shownChecks = (id: ServiceId, real: CheckStates): CheckStates => {
		const ids = withheldChecks.get(id) ?? real.keys();
		const checks = new Map([...ids].map((it) => [it, { ...unsaid, ...real.get(it), ...withheldReports.get(it) }]));
		const ordered = maintenanceId(id);
		if (!withheldMaintenance.has(id)) return keepIn(checks, ordered, real.get(ordered));
		const reason = withheldMaintenance.get(id);
		return keepIn(
			checks,
			ordered,
			reason === undefined ? undefined : { status: 'critical', output: '', notes: reason },
		);
	};
	return {
		get: async (id, signal) => shown(id, await registry.get(id, signal)),
		list: async (signal) => {
			const list = await registry.list(signal);
			const real = new Map(list.registrations.map((registration) => [registration.id, registration]));
			const ids = new Set([...real.keys(), ...withheld.keys()]);
			return { ...list, registrations: [...ids].flatMap((id) => shown(id, real.get(id)) ?? []) };
		},
		checks: async (signal, id) => {
			const real = await registry.checks(signal, id);
			const withheldHere = [...withheldChecks.keys()].filter((service) => id === undefined || service === id);
			const ids = new Set([...real.keys(), ...withheldHere]);
			return new Map([...ids].map((service) => [service, shownChecks(service, real.get(service) ?? new Map())]));
		},
		register: ({ labelledId: _, checks, ...fields }, stamp, signal) => {
			withheldChecks.set(fields.id, new Set(checks.map(({ id }) => id)));
			return withhold(fields.id, { ...fields, kind: '', stamp }, signal);
		},
		release: (found, signal) => withhold(found.id, { ...found, stamp: undefined }, signal),
		deregister: (id, signal) => {
			withheldChecks.delete(id);
			withheldMaintenance.delete(id);
			return withhold(id, undefined, signal);
		},
		heartbeats: async (beats) => beats.map(() => undefined),
		report: async (checkId, report) => void withheldReports.set(checkId, report),
		maintain: async (id, reason) => void withheldMaintenance.set(id, reason),
		advertisedAddress: (signal) => registry.advertisedAddress(signal),
		tokenFingerprint: (signal) => registry.tokenFingerprint(signal),
		changes: (owner) => registry.changes(owner),
	};
}

/** How a check stands that would be there by now. */
const unsaid: CheckState = { status: 'critical', output: '', notes: '' };

function keepIn(checks: Map<string, CheckState>, id: string, state: CheckState | undefined): CheckStates {
	if (state === undefined) checks.delete(id);
	else checks.set(id, state);
	return checks;
}
