import type { Drift, Registration, ServiceId, ServiceInstance, Stamp } from '../model.ts';
import type { Meddling } from './budget.ts';
import { compare, keepsObservedTags } from './compare.ts';
import type { Probation } from './flapping.ts';
import { isAdoptable, type Key, leftoverIdOf, type Ownership, stampFor, standingOf } from './ownership.ts';

/**
 * What to do about one key, from what is wanted and what the agent has:
 *
 * | wanted | found                                    | decision                                  |
 * |--------|------------------------------------------|-------------------------------------------|
 * | yes    | nothing                                  | register (`missing`)                      |
 * | yes    | ours, this container's, same / different | unchanged / register in place             |
 * | yes    | ours, of another container               | conflict while that one runs and wants it |
 * | yes    | unstamped                                | adopt by one register, if it may be       |
 * | yes    | another owner's                          | conflict                                  |
 * | no     | ours, this container's                   | deregister (`orphaned`), unless held      |
 * | no     | anything else                            | never touched                             |
 */
export type Decision =
	| { readonly kind: 'unchanged'; readonly desired: ServiceInstance }
	| Register
	| Deregister
	| { readonly kind: 'hold'; readonly held: Deregister; readonly reason: HoldReason }
	/** `holder` is `undefined` where another container of ours goes first and has not been registered yet. */
	| { readonly kind: 'conflict'; readonly desired: ServiceInstance; readonly holder: Registration | undefined }
	| Contest
	| Probation;

export interface Register {
	readonly kind: 'register';
	readonly desired: ServiceInstance;
	readonly stamp: Stamp;
	readonly because: readonly Drift[];
}

export interface Deregister {
	readonly kind: 'deregister';
	readonly observed: Registration;
	readonly because: readonly Drift[];
}

/** A register put off, since another writer keeps undoing it (budget.ts). */
export interface Contest {
	readonly kind: 'contested';
	readonly repair: Register;
	readonly meddling: Meddling;
	readonly waitMs: number;
}

export type HoldReason =
	| 'not-listed-yet'
	| 'unproved'
	| 'another-engine'
	| 'mass-delete'
	| 'policy'
	| 'in-doubt'
	| 'unreplaced';

export interface Situation {
	readonly key: Key;
	readonly wanted: readonly ServiceInstance[];
	/** By id: what the agent answered for every id that is wanted or known to be this key's. */
	readonly found: ReadonlyMap<ServiceId, Registration>;
	/** Ids that another running container wants and has a better claim to. */
	readonly rivals: ReadonlySet<ServiceId>;
	/** Ids this process wrote for the key: ours even if somebody has taken the stamp off. */
	readonly written: ReadonlySet<ServiceId>;
	readonly ownership: Ownership;
	/** What differs in the checks of a service that is there; absent where nobody looked. */
	readonly checkDrift?: (wanted: ServiceInstance) => readonly Drift[];
	/** Why a delete of this registration has to wait, `undefined` if it is proved and allowed. */
	readonly holdOf: (found: Registration) => HoldReason | undefined;
}

/** Registrations before deregistrations, each by id, so that a renamed service is never absent in between. */
export function decide(situation: Situation): readonly Decision[] {
	const { wanted, found } = situation;
	const ids = new Set(wanted.map(({ id }) => id));
	const kept = wanted.toSorted(byId).map((service) => decideWanted(service, found.get(service.id), situation));
	const dropped = [...found.values()]
		.filter((registration) => !ids.has(registration.id) && belongsTo(registration, situation))
		.sort(byId)
		.map((registration) => decideUnwanted(registration, situation));
	return [...kept, ...dropped];
}

const byId = (a: { readonly id: ServiceId }, b: { readonly id: ServiceId }): number => (a.id < b.id ? -1 : 1);

function decideWanted(
	desired: ServiceInstance,
	found: Registration | undefined,
	{ key, rivals, written, ownership, checkDrift }: Situation,
): Decision {
	const stamp = stampFor(desired, key, ownership);
	if (found === undefined)
		return rivals.has(desired.id)
			? { kind: 'conflict', desired, holder: undefined }
			: { kind: 'register', desired, stamp, because: [{ field: 'missing', desired: desired.id, observed: undefined }] };
	const standing = standingOf(found, ownership);
	const isTaken =
		standing === 'foreign' ||
		(standing === 'unstamped' && !isAdoptable(desired, found) && !written.has(desired.id)) ||
		rivals.has(desired.id);
	if (isTaken) return { kind: 'conflict', desired, holder: found };
	const drifts = compare(desired, stamp, found);
	// Any write brings the checks in line too.
	const because = drifts.length > 0 ? drifts : (checkDrift?.(desired) ?? []);
	if (because.length === 0) return { kind: 'unchanged', desired };
	const tags = keepsObservedTags(desired, stamp, found) ? found.tags : desired.tags;
	return { kind: 'register', desired: { ...desired, tags }, stamp, because };
}

function belongsTo(found: Registration, { key, ownership, written }: Situation): boolean {
	if (found.kind !== '') return false;
	const leftoverId = leftoverIdOf(key);
	if (leftoverId !== undefined) return found.stamp === undefined && found.id === leftoverId;
	if (found.stamp === undefined) return written.has(found.id);
	return standingOf(found, ownership) === 'ours' && found.stamp.containerId === key;
}

function decideUnwanted(observed: Registration, { holdOf }: Situation): Decision {
	const operation: Deregister = {
		kind: 'deregister',
		observed,
		because: [{ field: 'orphaned', desired: undefined, observed: observed.id }],
	};
	const reason = holdOf(observed);
	return reason === undefined ? operation : { kind: 'hold', held: operation, reason };
}
