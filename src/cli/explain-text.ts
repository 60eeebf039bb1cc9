import type {
	ExplainedAddress,
	ExplainedCheck,
	ExplainedPort,
	ExplainedService,
	Explanation,
	NotFound,
} from '../explain/explanation.ts';
import { hostPort } from '../server/listen.ts';
import { clean } from './columns.ts';
import { wrapped } from './wrap.ts';

/** An explanation as a person reads it: the answer, what to do, and then the whole way from the container to Consul. Pure. */

type Line = readonly [term: string, text: string];

const termWidth = 12;
const colors: Readonly<Record<Explanation['verdict'], number>> = { 'in sync': 32, differs: 33, 'not registered': 31 };

export function explainText(it: Explanation, { width, hasColors }: { width: number; hasColors: boolean }): string {
	const paint = (color: number, text: string): string => (hasColors ? `\u001b[${color}m${text}\u001b[0m` : text);
	const sections: readonly (readonly [title: string, lines: readonly Line[]])[] = [
		['', about(it)],
		...it.ports.map((port) => [portTitle(port), portLines(port, it)] as const),
		...it.services.map((service) => [`service ${clean(service.id)}`, serviceLines(service, it)] as const),
		['labels without effect', it.unused.map(({ label, why }) => [clean(label), clean(why)] as const)],
		['warnings', it.warnings.map((text) => ['', clean(text)] as const)],
		['past', past(it)],
	];
	const said = sections.filter(([, lines]) => lines.length > 0);
	return [
		...wrapped(clean(it.answer), width, '  ').map((line) => paint(colors[it.verdict], line)),
		...(it.remedy === undefined
			? []
			: wrapped(`what to do: ${clean(it.remedy)}`, width - 2).map((line) => `  ${line}`)),
		...said.flatMap(([title, lines]) => [
			'',
			...(title === '' ? [] : [paint(1, title)]),
			...lines.flatMap(shown(width)),
		]),
		'',
	].join('\n');
}

export const notFoundText = ({ notFound, near }: NotFound): string =>
	`no container and no service is called ${JSON.stringify(notFound)}${
		near.length === 0
			? '; docker ps -a and reconsul plan list what there is'
			: `; did you mean ${near.map(clean).join(', ')}?`
	}`;

/** Wraps the text alone, so that the blanks between the term and it stay; a long term has a line of its own. */
const shown =
	(width: number) =>
	([term, text]: Line): readonly string[] => {
		const indent = ' '.repeat(termWidth + 4);
		const lines = wrapped(text, Math.max(24, width - indent.length));
		const isWide = term.length > termWidth;
		const [first = '', ...others] = isWide ? ['', ...lines] : lines;
		return [`  ${term.padEnd(termWidth)}  ${first}`.trimEnd(), ...others.map((line) => indent + line)];
	};

function about({ container, foundBy, owner, hostname, by }: Explanation): readonly Line[] {
	return [
		...(container === undefined
			? []
			: ([
					['container', `${clean(container.name)} (${container.id.slice(0, 12)}), image ${clean(container.image)}`],
					['status', `${container.status} since ${container.startedAt}${health(container.health)}`],
					['network', clean(container.network)],
				] as const)),
		['found by', clean(foundBy)],
		['owner', `${clean(owner)} on host ${clean(hostname)}`],
		['told by', by === 'daemon' ? 'the running daemon' : 'this command: no daemon answered at --listen'],
	];
}

const health = (status: string | undefined): string => (status === undefined ? '' : `, its HEALTHCHECK says ${status}`);

const portTitle = ({ port, service }: ExplainedPort): string =>
	port === undefined ? 'container as a whole' : `port ${port}${service === undefined ? '' : ` → ${clean(service)}`}`;

function portLines(port: ExplainedPort, it: Explanation): readonly Line[] {
	const own = <T extends { readonly port?: string | undefined }>(all: readonly T[]): readonly T[] =>
		all.filter((row) => port.port !== undefined && row.port === port.port);
	const addresses = own(it.addresses) as readonly ExplainedAddress[];
	return [
		...(port.port === undefined
			? []
			: [['published', port.published.length === 0 ? 'no' : port.published.join(', ')] as const]),
		...(port.detail === undefined ? [] : [['no service', `${clean(port.detail)} (${port.reason})`] as const]),
		...(port.remedy === undefined ? [] : [['what to do', clean(port.remedy)] as const]),
		...(port.rule === undefined ? [] : [['rule', clean(port.rule)] as const]),
		...addresses.toSorted((a, b) => Number(b.isChosen) - Number(a.isChosen)).map(addressLine),
		...own(it.fields).map(({ field, value, from, over }): Line => {
			const others = over.length === 0 ? '' : `, over ${over.join(', ')}`;
			return [field, `${clean(value)}  (${clean(from + others)})`];
		}),
	];
}

const addressLine = ({ isChosen, address, hostPort: port, source, why }: ExplainedAddress): Line => [
	isChosen ? 'address' : 'not',
	`${clean(hostPort(address || '0.0.0.0', port))}  (${clean(source)}; ${clean(why)})`,
];

const actions: Readonly<Record<string, string>> = {
	keep: 'as wanted',
	register: 'the agent does not have it',
	adopt: 'as wanted but for our stamp',
	change: 'in the agent, and not as wanted',
	remove: 'in the agent, and about to be removed',
	held: 'in the agent, and kept',
	conflict: "its id is somebody else's",
	failed: 'could not be read',
	foreign: "somebody else's",
};

function serviceLines(service: ExplainedService, it: Explanation): readonly Line[] {
	const { id, name, address, hostPort: port, action, reason, tags, meta, maintenance } = service;
	const pairs = Object.entries(meta).map(([key, value]) => `${key}=${value}`);
	return [
		['is', `${clean(name)} at ${clean(hostPort(address, port))}`],
		['stands', `${actions[action] ?? action}${reason === undefined ? '' : `: ${clean(reason)}`}`],
		...(tags.length === 0 ? [] : [['tags', clean(tags.join(', '))] as const]),
		...(pairs.length === 0 ? [] : [['meta', clean(pairs.join(', '))] as const]),
		...(maintenance === undefined ? [] : [['maintenance', clean(maintenance)] as const]),
		...it.differences
			.filter(({ service: of, field }) => of === id && field !== 'stamp' && field !== 'spec')
			.map(
				({ field, wanted, found }): Line => [
					'differs',
					clean(`${field}: wanted ${text(wanted)}, found ${text(found)}`),
				],
			),
		...it.checks.filter(({ service: of }) => of === id).map(checkLine),
	];
}

function checkLine({ name, asks, from, status, output }: ExplainedCheck): Line {
	const what = asks === undefined ? 'not ours' : `${asks}${from === undefined ? '' : ` (${from})`}`;
	const first = output?.trim().split('\n', 1)[0] ?? '';
	const stands = status === undefined ? 'not in the agent' : `${status}${first === '' ? '' : `: ${first}`}`;
	return ['check', clean(`${name}: ${what}; ${stands}`)];
}

function text(value: unknown): string {
	if (value === null || value === undefined) return 'none';
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const past = ({ lastWrite, lastError, nextRetryAt }: Explanation): readonly Line[] => [
	...(lastWrite === undefined
		? []
		: [
				[
					'last write',
					clean(
						`${lastWrite.operation} ${lastWrite.service} at ${lastWrite.at}${lastWrite.because.length > 0 ? ` (${lastWrite.because.join(', ')})` : ''}${lastWrite.error === undefined ? '' : `, failed: ${lastWrite.error}`}`,
					),
				] as const,
			]),
	...(lastError === undefined
		? []
		: [['last error', clean(`${lastError.text} (at ${lastError.at}, ${lastError.times} times in a row)`)] as const]),
	...(nextRetryAt === undefined ? [] : [['next look', nextRetryAt] as const]),
];
