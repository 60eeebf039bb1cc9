import type { Container, ContainerId, ServiceId } from '../model.ts';
import type { Place, Placement } from './address.ts';
import type { Findings } from './findings.ts';
import { flawOf, generatedId, isRespelt } from './ids.ts';
import type { PortLabels } from './labels/reconsul-labels.ts';
import { isYes, type Metadata } from './metadata.ts';
import type { PortKey } from './port-key.ts';
import { defaultName, type NamingSettings, portedName } from './service-name.ts';
import { tellNames } from './tellings.ts';
import type { PortTrace } from './trace.ts';

/** What a daemon names and registers, beside where it finds things. */
export interface CandidateSettings extends NamingSettings {
	/** The first part of generated ids. */
	readonly hostname: string;
	readonly explicit: boolean;
	readonly idPort: 'container' | 'host';
	/** The container this daemon runs in, which is never a service unless it names itself one. */
	readonly selfId: ContainerId | undefined;
}

/** A port as both languages describe it. */
export interface DescribedPort extends PortKey {
	readonly placement: Placement;
	/** registrator's language. */
	readonly old: Metadata;
	readonly labels: PortLabels;
	/** Whether the container has other ports, which makes its number part of its name. */
	readonly isGroup: boolean;
	/** Where somebody asks why. */
	readonly trace: PortTrace | undefined;
}

/** A port that will be a service, before its id is settled. */
export interface Candidate extends DescribedPort {
	readonly placement: Place;
	readonly name: string;
	/** Further names, and the part of an id that each stands for. */
	readonly aliases: readonly { readonly name: string; readonly idPart: string }[];
	readonly labelledId: boolean;
	readonly wantedId: ServiceId;
}

/** The candidate, unless something speaks against the port; `reconsul.*` goes before `SERVICE_*` in every field. */
export function candidateOf(
	container: Container,
	port: DescribedPort,
	settings: CandidateSettings,
	findings: Findings,
): readonly Candidate[] {
	const { placement, old, labels } = port;
	const reason = speaksAgainst(container, port, settings);
	if (reason !== undefined) findings.omit(port.key, ...reason);
	if (reason !== undefined || 'omitted' in placement) {
		if (reason === undefined && 'omitted' in placement) omitUnplaced(port.key, placement, findings);
		return [];
	}
	const withPort = (name: string, isForPort: boolean): string => {
		if (isForPort) return name;
		const ported = portedName(name, port, container, settings);
		if ('flaw' in ported) findings.warn('name', [ported.flaw]);
		return ported.name;
	};
	const plainName = ownName(port) || defaultName(container);
	const isNameForPort = labels.service.name === undefined ? old.fromPort.has('name') : labels.fromPort.has('name');
	const name = withPort(plainName, isNameForPort);
	const aliases = (labels.service.aliases ?? [])
		.map((alias) => ({ name: withPort(alias, labels.fromPort.has('aliases')), idPart: alias }))
		.filter((alias) => alias.name !== name);
	const labelledId = old.values['id'] ?? '';
	if (isRespelt(labelledId, settings.hostname, container.name)) {
		const detail = "its id cannot be used: it is another container's but for upper and lower case";
		findings.omit(port.key, 'bad-id', detail);
		return [];
	}
	const idPort = settings.idPort === 'host' ? placement.port : port.exposedPort;
	const wantedId = labelledId || generatedId(settings.hostname, container.name, idPort, port.protocol);
	if (port.trace !== undefined) tellNames(port, { plainName, name, wantedId }, settings, port.trace);
	return [{ ...port, placement, name, aliases, labelledId: labelledId !== '', wantedId }];
}

const ownName = ({ old, labels }: DescribedPort): string => labels.service.name ?? old.values['name'] ?? '';

function speaksAgainst(
	container: Container,
	port: DescribedPort,
	{ explicit, selfId }: CandidateSettings,
): Parameters<Findings['omit']> extends [unknown, ...infer Reason] ? Reason | undefined : never {
	const ignored = port.labels.service.ignore;
	if (ignored === true) return ['ignored', 'reconsul.ignore says so'];
	if (ignored === undefined && isYes(port.old.values['ignore'])) return ['ignored', 'SERVICE_IGNORE says so'];
	if (ownName(port) !== '') return undefined;
	if (explicit) return ['not-explicit', 'it has no SERVICE_NAME and no reconsul.name, and -explicit asks for one'];
	if (container.id !== selfId) return undefined;
	return ['own-container', 'it is the container this daemon runs in; SERVICE_NAME or reconsul.name would register it'];
}

function omitUnplaced(key: string, placement: Exclude<Placement, Place>, findings: Findings): void {
	if (placement.retryAfterMs !== undefined) findings.retries.push(placement.retryAfterMs);
	findings.omit(key, placement.omitted, placement.detail);
}

/** A candidate with the ids it gets. */
export interface Settled {
	readonly candidate: Candidate;
	readonly id: ServiceId;
	readonly aliases: readonly { readonly name: string; readonly id: ServiceId }[];
}

/** One id for several ports: the lowest port keeps it, the others get their port behind it (difference D7). */
export function withDistinctIds(candidates: readonly Candidate[], findings: Findings): readonly Settled[] {
	const wanted = new Set(candidates.map(({ wantedId }) => wantedId));
	const taken = new Set<ServiceId>();
	const isUsable = (port: string, id: ServiceId, isOthers: boolean): boolean => {
		const flaw = flawOf(id);
		if (flaw !== undefined) findings.omit(port, 'bad-id', `its id cannot be used: ${flaw}`);
		else if (isOthers) findings.omit(port, 'duplicate-id', 'another port of this container has its id');
		return flaw === undefined && !isOthers;
	};
	const settled = candidates.flatMap((candidate) => {
		const { wantedId, exposedPort, protocol } = candidate;
		const isFirst = !taken.has(wantedId);
		const id = isFirst ? wantedId : `${wantedId}:${exposedPort}${protocol === 'udp' ? ':udp' : ''}`;
		if (!isFirst) candidate.trace?.choice('id suffix', id, 'a lower port of this container has the same id');
		if (!isUsable(candidate.key, id, taken.has(id) || (!isFirst && wanted.has(id)))) return [];
		taken.add(id);
		return [{ candidate, id }];
	});
	return settled.map(({ candidate, id }) => ({
		candidate,
		id,
		aliases: candidate.aliases.flatMap(({ name, idPart }) => {
			const aliasId = `${id}:alias:${idPart}`;
			if (!isUsable(candidate.key, aliasId, taken.has(aliasId))) return [];
			taken.add(aliasId);
			return [{ name, id: aliasId }];
		}),
	}));
}
