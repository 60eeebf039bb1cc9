import type { Context } from '../controller/context.ts';
import type { Identity } from '../controller/identity.ts';
import { type Rehearsal, rehearseKey } from '../controller/rehearsal.ts';
import type { State } from '../controller/state.ts';
import { Trace } from '../derive/trace.ts';
import type { CheckStates, ServiceId } from '../model.ts';
import type { Decision } from '../plan/decide.ts';
import type { Key } from '../plan/ownership.ts';
import type { Explanation, NotFound } from './explanation.ts';
import { explanationOf, type Past } from './report.ts';
import { strangerExplained } from './stranger.ts';
import { targetOf } from './target.ts';

export interface Explainer {
	readonly context: Context;
	readonly state: State;
	readonly identity: Identity;
	readonly by: Explanation['by'];
	/** Why the agent's list may lack entries. */
	readonly doubt: string | undefined;
	/** What is known of a key's past. */
	readonly past: (key: Key) => Past;
}

/**
 * Looks at one container as a run of it would, and says why that comes to what it does. Writes nothing.
 *
 * @param what a container's name or id, a service's id or name
 * @throws SourceError and RegistryError, where one of them gives no answer
 */
export async function explain(what: string, explainer: Explainer): Promise<Explanation | NotFound> {
	const { context, state, identity, by, doubt } = explainer;
	const target = await targetOf(what, context, state, identity.ownership);
	if ('notFound' in target) return target;
	if ('stranger' in target) return strangerExplained(target.stranger, identity, by);
	const { key } = target;
	const trace = new Trace();
	const rehearsal = await rehearseKey(key, context, state, identity, trace);
	const checks = await checksOf(rehearsal, context);
	const view = state.views.get(key);
	return explanationOf({ rehearsal, trace, checks, view, past: explainer.past(key), by, doubt });
}

/** Of each service; an agent that does not tell leaves them out. */
async function checksOf(
	{ decisions }: Rehearsal,
	{ registry, signal }: Context,
): Promise<ReadonlyMap<ServiceId, CheckStates>> {
	const asked = decisions.map(async (decision) => {
		const id = idIn(decision);
		const states = await registry.checks(signal, id).catch(() => undefined);
		return [id, states?.get(id)] as const;
	});
	return new Map((await Promise.all(asked)).flatMap(([id, it]) => (it === undefined ? [] : [[id, it] as const])));
}

/** Whose service a decision is about. */
const idIn = (decision: Decision): ServiceId => {
	switch (decision.kind) {
		case 'deregister':
			return decision.observed.id;
		case 'hold':
			return decision.held.observed.id;
		case 'contested':
			return decision.repair.desired.id;
		case 'flapping':
			return decision.start.desired.id;
		default:
			return decision.desired.id;
	}
};
