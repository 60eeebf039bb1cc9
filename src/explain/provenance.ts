import type { Identity } from '../controller/identity.ts';
import { readLabels } from '../derive/labels/reconsul-labels.ts';
import type { Choice, Trace } from '../derive/trace.ts';
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

/** Labels and variables of either language that say nothing, and why. */
export function unusedIn(trace: Trace, { env, labels }: Container): Explanation['unused'] {
	const ports = [...trace.ports.values()];
	if (ports.length === 0) return [];
	const outdone = [...trace.ports].flatMap(([port, { unused }]) => unused.map((it) => ({ ...it, port })));
	const heard = new Set(ports.flatMap((port) => [...port.heard()]));
	const variables = env.map((text) => text.split('=', 1)[0] ?? '').filter((key) => key.startsWith('SERVICE_'));
	const ours = Object.keys(labels).filter((key) => key.startsWith('SERVICE_') || key.startsWith('reconsul.'));
	const ofContainer = Object.keys(readLabels(labels).container).map((key) => `reconsul.${key}`);
	const told = new Set([...heard, ...ofContainer, ...outdone.map(({ label }) => label.replace(/^\w+ /, ''))]);
	const silent = [...variables.map((key) => ['variable', key]), ...ours.map((key) => ['label', key])]
		.filter(([, key = '']) => !told.has(key))
		.map((words) => ({
			label: words.join(' '),
			why: 'it is outdone by one for the port, or means nothing; see the warnings',
		}));
	// What is for another port is used there.
	return [
		...outdone.filter(({ label, why }) => why !== otherPort || !heard.has(label.replace(/^\w+ /, ''))),
		...silent,
	];
}

const otherPort = 'it is for another port';
