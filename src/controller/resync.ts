import { isBasedOn } from '../derive/address.ts';
import type { Life } from '../derive/traffic.ts';
import type { ContainerId, Registration, ServiceId, Stamp } from '../model.ts';
import type { Decision } from '../plan/decide.ts';
import { type Brake, nextBrake, type Sighting } from '../plan/guard.ts';
import { type Key, leftoverIdOf, standingOf } from '../plan/ownership.ts';
import { isSucceeded, leavingTo, overwrittenBy } from '../plan/succession.ts';
import { RegistryError, type RegistryList, type ServiceChecks } from '../registry/registry.ts';
import { checkSuspectsIn, isRetryDue, presumeRefusals, surveyChecks } from './check-survey.ts';
import type { Context } from './context.ts';
import type { Identity } from './identity.ts';
import { hasAnnouncedEnd, judge, noteExpectations, runningIn, type Subject } from './judge.ts';
import { lifeOf, sighting } from './look.ts';
import { show, tellOfMeddler } from './notices.ts';
import type { State } from './state.ts';
import { findingsOf, rivalsOf, subjectsOf } from './survey.ts';
import { type Due, dueBy, keptBy, noteChecks } from './upkeep.ts';
import { serviceView, shownContainer } from './views.ts';

/** What a full pass found. It writes nothing; the keys do, after looking again. */
export interface Pass {
	/** To be reconciled, the container created first in front. */
	readonly drifting: readonly Key[];
	/** Deletes held back because they would be too many at once. */
	readonly isBraked: boolean;
	/** Why the agent's list may lack entries. */
	readonly doubt: string | undefined;
	/** Containers that started or ended though the event stream has not said so yet, and whether they run. */
	readonly unannounced: ReadonlyMap<ContainerId, boolean>;
	readonly judgements: readonly Judgement[];
	/** Those that stand otherwise than before, though no run follows: conflicts and held deletes. */
	readonly news: readonly Judgement[];
	/** Everything that the agent listed. */
	readonly registrations: readonly Registration[];
}

export interface Judgement {
	readonly subject: Subject;
	readonly decisions: readonly Decision[];
	/** What the agent is to be told beside that. */
	readonly due: readonly Due[];
}

type Owned = Registration & { readonly stamp: Stamp };

/**
 * Compares everything. The agent is asked first and the engine second: what was registered before Docker was asked and is
 * not wanted afterwards is really gone; the other order would take a service that started in between for an orphan.
 *
 * @throws RegistryError and SourceError, where one of them gave no complete answer
 */
export async function resync(context: Context, state: State, identity: Identity): Promise<Pass> {
	const { registry, source, signal, clock, settings } = context;
	const listedAt = clock.now();
	const list = await registry.list(signal);
	const unread = new Set<ContainerId>();
	const read = await source.list(signal, (id) => unread.add(id), context.reading);
	// Whoever shares the network of one that cannot be read cannot be judged either.
	const containers = read.filter((container) => !unread.has(isBasedOn(container) ?? ''));
	const running = new Set([...read.map(({ id }) => id), ...unread]);
	state.hasListed = true;
	const doubt = list.doubt ?? (await blindSpot(context, state, list, listedAt));
	const look = async (key: Key): Promise<Sighting> =>
		// Of a container that does not run, only the exit code can matter, and only to this policy.
		settings.deregister === 'on-success' ? sighting(key, context, identity) : 'gone';
	const ours = list.registrations.filter((it): it is Owned => standingOf(it, identity.ownership) === 'ours');
	const registered = new Set(ours.map(({ stamp }) => stamp.containerId));
	const life = (key: Key): Life => {
		const { signals, isRegistered } = lifeOf(key, state);
		return { signals, isRegistered: isRegistered || registered.has(key) };
	};
	const subjects = await subjectsOf(containers, running, list.registrations, identity, look, life);
	const isKnownBetter = (key: Key): boolean =>
		(state.views.get(key)?.at ?? 0) >= listedAt || state.news.hasSeenEnd(key);
	const isOvertaken = (key: Key): boolean => isKnownBetter(key) || state.news.pending(key) !== undefined;
	const unannounced = unannouncedAmong(running, state);
	// Also of one whose run has yet to read it, so that nobody takes from it what it is about to want.
	for (const subject of subjects) if (!isKnownBetter(subject.key)) claim(subject, state);
	state.index.reset(ours, listedAt);
	const checks = await surveyChecks(subjects, list.registrations, context, state);
	noteChecks(subjects, list.registrations, checks, isOvertaken, state);
	presumeRefusals(subjects, list.registrations, checks, state, context);
	const judgements = judgeAll(subjects, { ...list, checks }, context, state);
	state.checkSuspects = new Set(judgements.flatMap(({ decisions }) => checkSuspectsIn(decisions)));
	state.brake = brakeFor(judgements, ours.length, state, clock.now());
	const braked = judgements.map(({ subject, decisions, due }) => ({
		subject,
		due,
		decisions: decisions.map((decision) => withBrake(decision, subject, state.brake, state)),
	}));
	const changed = braked.filter(
		(judgement) => !isOvertaken(judgement.subject.key) && note(judgement, listedAt, context, state),
	);
	forget(new Set([...running, ...subjects.map(({ key }) => key)]), isOvertaken, state);
	const isDrifting = ({ subject: { key }, decisions, due }: Judgement): boolean =>
		due.length > 0 || decisions.some((it) => isDue(it, key, doubt) || isRetryDue(it, state, clock.now()));
	return {
		// Their own runs try again to read them, tell why they cannot, and wait longer each time.
		drifting: [...unread, ...braked.filter(isDrifting).map(({ subject }) => subject.key)],
		isBraked: state.brake !== undefined,
		doubt,
		unannounced,
		judgements: braked,
		news: changed.filter((judgement) => !isDrifting(judgement) && judgement.decisions.some(isStanding)),
		registrations: list.registrations,
	};
}

/** Nothing is deleted on the word of a list that may be blind; a registration that it lacks is read by id anyway. */
const isDue = (decision: Decision, key: Key, doubt: string | undefined): boolean =>
	decision.kind === 'register' ||
	((decision.kind === 'deregister' || isSucceeded(decision, key)) && doubt === undefined);

/**
 * An agent answers a token of too few rights with a shortened list and 200. One entry that should be listed, is not, and can
 * be read by id, or may not be read, gives it away.
 */
async function blindSpot(
	{ registry, signal }: Context,
	state: State,
	list: RegistryList,
	listedAt: number,
): Promise<string | undefined> {
	const listed = new Set(list.registrations.map(({ id }) => id));
	// What was written after the list was asked for is rightly not in it.
	const missing = [...state.index.expectations()].find(([id, { since }]) => since < listedAt && !listed.has(id))?.[0];
	if (missing === undefined) return undefined;
	try {
		const isThere = (await registry.get(missing, signal)) !== undefined;
		return isThere ? `the agent's list lacks ${missing}, which it has` : undefined;
	} catch (error) {
		if (error instanceof RegistryError && error.class === 'forbidden')
			return `the token may not read ${missing}, so the agent's list may lack more`;
		throw error;
	}
}

function judgeAll(
	subjects: readonly Subject[],
	{ registrations, checks }: RegistryList & { readonly checks: ServiceChecks },
	context: Context,
	state: State,
): readonly Judgement[] {
	const [first] = subjects;
	if (first === undefined) return [];
	const findings = findingsOf(subjects, registrations, first.identity.ownership);
	const judged = subjects.map((subject) => {
		const found = findings.get(subject.key) ?? new Map<ServiceId, Registration>();
		const rivals = rivalsOf(subject, found, state.claims);
		return { subject, decisions: judge(subject, { found, rivals, brake: undefined, checks }, context, state) };
	});
	const overwritten = new Set(judged.flatMap(({ decisions }) => overwrittenBy(decisions)));
	return judged.map(({ subject, decisions: alone }) => {
		const decisions = alone.map((decision) => leavingTo(overwritten, decision, subject.key));
		return { subject, decisions, due: dueBy(keptBy(decisions, subject.derivation), checks) };
	});
}

/** The brake is for what nothing announced. */
function brakeFor(judgements: readonly Judgement[], owned: number, state: State, now: number): Brake | undefined {
	const deletes = judgements
		.filter(({ subject }) => !hasAnnouncedEnd(subject, state))
		.flatMap(({ decisions }) => decisions.flatMap((it) => (it.kind === 'deregister' ? [it.observed.id] : [])));
	const leftovers = judgements.filter(({ subject }) => leftoverIdOf(subject.key) !== undefined).length;
	return nextBrake(state.brake, new Set(deletes), owned + leftovers, now);
}

const withBrake = (decision: Decision, subject: Subject, brake: Brake | undefined, state: State): Decision =>
	decision.kind === 'deregister' && brake?.ids.has(decision.observed.id) === true && !hasAnnouncedEnd(subject, state)
		? { kind: 'hold', held: decision, reason: 'mass-delete' }
		: decision;

/** Ends and starts that no event told of; one may still be on its way. */
const unannouncedAmong = (
	running: ReadonlySet<ContainerId>,
	{ views, news }: State,
): ReadonlyMap<ContainerId, boolean> =>
	new Map(
		[...new Set([...running, ...views.keys()])]
			.filter((key) => running.has(key) !== news.isRunning(key, views.get(key)?.isRunning ?? false))
			.map((key) => [key, running.has(key)]),
	);

function claim(subject: Subject, state: State): void {
	const { key, derivation } = subject;
	if (leftoverIdOf(key) !== undefined) return;
	const container = runningIn(subject);
	state.claims.set(key, container?.createdAt ?? '', derivation.services);
	state.dependents.set(key, container === undefined ? undefined : isBasedOn(container));
}

const isStanding = ({ kind }: Decision): boolean => kind === 'hold' || kind === 'conflict' || kind === 'contested';

/** Keeps what the pass saw of one key: what is as it should be, and how it looks. Returns whether that is news. */
function note({ subject, decisions }: Judgement, listedAt: number, context: Context, state: State): boolean {
	const { key, container, derivation } = subject;
	noteExpectations(subject, decisions, state.index, listedAt);
	tellOfMeddler(context, state, decisions);
	return show(context, state.views, {
		key,
		at: listedAt,
		container: shownContainer(container) ?? state.views.get(key)?.container,
		isRunning: runningIn(subject) !== undefined,
		follows: derivation.follows,
		services: decisions.flatMap((it) => (isSucceeded(it, key) ? [] : (serviceView(it, undefined) ?? []))),
		omitted: derivation.omitted,
		warnings: derivation.warnings,
	});
}

/** Containers that are no more leave nothing behind. */
function forget(keys: ReadonlySet<Key>, isOvertaken: (key: Key) => boolean, state: State): void {
	for (const key of new Set([...state.views.keys(), ...state.claims.keys()])) {
		if (keys.has(key) || isOvertaken(key)) continue;
		state.views.delete(key);
		state.claims.set(key, '', []);
		state.dependents.set(key, undefined);
	}
	state.news.prune((key) => keys.has(key));
	state.signals.prune((key) => keys.has(key));
	for (const id of state.checkStates.keys()) if (state.index.keyOf(id) === undefined) state.checkStates.delete(id);
}
