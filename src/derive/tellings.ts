import type { Check, ServiceId } from '../model.ts';
import type { Candidate, CandidateSettings, DescribedPort } from './candidates.ts';
import type { CheckSubject } from './check-subject.ts';
import { checkIdOf, healthCheckId } from './kept-checks.ts';
import type { RegistratorKey } from './labels/registrator-rows.ts';
import { isYes } from './metadata.ts';
import type { NamingSettings } from './service-name.ts';
import { parseTags } from './tags.ts';
import type { PortTrace } from './trace.ts';

/** What candidates.ts and instances.ts tell a trace: of each field which language says it. */

/** @param names `plainName` is the one without its port */
export function tellNames(
	port: DescribedPort,
	{ plainName, name, wantedId }: { readonly plainName: string; readonly name: string; readonly wantedId: string },
	settings: CandidateSettings,
	trace: PortTrace,
): void {
	trace.said('name', name, languageOfName(port), 'name', 'name', 'the image');
	if (name !== plainName) trace.choice('name suffix', name, whySuffix(port, plainName, settings));
	const language = (port.old.values['id'] ?? '') === '' ? undefined : 'registrator';
	const whichPort = settings.idPort === 'host' ? 'published' : "container's";
	trace.said('id', wantedId, language, 'id', 'id', `host name, container name and ${whichPort} port`);
}

const languageOfName = ({ old, labels }: DescribedPort): 'reconsul' | 'registrator' | undefined =>
	labels.service.name !== undefined ? 'reconsul' : (old.values['name'] ?? '') !== '' ? 'registrator' : undefined;

/** Registrator's rule is the one that surprises people. */
function whySuffix({ exposedPort }: DescribedPort, name: string, { naming, nameFor }: NamingSettings): string {
	if (nameFor !== undefined) return `--name-template makes it of ${name}`;
	if (naming === 'always-port') return `--naming=always-port adds the port to ${name}`;
	const remedy = `SERVICE_${exposedPort}_NAME or reconsul.${exposedPort}.name names this port alone`;
	return `the container has several ports, so the port follows ${name}; ${remedy}`;
}

/** @param daemonTags those of `-tags` */
export function tellFields(
	id: ServiceId,
	{ old, labels, protocol }: Candidate,
	trace: PortTrace,
	daemonTags: readonly string[],
): void {
	const { service } = labels;
	trace.service = id;
	const given = (value: unknown, oldKey: string): 'reconsul' | 'registrator' | undefined =>
		value !== undefined ? 'reconsul' : old.values[oldKey] === undefined ? undefined : 'registrator';
	const tags = service.tags ?? parseTags(old.values['tags'] ?? '');
	if (tags.length > 0) trace.said('tags', tags.join(', '), given(service.tags, 'tags'), 'tags', 'tags', '');
	if (daemonTags.length > 0) trace.choice('tags', daemonTags.join(', '), 'option -tags');
	if (protocol === 'udp') trace.choice('tags', 'udp', 'the protocol of the port');
	for (const key of ['weights.passing', 'weights.warning'] as const)
		if (service[key] !== undefined) trace.choice(key, String(service[key]), trace.labelOf(key) ?? '');
	const isOverridden = service.enable_tag_override ?? isYes(old.values['enable_tag_override']);
	const language = given(service.enable_tag_override, 'enable_tag_override');
	if (language !== undefined)
		trace.said('enable_tag_override', String(isOverridden), language, 'enable_tag_override', 'enable_tag_override', '');
}

/** @param meta as it is registered */
export function tellMeta(
	labelled: Readonly<Record<string, string>>,
	meta: Readonly<Record<string, string>>,
	trace: PortTrace,
): void {
	for (const [key, value] of Object.entries(meta)) {
		const language = Object.hasOwn(labelled, key) ? 'reconsul' : 'registrator';
		trace.said(`meta ${key}`, value, language, `meta.${key}`, key, '');
	}
}

interface Asked {
	readonly legacy: Check | undefined;
	/** That asks for it. */
	readonly key: RegistratorKey | undefined;
	readonly ofTtl: readonly Check[];
	readonly named: readonly Check[];
}

export function tellChecks(
	{ legacy, key = 'check_http', ofTtl, named }: Asked,
	{ id }: CheckSubject,
	trace: PortTrace,
): void {
	if (legacy !== undefined) trace.checks.set(legacy.id, trace.oldOf(key) ?? '');
	for (const check of ofTtl) trace.checks.set(check.id, 'option -ttl');
	for (const check of named) {
		const name = check.id.slice(checkIdOf(id, '').length);
		trace.checks.set(check.id, `labels reconsul.check.${name}.*`);
	}
	trace.checks.set(healthCheckId(id), "Docker's HEALTHCHECK of the container");
}
