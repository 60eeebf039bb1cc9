import type { Difference, PlanAction, PlanEntry } from '../../explain/entries.ts';
import { hostPort } from '../../server/listen.ts';
import { clean, columns } from '../columns.ts';
import type { FormerHost } from './hosts.ts';
import { actions, type PlanReport, type PlanWarning } from './report.ts';

/** A plan as a person reads it: what matters first, in columns, nothing twice. Pure. */

const headings: Readonly<Record<PlanAction, readonly [color: number, meaning: string]>> = {
	register: [32, 'services of running containers that the agent does not have'],
	adopt: [36, 'entries as wanted but for our stamp; one write each adds it'],
	change: [33, 'entries that are not as wanted'],
	remove: [31, 'entries that nobody wants any more'],
	stale: [2, "registrator's entries that no container wants; they stay, unless -cleanup is given"],
	held: [33, 'entries that nobody wants, and that stay all the same'],
	conflict: [31, 'services whose id somebody else has'],
	failed: [31, 'services that could not be looked at'],
	keep: [2, 'entries as wanted'],
};

const maxNames = 4;

type Row = readonly string[];
type Paint = (color: number, text: string) => string;

export function planText(report: PlanReport, hasColors: boolean): string {
	const paint: Paint = (color, text) => (hasColors ? `\u001b[${color}m${text}\u001b[0m` : text);
	const sections = [
		...actions
			.filter((action) => action !== 'keep' && report.counts[action] > 0)
			.map((action) => section(action, report, paint)),
		...report.formerHosts.map((host) => formerHost(host, report, paint)),
		notRegistered(report, paint),
		warnings(report.warnings, paint),
	].filter((lines) => lines.length > 0);
	return [...sections.flatMap((lines) => [...lines, '']), verdict(report), ''].join('\n');
}

/** Where something is wanted: whose it is; where not: why. */
const isWanted: ReadonlySet<PlanAction> = new Set(['register', 'adopt', 'change']);

function section(action: PlanAction, { entries, counts }: PlanReport, paint: Paint): readonly string[] {
	const [color, meaning] = headings[action];
	const own = entries.filter((entry) => entry.action === action);
	const lines = columns(
		own.map(({ id, name, address, port, container = '', reason = '' }) => [
			id,
			name,
			hostPort(address, port),
			isWanted.has(action) ? container : reason,
		]),
	);
	return [
		paint(color, `${action} ${counts[action]}: ${meaning}`),
		...own.flatMap((entry, at) => [`  ${lines[at]}`, ...details(entry).map((line) => `      ${line}`)]),
	];
}

const details = ({ action, differences, reason = '' }: PlanEntry): readonly string[] =>
	action === 'change' ? [clean(reason), ...columns(differences.flatMap(words))] : [];

/** The stamp and the spec hash are nobody's to read: the reason says what they tell. */
function words({ field, wanted, found }: Difference): readonly Row[] {
	if (field === 'stamp' || field === 'spec') return [];
	if (field !== 'meta' && field !== 'taggedAddresses')
		return [[field, `wanted ${shown(wanted)}`, `found ${shown(found)}`]];
	const [a, b] = [Object(wanted), Object(found)] as readonly Readonly<Record<string, unknown>>[];
	const keys = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])].sort();
	return keys
		.map((key) => [key, shown(a?.[key]), shown(b?.[key])] as const)
		.filter(([, wantedValue, foundValue]) => wantedValue !== foundValue)
		.map(([key, wantedValue, foundValue]) => [`${field} ${key}`, `wanted ${wantedValue}`, `found ${foundValue}`]);
}

function shown(value: unknown): string {
	if (value === undefined || value === null) return 'none';
	if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
	if (typeof value !== 'object') return JSON.stringify(value) === '""' ? '""' : String(value);
	const pairs = Object.entries(value).map(([key, inner]) => `${key} ${inner}`);
	return pairs.length === 0 ? 'none' : pairs.join(', ');
}

function formerHost({ hostname, entries }: FormerHost, report: PlanReport, paint: Paint): readonly string[] {
	const ours = entries.filter(({ now }) => now !== undefined);
	const lines = columns(ours.map(({ id, now = '' }) => [id, `now ${now}`]));
	const others = entries.length - ours.length;
	const more = others === 0 ? '' : ` (and ${others} more, of containers that are not here)`;
	return [
		paint(33, `other host name ${ours.length}: entries of this host's containers under ${clean(hostname)}`),
		...lines.map((line) => `  ${line}`),
		`  --former-hostname ${clean(hostname)} hands them over to ${clean(report.owner)}: they go${more}, the others come`,
	];
}

function notRegistered({ notRegistered: all }: PlanReport, paint: Paint): readonly string[] {
	if (all.length === 0) return [];
	const lines = columns(all.map(({ container, port = '', reason }) => [container, port, reason]));
	return [
		paint(2, `not registered ${all.length}: ports and containers that yield no service`),
		...lines.map((line) => `  ${line}`),
	];
}

function warnings(all: readonly PlanWarning[], paint: Paint): readonly string[] {
	if (all.length === 0) return [];
	const byText = [...Map.groupBy(all, ({ text }) => text)];
	return [paint(33, `warnings ${byText.length}:`), ...byText.map(([text, same]) => `  ${whose(same)}${clean(text)}`)];
}

function whose(warnings: readonly PlanWarning[]): string {
	const names = warnings.flatMap(({ container }) => (container === undefined ? [] : [container]));
	if (names.length === 0) return '';
	const more = names.length > maxNames ? ` and ${names.length - maxNames} more` : '';
	return `${clean(names.slice(0, maxNames).join(', '))}${more}: `;
}

function verdict({ isInSync, counts, owner }: PlanReport): string {
	const counted = actions.filter((action) => counts[action] > 0).map((action) => `${counts[action]} ${action}`);
	const what = counted.length === 0 ? 'nothing to register' : counted.join(', ');
	return `${isInSync ? 'in sync' : 'not in sync'}: ${what} (owner ${clean(owner)}); nothing was written`;
}
