import type { ServiceId } from '../model.ts';
import type { Decision } from './decide.ts';
import { type Key, leftoverIdOf } from './ownership.ts';

/**
 * A container that was made anew under its name wants the id of the one before it. Its register goes over the entry that is
 * there; to delete that first would take a running service away for a moment.
 */

/** The ids that one of these keys is about to register over what is there. */
export const overwrittenBy = (decisions: readonly Decision[]): readonly ServiceId[] =>
	decisions.flatMap((it) =>
		it.kind === 'register' && it.because.every(({ field }) => field !== 'missing') ? [it.desired.id] : [],
	);

/** Leaves to another key what that one registers over. */
export const leavingTo = (overwritten: ReadonlySet<ServiceId>, decision: Decision, key: Key): Decision =>
	decision.kind === 'deregister' && leftoverIdOf(key) === undefined && overwritten.has(decision.observed.id)
		? { kind: 'hold', held: decision, reason: 'unreplaced' }
		: decision;

type Hold = Extract<Decision, { kind: 'hold' }>;

/** Whether another container takes the entry over, in a run of its own. A leftover only waits, and is deleted in the end. */
export const isSucceeded = (decision: Decision, key: Key): decision is Hold =>
	decision.kind === 'hold' && decision.reason === 'unreplaced' && leftoverIdOf(key) === undefined;
