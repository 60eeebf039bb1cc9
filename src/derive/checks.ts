import type { Check } from '../model.ts';
import type { HostPort } from './address.ts';
import { type CheckSubject, defaultInterval, hostPort, noAddress, type Probe, withService } from './check-subject.ts';
import { type RegistratorKey, registratorRows } from './labels/registrator-rows.ts';
import { isYes } from './metadata.ts';

/**
 * The one check that registrator's language can ask for (`SERVICE_CHECK_*`), with the differences D2, D4, D12, D15 and
 * D22. A value that cannot be is reported and falls back to its default; a check that cannot work is left out.
 */

type Values = Readonly<Record<string, string>>;

type Builder = { readonly key: RegistratorKey } & (
	| { readonly ask: (value: string, values: Values, at: HostPort) => Probe | string }
	| { readonly build: (value: string, subject: CheckSubject) => Probe | string }
);

/** Only the path is the container's to say; a leading slash keeps `@elsewhere/` from becoming the host. */
function urlProbe(scheme: string, path: string, at: HostPort): Probe | string {
	// A URL with one of these is refused by Consul's HTTP client on every run of the check.
	if (/[\p{Cc} ]/u.test(path)) return 'the path contains spaces or control characters';
	return { http: `${scheme}://${hostPort(at)}${path.startsWith('/') ? '' : '/'}${path}` };
}

const method = (value: string | undefined): Probe => (value ? { method: value } : {});
const skipVerify = (values: Values): Probe => (isYes(values['check_tls_skip_verify']) ? { tlsSkipVerify: true } : {});
const merged = (probe: Probe | string, more: Probe): Probe | string =>
	typeof probe === 'string' ? probe : { ...probe, ...more };

/** In registrator's order: the first that is asked for counts. */
const builders: readonly Builder[] = [
	{
		key: 'check_http',
		ask: (path, values, at) => merged(urlProbe('http', path, at), method(values['check_http_method'])),
	},
	{
		key: 'check_https',
		ask: (path, values, at) =>
			merged(urlProbe('https', path, at), { ...method(values['check_https_method']), ...skipVerify(values) }),
	},
	{
		key: 'check_cmd',
		build: (command, { containerId, exposedPort }) => ({
			args: ['check-cmd', containerId.slice(0, 12), exposedPort, command],
		}),
	},
	{
		key: 'check_script',
		ask: (script, _, at) => ({ args: ['sh', '-c', withService(script, at)] }),
	},
	{
		key: 'check_ttl',
		build: (ttl) => (isGood('check_ttl', ttl) ? { ttl } : `the value is not ${registratorRows.check_ttl.kind.rule}`),
	},
	{ key: 'check_tcp', ask: (_, __, at) => ({ tcp: hostPort(at) }) },
	{
		key: 'check_grpc',
		ask: (_, values, at) => ({
			grpc: hostPort(at),
			...(isYes(values['check_grpc_use_tls']) ? { grpcUseTls: true, ...skipVerify(values) } : {}),
		}),
	},
];

const isGood = (key: RegistratorKey, value: string): boolean => registratorRows[key].kind.parse(value) !== undefined;

/** For these the value says yes or no; for the others it is a path, a command or a duration, and only its absence means no. */
const switches: ReadonlySet<RegistratorKey> = new Set(['check_tcp', 'check_grpc']);
const isAsked = (key: RegistratorKey, value: string | undefined): value is string =>
	value !== undefined && value !== '' && (!switches.has(key) || isYes(value));

const builderFor = (values: Values): Builder | undefined => builders.find(({ key }) => isAsked(key, values[key]));

/** Which key asks for the check. */
export const legacyCheckKey = (values: Values): RegistratorKey | undefined => builderFor(values)?.key;

export function legacyCheck(
	values: Values,
	subject: CheckSubject,
): { readonly check: Check | undefined; readonly warnings: readonly string[] } {
	const builder = builderFor(values);
	if (builder === undefined) return { check: undefined, warnings: [] };
	const warnings: string[] = [];
	const name = (key: string): string => `SERVICE_${key.toUpperCase()}`;
	const probe = probeOf(builder, values, subject);
	if (typeof probe === 'string')
		return { check: undefined, warnings: [`${name(builder.key)}: ${probe}; the check is left out`] };
	/** The value if it is good, nothing if it is absent, nothing and a warning if it is bad. */
	const valid = (key: RegistratorKey): string | undefined => {
		const value = values[key];
		if (value === undefined || value === '') return undefined;
		if (isGood(key, value)) return value;
		warnings.push(`${name(key)}: the value is not ${registratorRows[key].kind.rule}; the default is used`);
		return undefined;
	};
	const timing: Probe =
		probe.ttl === undefined
			? { interval: valid('check_interval') ?? defaultInterval, ...given('timeout', valid('check_timeout')) }
			: {};
	const check: Check = {
		id: `service:${subject.id}`,
		name: `Service '${subject.name}' check`,
		...probe,
		...timing,
		...given('status', valid('check_initial_status')),
		...given('deregisterCriticalServiceAfter', valid('check_deregister_after')),
	};
	return { check, warnings };
}

function probeOf(builder: Builder, values: Values, subject: CheckSubject): Probe | string {
	const value = values[builder.key] ?? '';
	if ('build' in builder) return builder.build(value, subject);
	return subject.at === undefined ? noAddress : builder.ask(value, values, subject.at);
}

const given = <K extends keyof Probe>(key: K, value: string | undefined): Probe =>
	value === undefined ? {} : { [key]: value };
