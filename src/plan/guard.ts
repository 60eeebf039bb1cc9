import type { Container, ServiceId } from '../model.ts';
import type { HoldReason } from './decide.ts';

/** Deletes need three yeses: the owner (decide.ts), the policy and the guard. This file says the last two. */

export interface DeletePolicy {
	readonly policy: 'sync' | 'upsert-only';
	readonly deregister: 'always' | 'on-success';
}

/**
 * What the engine says of a container: its inspect; `gone` only if it said "no such container"; `ended` if it told by an event
 * that the very process which was registered has ended.
 */
export type Sighting = Container | 'gone' | 'ended';

export interface Evidence {
	readonly container: Sighting;
	/** Whether what the container wants could be determined. */
	readonly inDoubt: boolean;
	/** Whether the engine has given a complete list since this process started. */
	readonly hasListed: boolean;
	/** The engine in the entry's stamp; `undefined` without one. */
	readonly stampedEngine: string | undefined;
	readonly engine: string;
	readonly takeOver: boolean;
	/** Held back by the brake on mass deletes. */
	readonly braked: boolean;
}

/** Why a delete has to wait; `undefined` if it may go on. */
export function holdReason(policy: DeletePolicy, evidence: Evidence): HoldReason | undefined {
	const { container, stampedEngine, engine } = evidence;
	if (policy.policy === 'upsert-only') return 'policy';
	if (policy.deregister === 'on-success' && typeof container === 'object' && !container.running && hasFailed(container))
		return 'policy';
	if (!evidence.hasListed) return 'not-listed-yet';
	// A container that this engine knows is this engine's, whatever the engine called itself when it was stamped.
	const isElsewhere = container === 'gone' && stampedEngine !== undefined && stampedEngine !== engine;
	if (isElsewhere && !evidence.takeOver) return 'another-engine';
	if (evidence.inDoubt) return 'in-doubt';
	return evidence.braked ? 'mass-delete' : undefined;
}

/** 134 is an abort, 139 a segmentation fault, 255 ssh's and many a wrapper's failure; 128 + n else is a signal's (difference D17). */
export const hasFailed = ({ exitCode, oomKilled }: Pick<Container, 'exitCode' | 'oomKilled'>): boolean =>
	oomKilled || (exitCode > 0 && exitCode < 128) || [134, 139, 255].includes(exitCode);

const brakeFrom = 5;
/** How long a pass that wants to delete too much waits for the pass that confirms it. */
export const confirmAfterMs = 5_000;

/** Deletes held back, and since when (milliseconds, any monotonic clock). */
export interface Brake {
	readonly ids: ReadonlySet<ServiceId>;
	readonly since: number;
}

/**
 * The brake on mass deletes: a pass that would delete more than half of five or more owned registrations is held, and
 * released by a pass at least 5 s later, both sides read anew, that wants no other deletes than every pass since.
 *
 * @param deletes ids the pass would delete, those of containers that were seen to die left out
 * @returns the brake to hold from now on, `undefined` for none
 */
export function nextBrake(
	brake: Brake | undefined,
	deletes: ReadonlySet<ServiceId>,
	owned: number,
	now: number,
): Brake | undefined {
	const isTooMuch = owned >= brakeFrom && deletes.size * 2 > owned;
	if (!isTooMuch) return undefined;
	if (brake === undefined || !deletes.isSubsetOf(brake.ids)) return { ids: deletes, since: now };
	return now - brake.since >= confirmAfterMs ? undefined : { ids: deletes, since: brake.since };
}
