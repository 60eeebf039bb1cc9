import type { Derivation } from '../derive/derive.ts';
import type { Container, Registration, ServiceId, Stamp } from '../model.ts';
import { withinBudget } from '../plan/budget.ts';
import { driftInChecks } from '../plan/check-drift.ts';
import { type Decision, decide } from '../plan/decide.ts';
import { withProbation } from '../plan/flapping.ts';
import { type Brake, holdReason, type Sighting } from '../plan/guard.ts';
import { type Key, leftoverIdOf, stampFor } from '../plan/ownership.ts';
import type { ServiceChecks } from '../registry/registry.ts';
import type { Context } from './context.ts';
import type { Identity } from './identity.ts';
import type { ServiceIndex } from './service-index.ts';
import type { State } from './state.ts';

/** What is known of one key on the source's side. */
export interface Subject {
	readonly key: Key;
	readonly identity: Identity;
	/** For a leftover: the container of the name in its id, if there is one. */
	readonly container: Sighting;
	readonly derivation: Derivation;
}

/** Whether it is a container, and runs. A leftover is none, though one of the name in its id may run. */
export const runningIn = ({ key, container }: Subject): Container | undefined =>
	leftoverIdOf(key) === undefined && typeof container === 'object' && container.running ? container : undefined;

/** Events told of its end, or of the signal to end: that its services go is no surprise, however many there are. */
export const hasAnnouncedEnd = ({ key, derivation }: Pick<Subject, 'key' | 'derivation'>, { news }: State): boolean =>
	news.hasSeenEnd(key) || derivation.omitted.some(({ reason }) => reason === 'draining');

/** What is known of it on the agent's side, and of others that want the same. */
export interface Finding {
	readonly found: ReadonlyMap<ServiceId, Registration>;
	readonly rivals: ReadonlySet<ServiceId>;
	readonly brake: Brake | undefined;
	/** The checks of those services that were looked at. */
	readonly checks?: ServiceChecks | undefined;
}

/** Puts the plan's pure parts together for one key; the same for a full pass and for a single run. */
export function judge(
	{ key, identity, container, derivation }: Subject,
	{ found, rivals, brake, checks }: Finding,
	{ settings, clock }: Pick<Context, 'settings' | 'clock'>,
	state: State,
): readonly Decision[] {
	const { ownership } = identity;
	const isLeftover = leftoverIdOf(key) !== undefined;
	const isAnnounced = hasAnnouncedEnd({ key, derivation }, state);
	const written = [...found.keys()].filter((id) => {
		const expected = state.index.expectedOf(id);
		return expected?.isWritten === true && expected.key === key;
	});
	const decisions = decide({
		key,
		wanted: isLeftover ? [] : derivation.services,
		found,
		rivals,
		written: new Set(written),
		ownership,
		checkDrift: (wanted) => {
			const states = checks?.get(wanted.id);
			if (states === undefined) return [];
			return driftInChecks(wanted, new Set(states.keys()), state.refused.get(wanted.id)?.refusals);
		},
		holdOf: ({ id, stamp }) =>
			holdReason(settings, {
				container,
				// A leftover that the container of its name wants is no leftover: that container's own key adopts it.
				inDoubt: derivation.inDoubt || (isLeftover && derivation.services.some((service) => service.id === id)),
				hasListed: state.hasListed,
				stampedEngine: stamp?.engine,
				engine: ownership.engine,
				takeOver: ownership.takeOver,
				braked: brake?.ids.has(id) === true && !isAnnounced,
			}),
	});
	const leftAs = (decision: Decision): Stamp | undefined =>
		decision.kind === 'register' ? state.index.expectedOf(decision.desired.id)?.stamp : undefined;
	const now = clock.now();
	return decisions
		.map((decision) => withinBudget(decision, leftAs(decision), state.budget, now))
		.map((decision) => withProbation(decision, state.lives.runningSince(key), state.flapping, now));
}

/** Brings the index in line with what was decided on what is there, read at `now` on the clock. */
export function noteExpectations(
	subject: Subject,
	decisions: readonly Decision[],
	index: ServiceIndex,
	now: number,
): void {
	const { key, identity } = subject;
	const isRunning = runningIn(subject) !== undefined;
	for (const decision of decisions) {
		if (decision.kind === 'unchanged')
			index.expect(key, decision.desired, stampFor(decision.desired, key, identity.ownership), now, false);
		if (decision.kind === 'conflict') index.expectNothing(decision.desired.id, key);
		// What a container in doubt left stays alive; what is kept of one that has ended does not.
		if (decision.kind === 'hold' && !isRunning) index.expectNothing(decision.held.observed.id, key);
	}
}
