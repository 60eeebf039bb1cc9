import type { Identity } from '../../controller/identity.ts';
import type { Rehearsal, Rehearsals } from '../../controller/rehearsal.ts';
import type { Warning } from '../../derive/derive.ts';
import { entriesOf, type PlanAction, type PlanEntry, staleEntriesOf } from '../../explain/entries.ts';
import type { Container } from '../../model.ts';
import { type ChangeCode, changesOf, optionChanges } from './changes.ts';
import { type FormerHost, formerHosts } from './hosts.ts';

/** What a daemon that started now would do; what `reconsul plan --json` prints. Pure. */
export interface PlanReport {
	/** Nothing would change that a reader of Consul could notice; an adoption only adds our stamp. */
	readonly isInSync: boolean;
	readonly owner: string;
	readonly hostname: string;
	readonly counts: Readonly<Record<PlanAction, number>>;
	/** By action in the order of `actions`, then by id. */
	readonly entries: readonly PlanEntry[];
	readonly formerHosts: readonly FormerHost[];
	readonly notRegistered: readonly {
		readonly container: string;
		readonly port: string | undefined;
		readonly reason: string;
	}[];
	readonly warnings: readonly PlanWarning[];
}

export interface PlanWarning {
	/** `undefined` where it concerns the whole. */
	readonly container: string | undefined;
	/** Which difference from registrator it is about, if any. */
	readonly code: ChangeCode | undefined;
	readonly text: string;
}

export const actions: readonly PlanAction[] = [
	'register',
	'adopt',
	'change',
	'remove',
	'stale',
	'held',
	'conflict',
	'failed',
	'keep',
];

const changing: ReadonlySet<PlanAction> = new Set(['register', 'change', 'remove', 'failed']);

export function planReport(
	{ pass, keys, cleanup }: Rehearsals,
	identity: Identity,
	deregister: 'always' | 'on-success',
): PlanReport {
	const decided = keys.flatMap((key) => entriesOf(key, pass.doubt));
	const entries = [...withoutHandovers(decided), ...cleanup.flatMap(staleEntriesOf)].sort(
		(a, b) => actions.indexOf(a.action) - actions.indexOf(b.action) || (a.id < b.id ? -1 : 1),
	);
	// Not the container that this is: it is gone when somebody reads about it.
	const running = keys.flatMap(runningIn).filter(({ container }) => container.id !== identity.derive.selfId);
	const wanted = keys.flatMap(({ subject }) => subject.derivation.services);
	const isSwitch = entries.some(({ differences }) => differences.some(isStampless));
	return {
		isInSync: !entries.some(({ action }) => changing.has(action)),
		owner: identity.ownership.owner,
		hostname: identity.ownership.hostname,
		counts: Object.fromEntries(
			actions.map((action) => [action, entries.filter((entry) => entry.action === action).length]),
		) as PlanReport['counts'],
		entries,
		formerHosts: formerHosts(pass.registrations, wanted, identity.ownership),
		notRegistered: running.flatMap(({ container, rehearsal }) =>
			rehearsal.subject.derivation.omitted.map(({ port, detail }) => ({
				container: container.name,
				port,
				reason: detail,
			})),
		),
		warnings: [
			...(pass.doubt === undefined ? [] : [warning(undefined, undefined, pass.doubt)]),
			...(isSwitch ? optionChanges({ ...identity.derive, deregister }) : []).map(({ code, text }) =>
				warning(undefined, code, text),
			),
			...running.flatMap(warningsOf),
		],
	};
}

/** What one container leaves and another wants changes hands; it is no removal. */
function withoutHandovers(entries: readonly PlanEntry[]): readonly PlanEntry[] {
	const changed = new Set(entries.flatMap(({ action, id }) => (action === 'change' ? [id] : [])));
	return entries.filter(({ action, id }) => action !== 'remove' || !changed.has(id));
}

interface Running {
	readonly container: Container;
	readonly rehearsal: Rehearsal;
}

const runningIn = (rehearsal: Rehearsal): readonly Running[] => {
	const { container, key } = rehearsal.subject;
	return typeof container === 'object' && container.running && container.id === key ? [{ container, rehearsal }] : [];
};

const isStampless = ({ field, found }: PlanEntry['differences'][number]): boolean =>
	field === 'stamp' && found === null;

const warning = (container: string | undefined, code: ChangeCode | undefined, text: string): PlanWarning => ({
	container,
	code,
	text,
});

function warningsOf({ container, rehearsal }: Running): readonly PlanWarning[] {
	const { subject, decisions } = rehearsal;
	const { derivation } = subject;
	const because = decisions.flatMap((it) => (it.kind === 'register' ? it.because : []));
	const drifted = new Set(because.map(({ field }) => field));
	// What is ours already means to us what it means.
	const changes = decisions.some(isNew) ? changesOf(container, derivation, drifted) : [];
	return [
		...derivation.warnings.map(({ code, text }) => warning(container.name, changeCodes[code], text)),
		...changes.map(({ code, text }) => warning(container.name, code, text)),
	];
}

const changeCodes: Readonly<Record<Warning['code'], ChangeCode | undefined>> = {
	label: undefined,
	tags: undefined,
	name: undefined,
	check: 'D12',
	'meta-key': 'D5',
	'meta-reserved': 'D5',
	'meta-value-too-long': 'D5',
	'meta-too-many': 'D5',
};

/** Whether the service is registrator's, or nobody's, until now. */
const isNew = (decision: Rehearsal['decisions'][number]): boolean =>
	decision.kind === 'register'
		? decision.because.some(
				({ field, observed }) => field === 'missing' || (field === 'stamp' && observed === undefined),
			)
		: decision.kind === 'conflict' && decision.holder !== undefined && decision.holder.stamp === undefined;
