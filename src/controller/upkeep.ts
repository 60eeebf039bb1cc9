import type { Derivation } from '../derive/derive.ts';
import { drainBeganAt, stopSignalOf } from '../derive/traffic.ts';
import { isOurMaintenance, maintenanceId } from '../maintenance.ts';
import type { CheckStates, Registration, ServiceId } from '../model.ts';
import type { Decision } from '../plan/decide.ts';
import { afterUpkeep, type Kept, mayBeDue, type Upkeep, upkeepOf } from '../plan/upkeep.ts';
import type { ServiceChecks } from '../registry/registry.ts';
import type { Context } from './context.ts';
import { runningIn, type Subject } from './judge.ts';
import type { State } from './state.ts';
import type { Cause, Writer } from './writer.ts';

/** What is said of services beside their registration: reports of checks, and maintenance. */

/** What there is, or is to come by these decisions, that has to be kept up. */
export const keptBy = (decisions: readonly Decision[], { keptInMaintenance }: Derivation): readonly Kept[] =>
	decisions.flatMap((decision): readonly Kept[] => {
		if (decision.kind === 'unchanged' || decision.kind === 'register') return [decision.desired];
		if (decision.kind === 'contested') return [decision.repair.desired];
		const isKept = decision.kind === 'hold' && decision.reason === 'policy' && keptInMaintenance !== undefined;
		return isKept ? [{ id: decision.held.observed.id, checks: [], maintenance: keptInMaintenance }] : [];
	});

export interface Due {
	readonly id: ServiceId;
	readonly upkeep: readonly Upkeep[];
}

/** What is due of it by what a list of all checks says; what is to be registered first is not among it. */
export const dueBy = (kept: readonly Kept[], checks: ServiceChecks): readonly Due[] =>
	kept.flatMap((it) => {
		const found = checks.get(it.id);
		const upkeep = found === undefined ? [] : upkeepOf(it, found);
		return upkeep.length === 0 ? [] : [{ id: it.id, upkeep }];
	});

export interface Keeping {
	readonly context: Context;
	readonly state: State;
	readonly writer: Writer;
}

/** A check that should be there is not: somebody removed it. */
const recheckMs = 1_000;

/**
 * Tells the agent what is due of one service, by what its checks say now; asked only where that can have changed.
 *
 * @returns in how many milliseconds to look again, if at all
 */
export async function keepUp(
	kept: Kept,
	subject: Subject,
	{ context, state, writer }: Keeping,
	cause: Cause,
): Promise<number | undefined> {
	const { id } = kept;
	const { registry, signal } = context;
	if (!mayBeDue(kept, state.checkStates.get(id) ?? new Map())) return undefined;
	let found: CheckStates = (await registry.checks(signal, id)).get(id) ?? new Map();
	// Before the first pass has read them all: what was derived did not know of it.
	if (noteMark(id, found, subject, state)) return 0;
	for (const due of upkeepOf(kept, found)) {
		await writer.keepUp(id, due, cause);
		found = afterUpkeep(found, id, due);
	}
	state.checkStates.set(id, found);
	if (kept.checks.every(({ id: checkId, report }) => report === undefined || found.has(checkId))) return undefined;
	state.checkSuspects = new Set([...state.checkSuspects, id]);
	return recheckMs;
}

/** Notes what a pass read of the checks, but of keys that went on meanwhile. */
export function noteChecks(
	subjects: readonly Subject[],
	registrations: readonly Registration[],
	checks: ServiceChecks,
	isOvertaken: (key: string) => boolean,
	{ checkStates, signals }: Pick<State, 'checkStates' | 'signals'>,
): void {
	const byKey = new Map(subjects.map((subject) => [subject.key, subject]));
	for (const { id, stamp } of registrations) {
		const subject = byKey.get(stamp?.containerId ?? '');
		const found = checks.get(id);
		if (subject === undefined || found === undefined) continue;
		noteMark(id, found, subject, { signals });
		if (!isOvertaken(subject.key)) checkStates.set(id, found);
	}
}

/**
 * A mark of the daemon before, who saw what we did not.
 *
 * @returns whether it is news
 */
function noteMark(id: ServiceId, found: CheckStates, subject: Subject, { signals }: Pick<State, 'signals'>): boolean {
	const ordered = found.get(maintenanceId(id));
	const began = ordered === undefined || !isOurMaintenance(ordered) ? undefined : drainBeganAt(ordered.notes);
	const container = runningIn(subject);
	if (began === undefined || container === undefined) return false;
	return signals.noted(subject.key, stopSignalOf(container), began);
}
