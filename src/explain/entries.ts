import type { Rehearsal } from '../controller/rehearsal.ts';
import { holdReasons, meddlings } from '../controller/views.ts';
import type { Drift, Registration, ServiceInstance, Stamp } from '../model.ts';
import type { Contest, Decision, Register } from '../plan/decide.ts';
import { isSucceeded } from '../plan/succession.ts';
import type { Upkeep } from '../plan/upkeep.ts';
import { maskPairs, maskTag, maskValue } from '../server/mask.ts';

/** What would become of each service, for people and for machines. Pure. */

export type PlanAction = 'register' | 'adopt' | 'change' | 'remove' | 'stale' | 'held' | 'conflict' | 'failed' | 'keep';

export interface PlanEntry {
	readonly action: PlanAction;
	readonly id: string;
	readonly name: string;
	readonly address: string;
	readonly port: number;
	readonly container: string | undefined;
	/** Field by field, secrets masked; empty where the whole entry comes, goes or stays. */
	readonly differences: readonly Difference[];
	/** Absent where the action says it all. */
	readonly reason: string | undefined;
}

export interface Difference {
	readonly field: string;
	readonly wanted: unknown;
	readonly found: unknown;
}

type Summary = Omit<PlanEntry, 'container'>;

/**
 * What a run would do about one key.
 *
 * @param doubt why the agent's list may lack entries; nothing is deleted on its word then
 */
export const entriesOf = (
	{ subject, decisions, due, unread }: Rehearsal,
	doubt: string | undefined,
): readonly PlanEntry[] => {
	const container = typeof subject.container === 'object' ? subject.container.name : undefined;
	const failed = subject.derivation.services.flatMap((service): readonly Summary[] => {
		const error = unread.get(service.id);
		return error === undefined ? [] : [entry('failed', service, { reason: messageOf(error) })];
	});
	const upkeep = new Map(due.map((it) => [it.id, it.upkeep]));
	const own = decisions.filter((decision) => !isSucceeded(decision, subject.key));
	const decided = own.map((decision) => {
		const entry = summary(decision, subject, doubt);
		return withUpkeep(entry, upkeep.get(entry.id) ?? []);
	});
	return [...decided, ...failed].map((it) => ({ ...it, container }));
};

/** What `-cleanup` would remove and a daemon without it lets be. */
export const staleEntriesOf = (rehearsal: Rehearsal): readonly PlanEntry[] =>
	entriesOf(rehearsal, undefined).flatMap((it) => (it.action === 'remove' ? [{ ...it, action: 'stale' }] : []));

/** What is as it should be but for what is said of it. */
const withUpkeep = (it: Summary, upkeep: readonly Upkeep[]): Summary =>
	upkeep.length === 0 || (it.action !== 'keep' && it.action !== 'held')
		? it
		: {
				...it,
				action: 'change',
				differences: upkeep.map(said),
				reason: it.reason ?? 'what its container does says so',
			};

function said(due: Upkeep): Difference {
	if (due.kind === 'report') return { field: 'health', wanted: due.report.status, found: due.found };
	return due.kind === 'maintain'
		? { field: 'maintenance', wanted: due.reason, found: null }
		: { field: 'maintenance', wanted: null, found: due.found };
}

const messageOf = (error: unknown): string => maskValue(error instanceof Error ? error.message : String(error));

function summary(decision: Decision, subject: Rehearsal['subject'], doubt: string | undefined): Summary {
	switch (decision.kind) {
		case 'unchanged':
			return entry('keep', decision.desired);
		case 'register':
			return registering(decision);
		case 'contested':
			return contested(decision);
		case 'flapping':
			return registering(decision.start);
		case 'deregister':
			return doubt === undefined
				? entry('remove', decision.observed, { reason: whyUnwanted(decision.observed, subject) })
				: entry('held', decision.observed, { reason: `kept: ${doubt}` });
		case 'hold':
			return held(decision, subject);
		case 'conflict':
			return entry('conflict', decision.desired, { reason: holder(decision.holder) });
	}
}

const entry = (
	action: PlanAction,
	{ id, name, address, port }: ServiceInstance | Registration,
	{ differences = [], reason }: Partial<Pick<PlanEntry, 'differences' | 'reason'>> = {},
): Summary => ({ action, id, name, address, port, differences, reason });

function registering({ desired, because }: Register): Summary {
	if (because.some(({ field }) => field === 'missing')) return entry('register', desired);
	const differences = because.map(shown);
	const isAdoption = because.every(({ field, observed }) => field === 'stamp' && observed === undefined);
	return isAdoption
		? entry('adopt', desired, { differences })
		: entry('change', desired, { differences, reason: whyDifferent(because) });
}

const contested = ({ repair, meddling }: Contest): Summary => ({ ...registering(repair), reason: meddlings[meddling] });

/** Of what only has to wait for something that this plan brings, that is no news. */
function held(
	{ held: { observed }, reason }: Extract<Decision, { kind: 'hold' }>,
	subject: Rehearsal['subject'],
): Summary {
	const why = whyUnwanted(observed, subject);
	if (reason === 'unreplaced') return entry('remove', observed, { reason: why });
	return reason === 'mass-delete'
		? entry('remove', observed, { reason: `${why}; one of many, so a second look 5 s later confirms it` })
		: entry('held', observed, { reason: holdReasons[reason] });
}

/** The stamp tells who is behind a difference. */
function whyDifferent(because: readonly Drift[]): string {
	const stamp = because.find(({ field }) => field === 'stamp');
	if (stamp !== undefined && stamp.observed === undefined)
		return 'it has no stamp of ours: registrator wrote it, or somebody took the stamp off';
	const [wanted, found] = [stamp?.desired, stamp?.observed] as readonly (Partial<Stamp> | undefined)[];
	const changes = [
		changed('owner', found?.owner, wanted?.owner),
		changed('Docker engine', found?.engine, wanted?.engine),
		changed('container', found?.containerId?.slice(0, 12), wanted?.containerId?.slice(0, 12)),
	].flat();
	if (changes.length === 0 && stamp !== undefined) return 'it is not known to be registered with the present ACL token';
	if (changes.length > 0) return `it was registered for ${changes.join(', ')}`;
	return because.some(({ field }) => field === 'spec')
		? 'its container, labels or our options changed since it was registered, a check perhaps'
		: because.every(({ field }) => field === 'checks')
			? 'it has not the checks that it should have: somebody removed one, or a write was cut short'
			: 'somebody else changed it';
}

const changed = (what: string, found: string | undefined, wanted: string | undefined): readonly string[] =>
	found === wanted ? [] : [`${what} ${found}, which is ${wanted} now`];

function whyUnwanted({ id, stamp }: Registration, { container, identity }: Rehearsal['subject']): string {
	if (stamp === undefined && !id.startsWith(`${identity.ownership.hostname}:`))
		return 'left by registrator under another host name';
	const whose = stamp === undefined ? 'left by registrator: ' : '';
	if (typeof container !== 'object') return `${whose}its container is gone`;
	return container.running
		? `${whose}its container ${container.name} runs and no longer asks for it`
		: `${whose}its container ${container.name} has ended`;
}

function holder(found: Registration | undefined): string {
	if (found === undefined) return 'another container that wants this id goes first';
	if (found.stamp === undefined) return 'an entry that is not ours has this id';
	return `container ${found.stamp.containerId.slice(0, 12)} of owner ${JSON.stringify(found.stamp.owner)} has this id`;
}

function shown({ field, desired, observed }: Drift): Difference {
	if (field === 'meta') return maskedDifference(Object(desired) as Pairs, Object(observed) as Pairs);
	return { field, wanted: masked(desired), found: masked(observed) };
}

/** Tags are the only lists that differ. */
const masked = (value: unknown): unknown =>
	Array.isArray(value) ? value.map((tag: unknown) => maskTag(String(tag))) : (value ?? null);

type Pairs = Readonly<Record<string, string>>;

/** Two secrets that differ would look the same. */
function maskedDifference(wanted: Pairs, found: Pairs): Difference {
	const shownWanted = maskPairs(wanted);
	const shownFound = Object.entries(maskPairs(found)).map(([key, value]) => [
		key,
		value === shownWanted[key] && found[key] !== wanted[key] ? `${value} (another)` : value,
	]);
	return { field: 'meta', wanted: shownWanted, found: Object.fromEntries(shownFound) };
}
