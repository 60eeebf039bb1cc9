import type { Container, ServiceInstance } from '../model.ts';
import {
	type AddressSettings,
	isBasedOn,
	networkNamed,
	type Place,
	type PlacementLabels,
	place,
	portKeys,
	type Surroundings,
} from './address.ts';
import { type CandidateSettings, candidateOf, type DescribedPort, withDistinctIds } from './candidates.ts';
import { Findings, type Omission, type OmissionReason, type Warning } from './findings.ts';
import { type InstanceSettings, instancesOf, type PortFinder } from './instances.ts';
import { type ReconsulLabels, readLabels } from './labels/reconsul-labels.ts';
import { metadataFor } from './metadata.ts';
import { byPort, type PortKey, parsePortKey } from './port-key.ts';
import { outOfScope, type ScopeSettings } from './scope.ts';
import type { Trace } from './trace.ts';
import { type Life, type Traffic, type TrafficEvent, type TrafficSettings, trafficOf } from './traffic.ts';

export type { Omission, OmissionReason, Warning } from './findings.ts';

/** Desired state: from one container's inspect data to the services it should have, or why it has none. No I/O. */

export interface DeriveSettings extends AddressSettings, CandidateSettings, InstanceSettings, ScopeSettings {
	readonly traffic: TrafficSettings;
	/** What `-tags` yields for a container; throws where the template cannot be evaluated on it. */
	readonly tagsFor: (inspect: unknown) => readonly string[];
}

export interface Derivation {
	/** By port, tcp before udp; an alias behind the service that it is another name of. */
	readonly services: readonly ServiceInstance[];
	readonly omitted: readonly Omission[];
	readonly warnings: readonly Warning[];
	/** When to look again, where something that is missing now may come without an event. */
	readonly retryAfterMs: number | undefined;
	/** Something could not be determined; what is registered stays until it can. */
	readonly inDoubt: boolean;
	/** Docker's events that can change this, beside those that always can. */
	readonly follows: ReadonlySet<TrafficEvent>;
	/** The reason of the maintenance for what is kept of a container that has ended. */
	readonly keptInMaintenance: string | undefined;
}

/** What it depends on beside the container and the settings. */
export interface Circumstances extends Surroundings {
	readonly life: Life;
}

/** @param trace told why, where somebody asks */
export function derive(
	container: Container,
	settings: DeriveSettings,
	around: Circumstances,
	trace?: Trace,
): Derivation {
	const findings = new Findings(trace);
	const labels = readLabels(container.labels);
	const traffic = trafficOf(container, labels.container, settings.traffic, around.life, around.now);
	const services = container.running ? servicesOf(container, labels, traffic, settings, around, findings) : [];
	if (!container.running) findings.omit(undefined, 'not-running', 'the container is not running');
	return {
		services: traffic.withheld === undefined ? services : [],
		omitted: findings.omitted,
		warnings: distinct(findings.warnings).slice(0, maxWarnings),
		retryAfterMs: findings.retries.length === 0 ? undefined : Math.min(...findings.retries),
		inDoubt: findings.omitted.some(({ reason }) => doubtful.has(reason)),
		follows: traffic.follows,
		keptInMaintenance: container.running ? undefined : traffic.maintenance,
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
	labels: ReconsulLabels,
	traffic: Traffic,
	settings: DeriveSettings,
	around: Surroundings,
	findings: Findings,
): readonly ServiceInstance[] {
	const { trace } = findings;
	const beyond = outOfScope(container, settings, (why) => {
		if (trace !== undefined) trace.scope = why;
	});
	if (beyond !== undefined) {
		findings.omit(undefined, 'out-of-scope', beyond);
		return [];
	}
	findings.warn('label', labels.warnings);
	const ports = portsOf(container, labels, findings);
	if (ports.length === 0) {
		const detail = 'it neither exposes nor publishes a port, and no reconsul.port names one';
		findings.omit(undefined, 'no-ports', detail);
		return [];
	}
	const described = describe(container, ports, labels, settings, around, findings);
	const candidates = described.flatMap((port) => candidateOf(container, port, settings, findings));
	const tags = candidates.length === 0 ? [] : daemonTags(container, settings, findings);
	const settledOnes = withDistinctIds(candidates, findings);
	if (settledOnes.length > 0) noteTraffic(container, labels, traffic, findings);
	return settledOnes.flatMap((settled) => {
		const portAt = portFinder(container, settled.candidate.placement, settings, around);
		return instancesOf(container, settled, { tags, portAt, traffic }, settings, findings);
	});
}

function noteTraffic(
	{ health }: Container,
	{ container: labels }: ReconsulLabels,
	{ withheld, retryAfterMs }: Traffic,
	findings: Findings,
): void {
	if (withheld !== undefined) findings.omit(withheld.port, withheld.reason, withheld.detail);
	if (retryAfterMs !== undefined) findings.retries.push(retryAfterMs);
	const asked = labels['docker-health'] === true ? 'docker-health' : labels.register === 'healthy' ? 'register' : '';
	if (asked !== '' && health === undefined)
		findings.warn('label', [`reconsul.${asked}: the container has no HEALTHCHECK, so it does nothing`]);
}

/** The container's own ports and the one that a label names. */
function portsOf(
	container: Container,
	{ container: { port }, scopes }: ReconsulLabels,
	findings: Findings,
): readonly PortKey[] {
	const keys = new Set([...portKeys(container), ...(port === undefined ? [] : [port])]);
	const ports = [...keys].flatMap(parsePortKey).sort(byPort);
	for (const key of keys)
		if (parsePortKey(key).length === 0) findings.omit(key.slice(0, 64), 'no-ports', 'what Docker lists is no port');
	const isKnown = (scope: string): boolean =>
		ports.some(({ exposedPort, protocol }) => scope === exposedPort || scope === `${exposedPort}/${protocol}`);
	const unknown = scopes.filter((scope) => !isKnown(scope));
	findings.warn(
		'label',
		unknown.map((scope) => `reconsul.${scope}.…: the container has no port ${scope}, so these labels do nothing`),
	);
	return ports;
}

/** What both languages and the engine say of every port that may become a service. */
function describe(
	container: Container,
	ports: readonly PortKey[],
	labels: ReconsulLabels,
	settings: DeriveSettings,
	around: Surroundings,
	findings: Findings,
): readonly DescribedPort[] {
	const asked = labels.container.port;
	const described = ports.flatMap((port): readonly DescribedPort[] => {
		const ofPort = labels.for(port.exposedPort, port.protocol);
		const { address, network } = ofPort.service;
		checkNetwork(container, network, around, findings);
		const placementLabels: PlacementLabels = { address, network, isAsked: port.key === asked };
		const trace = findings.trace?.at(port.key);
		const placement = place(container, port.key, settings, around, placementLabels, trace);
		if ('omitted' in placement && placement.omitted === 'not-published') {
			findings.omit(port.key, placement.omitted, placement.detail);
			return [];
		}
		const old = metadataFor(port.exposedPort, container.env, container.labels, trace?.passedOver);
		trace?.sources(labels.sources(port.exposedPort, port.protocol), old.sources);
		findings.warn('label', old.warnings);
		return [{ ...port, placement, old, labels: ofPort, isGroup: false, trace }];
	});
	// Ignored ports count for the suffix, as in registrator, so that ignoring one does not rename the others. One that only a
	// label names does not, so that adding it does not rename them either.
	const own = new Set(portKeys(container));
	const owned = described.filter(({ key }) => own.has(key)).length;
	return described.map((port) => ({ ...port, isGroup: owned + (own.has(port.key) ? 0 : 1) > 1 }));
}

function checkNetwork(
	container: Container,
	network: string | undefined,
	{ base }: Surroundings,
	findings: Findings,
): void {
	const whose = isBasedOn(container) === undefined ? container : base;
	if (network === undefined || typeof whose !== 'object' || networkNamed(whose, network) !== undefined) return;
	findings.warn('label', ['reconsul.network: the container is not on that network; its others count']);
}

/** Where a container is not behind mapped ports, any port of it is found at the same address. */
function portFinder(
	container: Container,
	{ own, isMapped }: Place,
	settings: DeriveSettings,
	around: Surroundings,
): PortFinder {
	return (port, protocol) => {
		if (own === undefined || !isMapped) return own && { address: own.address, port };
		const other = place(container, `${port}/${protocol}`, settings, around);
		return 'port' in other ? other.own : undefined;
	};
}

function daemonTags(container: Container, settings: DeriveSettings, findings: Findings): readonly string[] {
	try {
		return settings.tagsFor(container.inspect);
	} catch (error) {
		const text = `-tags cannot be evaluated on it, so it gets none of those: ${(error as Error).message}`;
		findings.warn('tags', [text]);
		return [];
	}
}
