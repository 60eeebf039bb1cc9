import { parseDuration } from '../duration.ts';
import type { Check } from '../model.ts';
import type { HostPort } from './address.ts';
import { type CheckSubject, defaultInterval, hostPort, noAddress, type Probe, withService } from './check-subject.ts';
import { beatsPerTtl, checkIdOf } from './kept-checks.ts';
import {
	type CheckValues,
	headerRow,
	type OptionKey,
	optionRows,
	type ProbeKey,
	probeRows,
	timedProbes,
} from './labels/check-rows.ts';

/**
 * The checks of `reconsul.check.<name>.…`, as many as there are names. The host of every check is where reconsul found the
 * container, and no value can make it another: of a URL only the path is said, of an address only which of the container's
 * ports, and a container to look into is the container itself.
 */

type Asked<K extends ProbeKey> = Exclude<NonNullable<CheckValues[K]>, false>;
type ProbeOf<K extends ProbeKey> = (
	value: Asked<K>,
	subject: CheckSubject & { readonly at: HostPort },
) => Probe | string;

/** A path of `true` is the shortest there is. */
const path = (value: string | boolean): string => (typeof value === 'string' ? value : '/');

function portProbe(field: 'tcp' | 'udp') {
	return (value: number | boolean, { at, portAt }: CheckSubject & { readonly at: HostPort }): Probe | string => {
		const target = typeof value === 'number' ? portAt(value, field) : at;
		return target === undefined
			? 'it names a port of the container that is not published'
			: { [field]: hostPort(target) };
	};
}

const probes: { readonly [K in ProbeKey]: ProbeOf<K> } = {
	http: (value, { at }) => ({ http: `http://${hostPort(at)}${path(value)}` }),
	https: (value, { at }) => ({ http: `https://${hostPort(at)}${path(value)}` }),
	tcp: portProbe('tcp'),
	udp: portProbe('udp'),
	grpc: (value, { at }) => ({ grpc: `${hostPort(at)}${typeof value === 'string' ? `/${value}` : ''}` }),
	h2ping: (_, { at }) => ({ h2ping: hostPort(at) }),
	args: (value, { at }) => ({ args: value.map((word) => withService(word, at)) }),
	ttl: (ttl) => ({ ttl }),
	alias_service: (aliasService) => ({ aliasService }),
};

const probeKeys = Object.keys(probeRows) as readonly ProbeKey[];
const optionEntries = Object.entries(optionRows) as readonly (readonly [OptionKey, (typeof optionRows)[OptionKey]])[];
const isTimed = (kind: ProbeKey): boolean => timedProbes.some((timed) => timed === kind);
/** A program asks nobody unless it is told the address. */
const needsAddress = (kind: ProbeKey, { args }: CheckValues): boolean =>
	kind === 'args' ? (args || []).some((word) => word.includes('$SERVICE_')) : isTimed(kind);

/** One check, or nothing where it was asked not to be; what is wrong goes to `warn`, without the check's name. */
function checkOf(values: CheckValues, subject: CheckSubject, warn: (problem: string) => void): Probe | undefined {
	const asked = probeKeys.filter((key) => values[key] !== undefined && values[key] !== false);
	const [kind] = asked;
	if (kind === undefined || asked.length > 1) {
		const isOff = asked.length === 0 && probeKeys.some((key) => values[key] === false);
		const problem = asked.length > 1 ? `${asked.join(' and ')} are different checks` : 'nothing says what it asks';
		if (!isOff) warn(`${problem}; the check is left out`);
		return undefined;
	}
	const probe = probeFor(kind, values, subject);
	const container = values.docker_container_id;
	const isElsewhere = kind === 'args' && container !== undefined && !isOwnContainer(container, subject);
	const flaw = isElsewhere ? 'docker_container_id is true, or the id of the container itself' : probe;
	if (typeof flaw === 'string') {
		warn(`${flaw}; the check is left out`);
		return undefined;
	}
	return { ...flaw, ...optionsOf(kind, values, subject, warn) };
}

function probeFor(kind: ProbeKey, values: CheckValues, subject: CheckSubject): Probe | string {
	if (subject.at === undefined && needsAddress(kind, values)) return noAddress;
	// One without an address asks for none.
	const at = subject.at ?? { address: '', port: 0 };
	// The table pairs every kind with the values it takes, which the compiler cannot see through a name.
	const build = probes[kind] as ProbeOf<ProbeKey>;
	return build(values[kind] as never, { ...subject, at });
}

const isOwnContainer = (value: boolean | string, { containerId }: CheckSubject): boolean =>
	typeof value === 'boolean' || containerId.startsWith(value);

/** What Consul does anyway is not sent, since an older agent refuses a field that it does not know, whatever its value. */
const isDefault = (key: OptionKey, value: unknown): boolean =>
	key === 'h2ping_use_tls' ? value === true : value === false || value === 0;

function optionsOf(
	kind: ProbeKey,
	values: CheckValues,
	{ containerId }: CheckSubject,
	warn: (problem: string) => void,
): Partial<Check> {
	const options: Record<string, unknown> = {
		...(isTimed(kind) ? { interval: defaultInterval } : {}),
		// Consul begins a TTL check as critical, and nobody would see to it until the first beat.
		...(kind === 'ttl' && values.heartbeat === true ? { status: 'passing' } : {}),
	};
	const isFor = (key: string, of: readonly ProbeKey[]): boolean => {
		const fits = of.includes(kind);
		if (!fits) warn(`${key} says nothing to a check of ${kind}; it is ignored`);
		return fits;
	};
	for (const [key, { field, of }] of optionEntries)
		if (values[key] !== undefined && isFor(key, of) && !isDefault(key, values[key])) options[field] = values[key];
	const { header } = values;
	if (header !== undefined && isFor('header', headerRow.of))
		options['header'] = Object.fromEntries(Object.entries(header).map(([name, value]) => [name, [value]]));
	if (options['beatMs'] !== undefined) options['beatMs'] = (parseDuration(values.ttl || '') ?? 0) / beatsPerTtl;
	if (options['dockerContainerId'] !== undefined) options['dockerContainerId'] = containerId;
	// Consul refuses the whole service for it.
	if (Number(options['failuresBeforeWarning'] ?? 0) > Number(options['failuresBeforeCritical'] ?? 0)) {
		warn('failures_before_warning is more than failures_before_critical; it is ignored');
		delete options['failuresBeforeWarning'];
	}
	return options;
}

export function labelChecks(
	labels: ReadonlyMap<string, CheckValues>,
	subject: CheckSubject,
): { readonly checks: readonly Check[]; readonly warnings: readonly string[] } {
	const warnings: string[] = [];
	const checks = [...labels].flatMap(([name, values]): readonly Check[] => {
		const probe = checkOf(values, subject, (problem) => warnings.push(`reconsul.check.${name}: ${problem}`));
		return probe === undefined ? [] : [{ id: checkIdOf(subject.id, name), name, ...probe }];
	});
	return { checks, warnings };
}
