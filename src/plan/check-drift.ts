import { checkIdOf } from '../derive/kept-checks.ts';
import { agentNeedsFor } from '../derive/labels/check-rows.ts';
import type { Check, Drift, ServiceInstance } from '../model.ts';
import { checksWithout, type Refusal } from './refusals.ts';

/**
 * What differs in a service's checks, by their ids: the agent gives no definition back, so a check that was changed shows in
 * the spec. Other people's checks and maintenance are none of ours.
 *
 * @param found the ids that the agent has for the service
 * @param refusals what it refuses of the checks, which is not to be missed
 */
export function driftInChecks(
	{ id, checks }: ServiceInstance,
	found: ReadonlySet<string>,
	refusals: ReadonlySet<Refusal> = new Set(),
): readonly Drift[] {
	const isOurs = (checkId: string): boolean => checkId === `service:${id}` || checkId.startsWith(checkIdOf(id, ''));
	const wanted = new Set(idsOf(checks));
	const observed = new Set([...found].filter(isOurs));
	const isAsWanted =
		new Set(idsOf(checksWithout(checks, refusals))).isSubsetOf(observed) && observed.isSubsetOf(wanted);
	return isAsWanted ? [] : [{ field: 'checks', desired: [...wanted].sort(), observed: [...observed].sort() }];
}

const idsOf = (checks: readonly Check[]): readonly string[] => checks.map(({ id }) => id);

/** What an agent may have refused to an earlier daemon, by the checks that it lacks: scripts, and what is newer than it. */
export const presumedRefusals = ({ checks }: ServiceInstance, found: ReadonlySet<string>): ReadonlySet<Refusal> =>
	new Set(checks.filter(({ id }) => !found.has(id)).flatMap(refusable));

const refusable = (check: Check): readonly Refusal[] => [
	...(check.args === undefined ? [] : ['scripts' as const]),
	...(Object.keys(check) as (keyof Check)[]).filter((field) => {
		const { since, isVital } = agentNeedsFor(field);
		return isVital && since !== undefined;
	}),
];
