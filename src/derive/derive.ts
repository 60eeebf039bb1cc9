import type { Container, ContainerId, ServiceId, ServiceInstance } from '../model.ts';
import {
	type AddressSettings,
	type Placement,
	type PlacementFlaw,
	place,
	portKeys,
	type Surroundings,
} from './address.ts';
import { legacyCheck, ttlCheck } from './checks.ts';
import { flawOf, generatedId } from './ids.ts';
import { type MetaFlaw, metaOf } from './meta.ts';
import { isYes, type Metadata, metadataFor } from './metadata.ts';
import { defaultName } from './service-name.ts';
import { parseTags } from './tags.ts';

/** Desired state: from one container's inspect data to the services it should have, or why it has none. No I/O. */

export interface DeriveSettings extends AddressSettings {
	/** The first part of generated ids. */
	readonly hostname: string;
	readonly explicit: boolean;
	readonly idPort: 'container' | 'host';
	/** What `-tags` yields for a container; throws where the template cannot be evaluated on it. */
	readonly tagsFor: (inspect: unknown) => readonly string[];
	/** What `-ttl` says, in seconds; 0 for no such check. */
	readonly ttlSeconds: number;
	/** The container this daemon runs in, which is never a service unless it names itself one. */
	readonly selfId: ContainerId | undefined;
}

export type OmissionReason =
	| PlacementFlaw
	| 'not-running'
	| 'no-ports'
	| 'ignored'
	| 'not-explicit'
	| 'own-container'
	| 'bad-id'
	| 'duplicate-id';

export interface Omission {
	/** `80/tcp`, `undefined` where it concerns the whole container. */
	readonly port: string | undefined;
	readonly reason: OmissionReason;
	readonly detail: string;
}

export interface Warning {
	readonly code: 'label' | 'check' | 'tags' | `meta-${MetaFlaw}`;
	/** Names keys, never values. */
	readonly text: string;
}

export interface Derivation {
	/** By port, tcp before udp. */
	readonly services: readonly ServiceInstance[];
	readonly omitted: readonly Omission[];
	readonly warnings: readonly Warning[];
	/** When to look again, where something that is missing now may come without an event. */
	readonly retryAfterMs: number | undefined;
	/** Something could not be determined; what is registered stays until it can. */
	readonly inDoubt: boolean;
}

/** A port that will be a service, before its id is settled. */
interface Candidate extends PortKey {
	readonly name: string;
	readonly labelledId: boolean;
	readonly wantedId: ServiceId;
	readonly address: string;
	readonly port: number;
	readonly values: Metadata['values'];
}

interface PortKey {
	/** `80/tcp` */
	readonly key: string;
	/** `80` */
	readonly exposedPort: string;
	readonly protocol: string;
}

/** What is found on the way, beside the services. */
interface Findings {
	readonly omitted: Omission[];
	readonly warnings: Warning[];
	readonly retries: number[];
}

export function derive(container: Container, settings: DeriveSettings, around: Surroundings): Derivation {
	const findings: Findings = { omitted: [], warnings: [], retries: [] };
	const services = container.running ? servicesOf(container, settings, around, findings) : [];
	if (!container.running)
		findings.omitted.push({ port: undefined, reason: 'not-running', detail: 'the container is not running' });
	return {
		services,
		omitted: findings.omitted,
		warnings: distinct(findings.warnings).slice(0, maxWarnings),
		retryAfterMs: findings.retries.length === 0 ? undefined : Math.min(...findings.retries),
		inDoubt: findings.omitted.some(({ reason }) => doubtful.has(reason)),
	};
}

/** Enough to see what is wrong; a container with ten thousand bad labels shall not fill the log. */
const maxWarnings = 20;

const distinct = (warnings: readonly Warning[]): readonly Warning[] => [
	...new Map(warnings.map((warning) => [warning.text, warning])).values(),
];

const doubtful: ReadonlySet<OmissionReason> = new Set(['no-host-address', 'ports-pending']);

function servicesOf(
	container: Container,
	settings: DeriveSettings,
	around: Surroundings,
	findings: Findings,
): readonly ServiceInstance[] {
	const ports = portKeys(container).flatMap(parsePortKey).sort(byPort);
	if (ports.length === 0) {
		findings.omitted.push({ port: undefined, reason: 'no-ports', detail: 'it neither exposes nor publishes a port' });
		return [];
	}
	const placed = ports
		.map((port) => ({ port, placement: place(container, port.key, settings, around) }))
		.filter(({ port, placement }) => {
			const counts = 'port' in placement || placement.omitted !== 'not-published';
			if (!counts) findings.omitted.push({ port: port.key, reason: placement.omitted, detail: placement.detail });
			return counts;
		});
	// Ignored ports count for the suffix, as in registrator, so that ignoring one does not rename the others.
	const isGroup = placed.length > 1;
	const candidates = placed.flatMap(({ port, placement }) =>
		candidateOf(container, port, placement, isGroup, settings, findings),
	);
	const tags = candidates.length === 0 ? [] : daemonTags(container, settings, findings);
	return withDistinctIds(candidates, findings).map(({ candidate, id }) =>
		instanceOf(container, candidate, id, tags, settings, findings),
	);
}

/** Docker writes `80/tcp`; anything else that a broken document may hold is no port. */
function parsePortKey(key: string): readonly PortKey[] {
	const [, exposedPort, protocol = 'tcp'] = /^(\d{1,5})(?:\/([a-z]+))?$/.exec(key) ?? [];
	const isPort = exposedPort !== undefined && Number(exposedPort) >= 1 && Number(exposedPort) <= 65_535;
	return isPort ? [{ key, exposedPort, protocol }] : [];
}

const protocols = ['tcp', 'udp', 'sctp'];
const byPort = (a: PortKey, b: PortKey): number =>
	Number(a.exposedPort) - Number(b.exposedPort) || protocols.indexOf(a.protocol) - protocols.indexOf(b.protocol);

function candidateOf(
	container: Container,
	port: PortKey,
	placement: Placement,
	isGroup: boolean,
	settings: DeriveSettings,
	findings: Findings,
): readonly Candidate[] {
	const { values, fromPort, warnings } = metadataFor(port.exposedPort, container.env, container.labels);
	findings.warnings.push(...warnings.map((text): Warning => ({ code: 'label', text })));
	const omit = (reason: OmissionReason, detail: string): readonly Candidate[] => {
		findings.omitted.push({ port: port.key, reason, detail });
		return [];
	};
	const ownName = values['name'] ?? '';
	if (isYes(values['ignore'])) return omit('ignored', 'SERVICE_IGNORE says so');
	if (settings.explicit && ownName === '')
		return omit('not-explicit', 'it has no SERVICE_NAME, and -explicit asks for one');
	if (container.id === settings.selfId && ownName === '')
		return omit('own-container', 'it is the container this daemon runs in; SERVICE_NAME would register it');
	if ('omitted' in placement) {
		if (placement.retryAfterMs !== undefined) findings.retries.push(placement.retryAfterMs);
		return omit(placement.omitted, placement.detail);
	}
	const suffix = isGroup && !fromPort.has('name') ? `-${port.exposedPort}` : '';
	const idPort = settings.idPort === 'host' ? placement.port : port.exposedPort;
	const labelledId = values['id'] ?? '';
	return [
		{
			...port,
			name: `${ownName || defaultName(container)}${suffix}`,
			labelledId: labelledId !== '',
			wantedId: labelledId || generatedId(settings.hostname, container.name, idPort, port.protocol),
			address: placement.address,
			port: placement.port,
			values,
		},
	];
}

/** One id for several ports: the lowest port keeps it, the others get their port behind it (difference D7). */
function withDistinctIds(
	candidates: readonly Candidate[],
	findings: Findings,
): readonly { readonly candidate: Candidate; readonly id: ServiceId }[] {
	const wanted = new Set(candidates.map(({ wantedId }) => wantedId));
	const taken = new Set<ServiceId>();
	return candidates.flatMap((candidate) => {
		const { wantedId, exposedPort, protocol } = candidate;
		const isFirst = !taken.has(wantedId);
		const id = isFirst ? wantedId : `${wantedId}:${exposedPort}${protocol === 'udp' ? ':udp' : ''}`;
		const flaw = flawOf(id);
		const omission: Pick<Omission, 'reason' | 'detail'> | undefined =
			flaw !== undefined
				? { reason: 'bad-id', detail: `its id cannot be used: ${flaw}` }
				: taken.has(id) || (!isFirst && wanted.has(id))
					? { reason: 'duplicate-id', detail: 'another port of this container has its id' }
					: undefined;
		if (omission !== undefined) {
			findings.omitted.push({ port: candidate.key, ...omission });
			return [];
		}
		taken.add(id);
		return [{ candidate, id }];
	});
}

function daemonTags(container: Container, settings: DeriveSettings, findings: Findings): readonly string[] {
	try {
		return settings.tagsFor(container.inspect);
	} catch (error) {
		const text = `-tags cannot be evaluated on it, so it gets none of those: ${(error as Error).message}`;
		findings.warnings.push({ code: 'tags', text });
		return [];
	}
}

function instanceOf(
	container: Container,
	{ name, labelledId, address, port, exposedPort, protocol, values }: Candidate,
	id: ServiceId,
	tags: readonly string[],
	{ ttlSeconds }: DeriveSettings,
	findings: Findings,
): ServiceInstance {
	const { meta, dropped } = metaOf(values);
	for (const { key, reason } of dropped)
		findings.warnings.push({
			code: `meta-${reason}`,
			text: `${metaFlaws[reason]}: ${JSON.stringify(key.slice(0, 64))} is left out`,
		});
	const subject = { id, name, address, port, containerId: container.id, exposedPort };
	const { check, warnings } = legacyCheck(values, subject);
	findings.warnings.push(...warnings.map((text): Warning => ({ code: 'check', text })));
	return {
		id,
		name,
		address,
		port,
		tags: [...parseTags(values['tags'] ?? ''), ...tags, ...(protocol === 'udp' ? ['udp'] : [])],
		meta,
		weights: { passing: 1, warning: 1 },
		enableTagOverride: false,
		labelledId,
		checks: [...(check === undefined ? [] : [check]), ...(ttlSeconds > 0 ? [ttlCheck(id, ttlSeconds)] : [])],
	};
}

const metaFlaws: Readonly<Record<MetaFlaw, string>> = {
	key: 'Consul takes letters, digits, _ and - in a Meta key, up to 128',
	reserved: 'Meta keys that begin with consul- or reconsul- are reserved',
	'value-too-long': 'Consul takes up to 512 bytes in a Meta value',
	'too-many': 'Consul takes 64 Meta pairs, four of them ours',
};
