import type { Registration, ServiceId, ServiceInstance } from '../model.ts';
import { driftInChecks, presumedRefusals } from '../plan/check-drift.ts';
import type { Decision } from '../plan/decide.ts';
import type { Key } from '../plan/ownership.ts';
import { specOf } from '../plan/spec.ts';
import type { ServiceChecks } from '../registry/registry.ts';
import type { Context } from './context.ts';
import { isPermanent } from './failures.ts';
import type { Subject } from './judge.ts';
import type { State } from './state.ts';
import { refusedRetryMs } from './writer.ts';

/**
 * The checks of every service that is wanted or ours, and listed, with one call; nothing where none can be due, or where the
 * agent does not tell. The watch does not see checks, so only passes find one that somebody removed. The first pass always
 * looks, for the maintenance that an earlier daemon with other options left.
 *
 * @throws RegistryError where the agent does not answer
 */
export async function surveyChecks(
	subjects: readonly Subject[],
	registrations: readonly Registration[],
	{ registry, signal }: Context,
	state: Pick<State, 'hasSurveyedChecks'>,
): Promise<ServiceChecks> {
	const listed = new Set(registrations.map(({ id }) => id));
	const wanted = subjects.flatMap(({ derivation }) => derivation.services).filter(({ id }) => listed.has(id));
	const isQuiet = ({ derivation }: Subject): boolean =>
		derivation.follows.size === 0 && derivation.keptInMaintenance === undefined;
	const hasNoChecks = wanted.every(({ checks }) => checks.length === 0);
	if (listed.size === 0 || (state.hasSurveyedChecks && hasNoChecks && subjects.every(isQuiet))) return new Map();
	try {
		const found = await registry.checks(signal);
		state.hasSurveyedChecks = true;
		const ours = registrations.filter(({ stamp }) => stamp !== undefined);
		return new Map([...wanted, ...ours].map(({ id }) => [id, found.get(id) ?? new Map()]));
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
	checks: ServiceChecks,
	{ index, refused }: State,
	{ clock, log }: Context,
): void {
	const stamps = new Map(registrations.map(({ id, stamp }) => [id, stamp]));
	const isAsLeft = (service: ServiceInstance, key: Key): boolean =>
		stamps.get(service.id)?.containerId === key && stamps.get(service.id)?.spec === specOf(service);
	const left = subjects.flatMap(({ key, derivation }) => derivation.services.filter((it) => isAsLeft(it, key)));
	for (const service of left) {
		const states = checks.get(service.id);
		const found = new Set(states?.keys());
		if (states === undefined || index.expectedOf(service.id) !== undefined || refused.has(service.id)) continue;
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
