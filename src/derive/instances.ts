import type { Check, Container, ServiceId, ServiceInstance, TaggedAddress } from '../model.ts';
import type { HostPort } from './address.ts';
import type { Candidate, Settled } from './candidates.ts';
import type { CheckSubject } from './check-subject.ts';
import { legacyCheck, legacyCheckKey } from './checks.ts';
import type { Findings } from './findings.ts';
import { checkIdOf, healthCheck, healthCheckId, ttlCheck } from './kept-checks.ts';
import { labelChecks } from './label-checks.ts';
import type { ServiceValues } from './labels/service-rows.ts';
import { type MetaFlaw, metaOf } from './meta.ts';
import { isYes } from './metadata.ts';
import { parseTags } from './tags.ts';
import { tellChecks, tellFields, tellMeta } from './tellings.ts';
import type { Traffic, TrafficSettings } from './traffic.ts';

export interface InstanceSettings {
	/** What `-ttl` says, in seconds; 0 for no such check. */
	readonly ttlSeconds: number;
	/** Whether labels may have the agent run programs. */
	readonly scriptChecks: boolean;
	/** How often the check of `-ttl` is reported. */
	readonly ttlRefreshMs: number;
	readonly traffic: Pick<TrafficSettings, 'healthTtlMs'>;
}

/** What all services of a container have in common. */
export interface Common {
	/** Those of `-tags`. */
	readonly tags: readonly string[];
	readonly portAt: PortFinder;
	readonly traffic: Pick<Traffic, 'report' | 'maintenance'>;
}

/** Finds another port of the container. */
export type PortFinder = (port: number, protocol: 'tcp' | 'udp') => HostPort | undefined;

/** The service of a port, and one for each of its further names. */
export function instancesOf(
	container: Container,
	{ candidate, id, aliases }: Settled,
	{ tags, portAt, traffic }: Common,
	settings: InstanceSettings,
	findings: Findings,
): readonly ServiceInstance[] {
	const { name, labelledId, placement, protocol, old, labels } = candidate;
	const { service } = labels;
	const { address, port } = placement;
	const isOverridden = service.enable_tag_override ?? isYes(old.values['enable_tag_override']);
	const subject = {
		id,
		name,
		at: placement.own,
		containerId: container.id,
		exposedPort: candidate.exposedPort,
		portAt,
	};
	if (candidate.trace !== undefined) tellFields(id, candidate, candidate.trace, tags);
	const main: ServiceInstance = {
		id,
		name,
		address,
		port,
		tags: [...(service.tags ?? parseTags(old.values['tags'] ?? '')), ...tags, ...(protocol === 'udp' ? ['udp'] : [])],
		meta: metaFor(candidate, findings),
		weights: { passing: service['weights.passing'] ?? 1, warning: service['weights.warning'] ?? 1 },
		enableTagOverride: isOverridden,
		...taggedAddresses(service, port),
		labelledId,
		checks: [
			...checksOf(candidate, subject, settings, findings),
			...(traffic.report === undefined ? [] : [healthCheck(id, traffic.report, settings.traffic)]),
		],
	};
	const inMaintenance = traffic.maintenance === undefined ? {} : { maintenance: traffic.maintenance };
	return [{ ...main, ...inMaintenance }, ...aliases.map((alias) => aliasOf(main, alias, settings))];
}

function metaFor({ old, labels, trace }: Candidate, findings: Findings): Readonly<Record<string, string>> {
	const { meta, dropped } = metaOf(old.values, labels.meta);
	for (const { key, reason } of dropped)
		findings.warn(`meta-${reason}`, [`${metaFlaws[reason]}: ${JSON.stringify(key.slice(0, 64))} is left out`]);
	if (trace !== undefined) tellMeta(labels.meta, meta, trace);
	return meta;
}

const metaFlaws: Readonly<Record<MetaFlaw, string>> = {
	key: 'Consul takes letters, digits, _ and - in a Meta key, up to 128',
	reserved: 'Meta keys that begin with consul- or reconsul- are reserved',
	'value-too-long': 'Consul takes up to 512 bytes in a Meta value',
	'too-many': 'Consul takes 64 Meta pairs, four of them ours',
};

const addressTags = ['lan', 'lan_ipv4', 'lan_ipv6', 'wan', 'wan_ipv4', 'wan_ipv6'] as const;

function taggedAddresses(service: ServiceValues, port: number): Pick<ServiceInstance, 'taggedAddresses'> {
	const given = addressTags.flatMap((tag): readonly [string, TaggedAddress][] => {
		const value = service[`address.${tag}`];
		return value === undefined ? [] : [[tag, { port, ...value }]];
	});
	return given.length === 0 ? {} : { taggedAddresses: Object.fromEntries(given) };
}

/** registrator's check, the one of `-ttl`, and those of `reconsul.check.*`. */
function checksOf(
	{ old, labels, trace }: Candidate,
	subject: CheckSubject,
	settings: InstanceSettings,
	findings: Findings,
): readonly Check[] {
	const { check, warnings } = legacyCheck(old.values, subject);
	const named = labelChecks(labels.checks, subject);
	const ofTtl = ofTtlOption(subject.id, settings);
	if (trace !== undefined)
		tellChecks({ legacy: check, key: legacyCheckKey(old.values), ofTtl, named: named.checks }, subject, trace);
	findings.warn('check', [...warnings, ...named.warnings]);
	const taken = new Set([...ofTtl.map(({ id }) => id), healthCheckId(subject.id)]);
	const isFree = ({ id }: Check): boolean => !taken.has(id);
	for (const { id } of named.checks.filter((it) => !isFree(it)))
		findings.warn('check', [
			id === healthCheckId(subject.id)
				? 'reconsul.check.docker-health: that name is for the check of --docker-health; the check is left out'
				: 'reconsul.check.ttl: -ttl has a check of that name; the check is left out',
		]);
	const asked = [...(check === undefined ? [] : [check]), ...ofTtl, ...named.checks.filter(isFree)];
	const allowed = asked.filter(({ args }) => settings.scriptChecks || args === undefined);
	if (allowed.length < asked.length) findings.warn('check', ['--no-script-checks: its script checks are left out']);
	return allowed;
}

/**
 * The same service under another name. Its health is that of the first, which the agent repeats at once, maintenance
 * included, so that nothing is asked twice. It also goes with the first where Consul removes that one.
 */
function aliasOf(
	main: ServiceInstance,
	{ id, name }: Settled['aliases'][number],
	settings: InstanceSettings,
): ServiceInstance {
	const after = main.checks.find((check) => check.deregisterCriticalServiceAfter !== undefined);
	const check: Check = {
		id: checkIdOf(id, 'alias'),
		name: `Health of ${main.name}`,
		aliasService: main.id,
		...(after?.deregisterCriticalServiceAfter === undefined
			? {}
			: { deregisterCriticalServiceAfter: after.deregisterCriticalServiceAfter }),
	};
	return { ...main, id, name, checks: [check, ...ofTtlOption(id, settings)] };
}

const ofTtlOption = (id: ServiceId, { ttlSeconds, ttlRefreshMs }: InstanceSettings): readonly Check[] =>
	ttlSeconds > 0 ? [ttlCheck(id, ttlSeconds, ttlRefreshMs)] : [];
