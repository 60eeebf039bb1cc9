import type { Registration, ServiceId, ServiceInstance } from '../model.ts';
import { driftInChecks, presumedRefusals } from '../plan/check-drift.ts';
import type { Decision } from '../plan/decide.ts';
import type { Key } from '../plan/ownership.ts';
import { specOf } from '../plan/spec.ts';
import type { CheckIds } from '../registry/registry.ts';
import type { Context } from './context.ts';
import { isPermanent } from './failures.ts';
import type { Subject } from './judge.ts';
import type { State } from './state.ts';
import { refusedRetryMs } from './writer.ts';

/**
 * The ids of the checks of every service that is wanted and listed, with one call; nothing where no check is wanted, or where
 * the agent does not tell. The watch does not see checks, so only passes find one that somebody removed.
 *
 * @throws RegistryError where the agent does not answer
 */
export async function surveyChecks(
	subjects: readonly Subject[],
	registrations: readonly Registration[],
	{ registry, signal }: Context,
): Promise<CheckIds> {
	const listed = new Set(registrations.map(({ id }) => id));
	const wanted = subjects.flatMap(({ derivation }) => derivation.services).filter(({ id }) => listed.has(id));
	if (wanted.every(({ checks }) => checks.length === 0)) return new Map();
	try {
		const found = await registry.checkIds(signal);
		return new Map(wanted.map(({ id }) => [id, found.get(id) ?? new Set()]));
	} catch (error) {
		if (isPermanent(error)) return new Map();
		throw error;
	}
}

/**
 * Notes what an agent refused to an earlier daemon, as far as it shows: a service that is as that one left it, but for checks
 * that are not everybody's. To write it at every start would be in vain.
 */
export function presumeRefusals(
	subjects: readonly Subject[],
	registrations: readonly Registration[],
	checkIds: CheckIds,
	{ index, refused }: State,
	{ clock, log }: Context,
): void {
	const stamps = new Map(registrations.map(({ id, stamp }) => [id, stamp]));
	const isAsLeft = (service: ServiceInstance, key: Key): boolean =>
		stamps.get(service.id)?.containerId === key && stamps.get(service.id)?.spec === specOf(service);
	const left = subjects.flatMap(({ key, derivation }) => derivation.services.filter((it) => isAsLeft(it, key)));
	for (const service of left) {
		const found = checkIds.get(service.id);
		if (found === undefined || index.expectedOf(service.id) !== undefined || refused.has(service.id)) continue;
		const refusals = presumedRefusals(service, found);
		if (refusals.size === 0 || driftInChecks(service, found, refusals).length > 0) continue;
		refused.set(service.id, { retryAt: clock.now() + refusedRetryMs, refusals });
		log.info({ id: service.id }, 'lacks checks that its agent may have refused; they are tried again in 10 minutes');
	}
}

/** The services whose checks differ. */
export const checkSuspectsIn = (decisions: readonly Decision[]): readonly ServiceId[] =>
	decisions.flatMap((decision) =>
		decision.kind === 'register' && decision.because.some(({ field }) => field === 'checks')
			? [decision.desired.id]
			: [],
	);

/** Whether something that was refused is to be tried again by now. */
export const isRetryDue = (decision: Decision, { refused }: State, now: number): boolean =>
	decision.kind === 'unchanged' && (refused.get(decision.desired.id)?.retryAt ?? Number.POSITIVE_INFINITY) <= now;
