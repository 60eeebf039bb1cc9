import type { Identity } from '../controller/identity.ts';
import type { Judgement, Pass } from '../controller/resync.ts';
import { holdReasons, type View } from '../controller/views.ts';
import type { Drift, Registration, ServiceInstance } from '../model.ts';
import type { Decision } from '../plan/decide.ts';
import { maskPairs } from '../server/mask.ts';

/** What a full pass would entail, for people and for machines. Pure. */

export type PlanAction = 'register' | 'adopt' | 'change' | 'remove' | 'keep' | 'held' | 'conflict';

export interface PlanEntry {
	readonly action: PlanAction;
	readonly id: string;
	readonly name: string;
	readonly address: string;
	readonly port: number;
	readonly container: string | undefined;
	/** Field by field, secrets masked; empty where the whole entry comes or goes. */
	readonly differences: readonly { readonly field: string; readonly wanted: unknown; readonly found: unknown }[];
	readonly reason: string | undefined;
}

export interface PlanReport {
	/** Nothing would change that a reader of Consul could notice; an adoption only adds our stamp. */
	readonly isInSync: boolean;
	readonly owner: string;
	readonly counts: Readonly<Record<PlanAction, number>>;
	readonly entries: readonly PlanEntry[];
	readonly notRegistered: readonly {
		readonly container: string;
		readonly port: string | undefined;
		readonly reason: string;
	}[];
	readonly warnings: readonly string[];
}

const order: readonly PlanAction[] = ['register', 'adopt', 'change', 'remove', 'held', 'conflict', 'keep'];
const changing: ReadonlySet<PlanAction> = new Set(['register', 'change', 'remove']);

export function planReport(pass: Pass, views: readonly View[], identity: Identity): PlanReport {
	const entries = pass.judgements
		.flatMap(entriesOf)
		.sort((a, b) => order.indexOf(a.action) - order.indexOf(b.action) || (a.id < b.id ? -1 : 1));
	const counts = Object.fromEntries(
		order.map((action) => [action, entries.filter((entry) => entry.action === action).length]),
	) as PlanReport['counts'];
	const named = views.map((view) => ({ ...view, name: view.container?.name ?? view.key }));
	return {
		isInSync: !entries.some(({ action }) => changing.has(action)),
		owner: identity.ownership.owner,
		counts,
		entries,
		notRegistered: named.flatMap(({ name, omitted }) =>
			omitted.map(({ port, detail }) => ({ container: name, port, reason: detail })),
		),
		warnings: [
			...(pass.doubt === undefined ? [] : [pass.doubt]),
			...named.flatMap(({ name, warnings }) => warnings.map(({ text }) => `${name}: ${text}`)),
		],
	};
}

const entriesOf = ({ subject, decisions }: Judgement): readonly PlanEntry[] =>
	decisions.map((decision) => ({
		...summary(decision),
		container: typeof subject.container === 'object' ? subject.container.name : undefined,
	}));

type Summary = Omit<PlanEntry, 'container'>;

function summary(decision: Decision): Summary {
	switch (decision.kind) {
		case 'unchanged':
			return entry('keep', decision.desired);
		case 'register':
			return entry(registerAction(decision.because), decision.desired, {
				differences: decision.because.filter(({ field }) => field !== 'missing').map(shown),
			});
		case 'deregister':
			return entry('remove', decision.observed, { reason: 'no running container wants it' });
		case 'hold':
			return decision.reason === 'mass-delete'
				? entry('remove', decision.held.observed, { reason: 'after a second look, 5 s later: it is one of many' })
				: entry('held', decision.held.observed, { reason: holdReasons[decision.reason] });
		case 'contested':
			return summary(decision.repair);
		case 'conflict':
			return entry('conflict', decision.desired, { reason: holder(decision.holder) });
	}
}

const entry = (
	action: PlanAction,
	{ id, name, address, port }: ServiceInstance | Registration,
	{ differences = [], reason }: Partial<Pick<PlanEntry, 'differences' | 'reason'>> = {},
): Summary => ({ action, id, name, address, port, differences, reason });

/** An unstamped entry that is otherwise as wanted only gets our stamp. */
function registerAction(because: readonly Drift[]): PlanAction {
	if (because.some(({ field }) => field === 'missing')) return 'register';
	return because.every(({ field, observed }) => field === 'stamp' && observed === undefined) ? 'adopt' : 'change';
}

const holder = ({ stamp }: Registration): string =>
	stamp === undefined ? 'an entry that is not ours has this id' : `owner ${JSON.stringify(stamp.owner)} has this id`;

const shown = ({ field, desired, observed }: Drift): PlanEntry['differences'][number] =>
	field === 'meta'
		? { field, wanted: masked(desired), found: masked(observed) }
		: { field, wanted: desired, found: observed ?? null };

const masked = (pairs: unknown): unknown => maskPairs(Object(pairs) as Readonly<Record<string, string>>);

const signs: Readonly<Record<PlanAction, readonly [sign: string, color: number]>> = {
	register: ['+', 32],
	adopt: ['*', 36],
	change: ['~', 33],
	remove: ['-', 31],
	held: ['?', 33],
	conflict: ['!', 31],
	keep: ['=', 2],
};

/** One line an entry, one below it for each field that differs; what stays as it is, is only counted. */
export function planText(report: PlanReport, hasColors: boolean): string {
	const paint = (color: number, text: string): string => (hasColors ? `\u001b[${color}m${text}\u001b[0m` : text);
	const lines = report.entries
		.filter(({ action }) => action !== 'keep')
		.flatMap(({ action, id, name, address, port, container, differences, reason }) => {
			const [sign, color] = signs[action];
			const what = `${sign} ${action.padEnd(8)} ${id}  ${name} ${address}:${port}`;
			const whose = container === undefined ? '' : `  (${container})`;
			const fields = differences.map(
				({ field, wanted, found }) => `    ${field}: ${JSON.stringify(found)} → ${JSON.stringify(wanted)}`,
			);
			return [paint(color, `${what}${whose}`), ...(reason === undefined ? [] : [`    ${reason}`]), ...fields];
		});
	const omitted = report.notRegistered.map(
		({ container, port, reason }) => `  ${container}${port === undefined ? '' : ` ${port}`}: ${reason}`,
	);
	const counted = order
		.filter((action) => report.counts[action] > 0)
		.map((action) => `${report.counts[action]} ${action}`);
	const verdict = report.isInSync ? 'in sync' : 'not in sync';
	return [
		...lines,
		...(omitted.length === 0 ? [] : ['not registered:', ...omitted]),
		...report.warnings.map((warning) => paint(33, `warning: ${warning}`)),
		`${verdict}: ${counted.length === 0 ? 'nothing to register' : counted.join(', ')} (owner ${report.owner})`,
		'',
	].join('\n');
}
