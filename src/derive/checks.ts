import { isIPv6 } from 'node:net';
import { parseDuration } from '../duration.ts';
import type { Check, ServiceId } from '../model.ts';
import { isYes } from './metadata.ts';

/**
 * The one check that registrator's language can ask for (`SERVICE_CHECK_*`), with the differences D2, D4, D12, D15 and
 * D22. A value that cannot be is reported and falls back to its default; a check that cannot work is left out.
 */

export interface CheckSubject {
	readonly id: ServiceId;
	readonly name: string;
	readonly address: string;
	readonly port: number;
	readonly containerId: string;
	/** The port inside the container, as text. */
	readonly exposedPort: string;
}

type Values = Readonly<Record<string, string>>;
type Probe = Omit<Check, 'id' | 'name'>;

interface Builder {
	readonly key: string;
	readonly build: (value: string, values: Values, subject: CheckSubject) => Probe | string;
}

const defaultInterval = '10s';
const statuses = ['passing', 'warning', 'critical'];

const hostPort = ({ address, port }: CheckSubject): string => `${isIPv6(address) ? `[${address}]` : address}:${port}`;

/** Only the path is the container's to say; a leading slash keeps `@elsewhere/` from becoming the host. */
function urlProbe(scheme: string, path: string, subject: CheckSubject): Probe | string {
	// A URL with one of these is refused by Consul's HTTP client on every run of the check.
	if (/[\p{Cc} ]/u.test(path)) return 'the path contains spaces or control characters';
	return { http: `${scheme}://${hostPort(subject)}${path.startsWith('/') ? '' : '/'}${path}` };
}

const method = (value: string | undefined): Probe => (value ? { method: value } : {});
const skipVerify = (values: Values): Probe => (isYes(values['check_tls_skip_verify']) ? { tlsSkipVerify: true } : {});
const merged = (probe: Probe | string, more: Probe): Probe | string =>
	typeof probe === 'string' ? probe : { ...probe, ...more };

/** In registrator's order: the first that is asked for counts. */
const builders: readonly Builder[] = [
	{
		key: 'check_http',
		build: (path, values, subject) => merged(urlProbe('http', path, subject), method(values['check_http_method'])),
	},
	{
		key: 'check_https',
		build: (path, values, subject) =>
			merged(urlProbe('https', path, subject), { ...method(values['check_https_method']), ...skipVerify(values) }),
	},
	{
		key: 'check_cmd',
		build: (command, _, { containerId, exposedPort }) => ({
			args: ['check-cmd', containerId.slice(0, 12), exposedPort, command],
		}),
	},
	{
		key: 'check_script',
		build: (script, _, { address, port }) => ({
			args: ['sh', '-c', script.replaceAll('$SERVICE_IP', () => address).replaceAll('$SERVICE_PORT', String(port))],
		}),
	},
	{
		key: 'check_ttl',
		build: (ttl) => (isPositive(ttl) ? { ttl } : 'the value is not a duration such as 30s'),
	},
	{ key: 'check_tcp', build: (_, __, subject) => ({ tcp: hostPort(subject) }) },
	{
		key: 'check_grpc',
		build: (_, values, subject) => ({
			grpc: hostPort(subject),
			...(isYes(values['check_grpc_use_tls']) ? { grpcUseTls: true, ...skipVerify(values) } : {}),
		}),
	},
];

const isPositive = (duration: string): boolean => (parseDuration(duration) ?? 0) > 0;

/** For these the value says yes or no; for the others it is a path, a command or a duration, and only its absence means no. */
const switches: ReadonlySet<string> = new Set(['check_tcp', 'check_grpc']);
const isAsked = (key: string, value: string | undefined): value is string =>
	value !== undefined && value !== '' && (!switches.has(key) || isYes(value));

export function legacyCheck(
	values: Values,
	subject: CheckSubject,
): { readonly check: Check | undefined; readonly warnings: readonly string[] } {
	const builder = builders.find(({ key }) => isAsked(key, values[key]));
	if (builder === undefined) return { check: undefined, warnings: [] };
	const warnings: string[] = [];
	const name = (key: string): string => `SERVICE_${key.toUpperCase()}`;
	const probe = builder.build(values[builder.key] ?? '', values, subject);
	if (typeof probe === 'string')
		return { check: undefined, warnings: [`${name(builder.key)}: ${probe}; the check is left out`] };
	/** The value if it is good, nothing if it is absent, nothing and a warning if it is bad. */
	const valid = (key: string, isGood: (value: string) => boolean, rule: string): string | undefined => {
		const value = values[key];
		if (value === undefined || value === '') return undefined;
		if (isGood(value)) return value;
		warnings.push(`${name(key)}: the value is not ${rule}; the default is used`);
		return undefined;
	};
	const duration = (key: string): string | undefined => valid(key, isPositive, 'a duration such as 15s');
	const timing: Probe =
		probe.ttl === undefined
			? { interval: duration('check_interval') ?? defaultInterval, ...given('timeout', duration('check_timeout')) }
			: {};
	const check: Check = {
		id: `service:${subject.id}`,
		name: `Service '${subject.name}' check`,
		...probe,
		...timing,
		...given(
			'status',
			valid('check_initial_status', (value) => statuses.includes(value), statuses.join(', ')),
		),
		...given('deregisterCriticalServiceAfter', duration('check_deregister_after')),
	};
	return { check, warnings };
}

/**
 * The check that `-ttl` adds to every service: this daemon reports it as passing, so a service whose host or daemon died goes
 * critical. Passing from the start, since Consul begins a TTL check as critical (difference D23).
 */
export const ttlCheck = (service: ServiceId, seconds: number): Check => ({
	id: ttlCheckId(service),
	name: 'Kept alive by reconsul',
	ttl: `${seconds}s`,
	status: 'passing',
});

export const ttlCheckId = (service: ServiceId): string => `reconsul:${service}:ttl`;

const given = <K extends keyof Probe>(key: K, value: string | undefined): Probe =>
	value === undefined ? {} : { [key]: value };
