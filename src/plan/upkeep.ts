import { isOurMaintenance, maintenanceId } from '../maintenance.ts';
import type { CheckReport, CheckState, CheckStates, ServiceId, ServiceInstance } from '../model.ts';

/** What the agent is to be told of a service that is registered as it should be. */
export type Upkeep =
	| { readonly kind: 'report'; readonly checkId: string; readonly report: CheckReport; readonly found: string }
	| { readonly kind: 'maintain'; readonly reason: string }
	/** Only ever ours. */
	| { readonly kind: 'resume'; readonly found: string };

/** What can be done to a service in the agent. */
export type Operation = 'register' | 'deregister' | Upkeep['kind'];

/** What it is about: a service instance, or what is kept of one. */
export type Kept = Pick<ServiceInstance, 'id' | 'checks' | 'maintenance'>;

/**
 * The difference between what a service's checks should say and what they do say. One that is missing is no concern of this
 * (check-drift.ts), and maintenance that people ordered is neither ended nor repeated: the agent knows only one. One of ours
 * keeps the reason that it began with, since another could only be given in a moment without any.
 */
export function upkeepOf({ id, checks, maintenance }: Kept, found: CheckStates): readonly Upkeep[] {
	const due = checks.flatMap(({ id: checkId, report }): Upkeep[] => {
		const state = found.get(checkId);
		if (report === undefined || state === undefined || isSaid(report, state)) return [];
		return [{ kind: 'report', checkId, report, found: state.status }];
	});
	const ordered = found.get(maintenanceId(id));
	if (maintenance !== undefined && ordered === undefined) due.push({ kind: 'maintain', reason: maintenance });
	if (maintenance === undefined && ordered !== undefined && isOurMaintenance(ordered))
		due.push({ kind: 'resume', found: ordered.notes });
	return due;
}

/**
 * The output is told with the status only, so that a steady state writes nothing; but a check that was only registered has
 * none, and the agent would forget how it stands when it restarts.
 */
const isSaid = (report: CheckReport, { status, output }: CheckState): boolean =>
	status === report.status && (output !== '' || report.output === '');

/** What its checks say once that is done. */
export function afterUpkeep(found: CheckStates, id: ServiceId, done: Upkeep): CheckStates {
	const after = new Map(found);
	if (done.kind === 'report') after.set(done.checkId, { ...done.report, notes: after.get(done.checkId)?.notes ?? '' });
	else if (done.kind === 'maintain')
		after.set(maintenanceId(id), { status: 'critical', output: '', notes: done.reason });
	else after.delete(maintenanceId(id));
	return after;
}

/** Whether there may be something to tell, by what is known of its checks: one that is not known may stand in any way. */
export const mayBeDue = (kept: Kept, known: CheckStates): boolean =>
	upkeepOf(kept, known).length > 0 || kept.checks.some(({ id, report }) => report !== undefined && !known.has(id));

/** What is known of its checks once it was written again: those of ours may be others by now, and maintenance outlasts it. */
export function afterRewrite(known: CheckStates | undefined, id: ServiceId): CheckStates {
	const ordered = known?.get(maintenanceId(id));
	return new Map(ordered === undefined ? [] : [[maintenanceId(id), ordered]]);
}
