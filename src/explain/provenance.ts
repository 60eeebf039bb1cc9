import type { Identity } from '../controller/identity.ts';
import { readLabels } from '../derive/labels/reconsul-labels.ts';
import type { Choice, PortTrace, Trace } from '../derive/trace.ts';
import type { Container } from '../model.ts';
import { maskPairs, maskTag, maskValue } from '../server/mask.ts';
import type { ExplainedAddress, ExplainedField, Explanation } from './explanation.ts';

/** Where values are from, by what the decisions told. */

export const addressesIn = (trace: Trace, identity: Identity): readonly ExplainedAddress[] =>
	[...trace.ports].flatMap(([port, { candidates }]) =>
		candidates.map(({ via, source, address, port: hostPort, isChosen, why }) => ({
			port,
			address,
			hostPort,
			source: via === 'host' ? hostSource(identity) : source,
			isChosen,
			why,
		})),
	);

const hostSource = ({ hostAddress, namedAddress }: Identity): string =>
	hostAddress === namedAddress
		? "this host's address, which its name resolves to"
		: "this host's address, which the Consul agent advertises";

export const fieldsIn = (trace: Trace): readonly ExplainedField[] =>
	[...trace.ports].flatMap(([port, { choices }]) =>
		choices.map((choice) => ({ port, ...choice, value: masked(choice) })),
	);

function masked({ field, value }: Choice): string {
	const [, key] = /^meta (.*)$/s.exec(field) ?? [];
	if (key !== undefined) return maskPairs({ [key]: value })[key] ?? '';
	return field === 'tags' ? value.split(', ').map(maskTag).join(', ') : maskValue(value);
}

/** Enough to see what is wrong; a container can have ten thousand. */
const maxUnused = 100;

/** Labels and variables of either language that say nothing, and why. */
export function unusedIn(trace: Trace, { env, labels }: Container): Explanation['unused'] {
	const ports = [...trace.ports.values()];
	if (ports.length === 0) return [];
	const heard = new Set(ports.flatMap((port) => [...port.heard()]));
	// What is for another port is used there.
	const outdone = [...trace.ports].flatMap(([port, { unused }]) =>
		unused.filter(({ label }) => !heard.has(label)).map((it) => ({ ...it, port })),
	);
	const ofContainer = Object.keys(readLabels(labels).container).map((key) => `label reconsul.${key}`);
	const told = new Set([...heard, ...ofContainer, ...outdone.map(({ label }) => label)]);
	const variables = env.map((text) => `variable ${text.split('=', 1)[0]}`);
	const silent = [...variables, ...Object.keys(labels).map((key) => `label ${key}`)]
		.filter((label) => /^(?:\w+ SERVICE_|label reconsul\.)/.test(label) && !told.has(label))
		.map((label) => ({ label, why: whySilent(label, ports) }));
	return distinct([...outdone, ...silent]).slice(0, maxUnused);
}

/** One for a port goes before one for all. */
function whySilent(label: string, ports: readonly PortTrace[]): string {
	const [, key = ''] = /^label reconsul\.(?:\d[^.]*\.)?(.*)$/s.exec(label) ?? [];
	const winner = ports.map((port) => port.labelOf(key)).find((it) => it !== undefined);
	return winner === undefined ? 'it says nothing to any port; the warnings may tell more' : `${winner} goes before it`;
}

/** Ports agree on much. */
const distinct = (all: Explanation['unused']): Explanation['unused'] => [
	...new Map(all.map((it) => [`${it.label} ${it.why}`, it])).values(),
];
