import { networkInterfaces } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { asapScheduler, concat, defer, distinctUntilChanged, map, observeOn, of, Subject, startWith } from 'rxjs';
import { isOurMaintenance, maintenanceId } from '../maintenance.ts';
import type { CheckState, Registration, ServiceId } from '../model.ts';
import {
	type CheckBody,
	isOnlyOurCheckId,
	isOurCheckId,
	itRuns,
	type RegisterBody,
	registerBody,
	releaseBody,
} from './consul/body.ts';
import { type Asked, malformed, refusal } from './consul/errors.ts';
import { readService } from './consul/shapes.ts';
import { type Agent, refusalOf } from './memory-rules.ts';
import type { Registry, RegistryChange, RegistryError } from './registry.ts';

export interface MemoryCheck extends CheckState {
	readonly id: string;
	/** Empty for a check of the node. */
	readonly serviceId: ServiceId;
	readonly name: string;
	/** Whether it takes heartbeats. */
	readonly isTtl: boolean;
}

export interface MemoryOptions extends Agent {
	/** What it advertises; the host's first address unless given. */
	readonly address?: string;
	/** The fingerprint of the token that it is talked to with. */
	readonly token?: string;
}

export interface MemoryRegistry extends Registry {
	/** Everything it holds, by id. */
	snapshot(): { readonly registrations: readonly Registration[]; readonly checks: readonly MemoryCheck[] };
	/** Adds or changes a check as somebody else would, through the agent's own endpoint. */
	attachCheck(check: Omit<MemoryCheck, 'output' | 'notes'> & Partial<MemoryCheck>): void;
	/** Removes a check as somebody else would. */
	detachCheck(id: string): void;
}

/** An agent in memory, with Consul's defaults and refusals: it shows what would be registered where there is no Consul. */
export function memoryRegistry(options: MemoryOptions = {}): MemoryRegistry {
	const services = new Map<ServiceId, Registration>();
	const checks = new Map<string, MemoryCheck>();
	const written = new Subject<void>();
	const seenBy = (owner: string): readonly Registration[] =>
		byId(services).filter(({ stamp }) => stamp?.owner === owner);
	const report: Registry['report'] = async (checkId, said, signal) => {
		signal.throwIfAborted();
		checks.set(checkId, { ...ttlCheckIn(checks, checkId), ...said });
	};
	return {
		snapshot: () => ({ registrations: byId(services), checks: byId(checks) }),
		attachCheck: (check) => void checks.set(check.id, { output: '', notes: '', ...check }),
		detachCheck: (id) => void checks.delete(id),
		get: async (id, signal) => {
			signal.throwIfAborted();
			return services.get(id);
		},
		list: async (signal) => {
			signal.throwIfAborted();
			return { registrations: byId(services) };
		},
		checks: async (signal, id) => {
			signal.throwIfAborted();
			const asked = [...checks.values()].filter(({ serviceId }) => id === undefined || serviceId === id);
			const byService = Map.groupBy(asked, ({ serviceId }) => serviceId);
			return new Map([...byService].map(([service, own]) => [service, new Map(own.map((it) => [it.id, it]))]));
		},
		register: async (service, stamp, signal) => {
			signal.throwIfAborted();
			put(services, checks, registerBody(service, stamp), options);
			written.next();
		},
		release: async (found, signal) => {
			signal.throwIfAborted();
			store(services, { ...releaseBody(found), Checks: [] }, options);
			const ordered = checks.get(maintenanceId(found.id));
			if (ordered !== undefined && isOurMaintenance(ordered)) checks.delete(ordered.id);
			dropChecks(checks, found.id, (id) => isOnlyOurCheckId(id, found.id));
			written.next();
		},
		deregister: async (id, signal) => {
			signal.throwIfAborted();
			services.delete(id);
			dropChecks(checks, id, () => true);
			written.next();
		},
		heartbeats: async (beats, signal) => {
			const said = await Promise.allSettled(beats.map(({ checkId, said = itRuns }) => report(checkId, said, signal)));
			signal.throwIfAborted();
			return said.map((it) => (it.status === 'rejected' ? (it.reason as RegistryError) : undefined));
		},
		report,
		maintain: async (serviceId, reason, signal) => {
			signal.throwIfAborted();
			if (!services.has(serviceId))
				return malformed(`PUT /v1/agent/service/maintenance/${serviceId}`, 'no such service');
			const id = maintenanceId(serviceId);
			const name = 'Service Maintenance Mode';
			if (reason === undefined) checks.delete(id);
			else if (!checks.has(id))
				checks.set(id, { id, serviceId, name, status: 'critical', output: '', notes: reason, isTtl: false });
		},
		advertisedAddress: async (signal) => {
			signal.throwIfAborted();
			return options.address ?? firstAddress();
		},
		tokenFingerprint: async (signal) => {
			signal.throwIfAborted();
			return options.token;
		},
		changes: (owner) =>
			defer(() =>
				concat(
					of<RegistryChange>({ kind: 'connected' }),
					written.pipe(
						startWith(undefined),
						map(() => seenBy(owner)),
						// The catalog does not tell of writes that change nothing.
						distinctUntilChanged((a, b) => isDeepStrictEqual(a, b)),
						map((seen): RegistryChange => ({ kind: 'changed', seen })),
					),
				),
			).pipe(observeOn(asapScheduler)),
	};
}

function put(
	services: Map<ServiceId, Registration>,
	checks: Map<string, MemoryCheck>,
	body: RegisterBody,
	options: MemoryOptions,
): void {
	store(services, body, options);
	for (const check of body.Checks) putCheck(checks, body.ID, check);
	const wanted = new Set(body.Checks.map(({ CheckID }) => CheckID));
	dropChecks(checks, body.ID, (id) => isOurCheckId(id, body.ID) && !wanted.has(id));
}

function store(services: Map<ServiceId, Registration>, body: RegisterBody, options: MemoryOptions): void {
	const asked: Asked = 'PUT /v1/agent/service/register';
	const refused = refusalOf(body, options);
	if (refused !== undefined) throw refusal(asked, { status: refused.status, headers: {}, body: refused.text });
	// Through the wire's form and back, so that what is shown is what a Consul would show.
	const stored = readService({ ...body, Service: body.Name });
	if (!stored.ok) throw malformed(asked, stored.rule);
	services.set(body.ID, stored.value);
}

function ttlCheckIn(checks: ReadonlyMap<string, MemoryCheck>, id: string): MemoryCheck {
	const check = checks.get(id);
	return check?.isTtl === true ? check : malformed(`PUT /v1/agent/check/update/${id}`, 'no such TTL check');
}

/** A check that keeps its id keeps its status; a new one is critical unless it says otherwise. */
function putCheck(checks: Map<string, MemoryCheck>, serviceId: ServiceId, body: CheckBody): void {
	const id = body.CheckID ?? `service:${serviceId}`;
	const { status, output } = checks.get(id) ?? { status: body.Status ?? 'critical', output: '' };
	const notes = body.Notes ?? '';
	checks.set(id, { id, serviceId, name: body.Name ?? '', status, output, notes, isTtl: body.TTL !== undefined });
}

function dropChecks(checks: Map<string, MemoryCheck>, serviceId: ServiceId, isGone: (id: string) => boolean): void {
	for (const check of checks.values()) if (check.serviceId === serviceId && isGone(check.id)) checks.delete(check.id);
}

const byId = <T extends { readonly id: string }>(all: ReadonlyMap<string, T>): readonly T[] =>
	[...all.values()].sort((a, b) => (a.id < b.id ? -1 : 1));

/** As Consul does by default. */
const firstAddress = (): string =>
	Object.values(networkInterfaces())
		.flatMap((addresses) => addresses ?? [])
		.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';
