import { isIPv4, isIPv6 } from 'node:net';
import { parseDuration } from '../duration.ts';
import type { CheckBody, RegisterBody } from './consul/body.ts';

/** What a Consul agent refuses, in its own words; measured with 1.8.7, and for newer fields read in Consul's source. */
export interface Refusal {
	readonly status: number;
	readonly text: string;
}

const runByInterval = ['HTTP', 'TCP', 'UDP', 'GRPC', 'H2PING'] as const satisfies readonly (keyof CheckBody)[];
const statuses = ['passing', 'warning', 'critical'];
const anyAddresses = ['0.0.0.0', '::', '[::]'];

type Rule<T> = readonly [breaks: (value: T) => boolean, text: string];

const serviceRules: readonly Rule<RegisterBody>[] = [
	[({ Name }) => Name === '', 'Missing service name'],
	[({ Address }) => anyAddresses.includes(Address), 'Invalid service address'],
	[({ Weights }) => Weights.Passing < 1, 'Invalid Weights: Passing must be greater than 0'],
	[({ Weights }) => Weights.Warning < 0, 'Invalid Weights: Warning must be greater or equal than 0'],
	[
		({ Weights }) => Math.max(Weights.Passing, Weights.Warning) > 65_535,
		'Invalid Weights: DNS Weight must be between 0 and 65535',
	],
	[
		({ Meta }) => Object.keys(Meta).length > 64,
		'Invalid Service Meta: Node metadata cannot contain more than 64 key/value pairs',
	],
	[({ Meta }) => Object.keys(Meta).some((key) => key === ''), 'Invalid Service Meta: Key cannot be blank'],
	[
		({ Meta }) => Object.keys(Meta).some((key) => /[^\w-]/.test(key)),
		'Invalid Service Meta: Key contains invalid characters',
	],
	[({ Meta }) => Object.keys(Meta).some((key) => key.length > 128), 'Invalid Service Meta: Key is too long'],
	[
		({ Meta }) => Object.keys(Meta).some((key) => key.startsWith('consul-')),
		'Invalid Service Meta: Key prefix is reserved',
	],
	[
		({ Meta }) => Object.values(Meta).some((value) => Buffer.byteLength(value) > 512),
		'Invalid Service Meta: Value is too long',
	],
];

const checkRules: readonly Rule<CheckBody>[] = [
	[
		({ Status }) => Status !== undefined && !statuses.includes(Status),
		"Status for checks must 'passing', 'warning', 'critical'",
	],
	[
		({ Interval, TTL }) => Interval !== undefined && TTL !== undefined,
		'Invalid check: Interval and TTL cannot both be specified',
	],
	[
		({ AliasService, TTL }) => isSet(AliasService) && isSet(TTL),
		'Invalid check: TTL must be not be set for Alias checks',
	],
	[(check) => isSet(check.AliasService) && isRun(check), 'Invalid check: Interval cannot be set for Alias checks'],
	[
		({ FailuresBeforeWarning = 0, FailuresBeforeCritical = 0 }) => FailuresBeforeWarning > FailuresBeforeCritical,
		"Invalid check: FailuresBeforeWarning can't be higher than FailuresBeforeCritical",
	],
	[
		(check) => isRun(check) && check.Interval === undefined,
		'Invalid check: Interval must be > 0 for Script, HTTP, or TCP checks',
	],
	[
		(check) => !isRun(check) && !isSet(check.AliasService) && check.TTL === undefined,
		'Invalid check: TTL must be > 0 for TTL checks',
	],
];

const isSet = (text: string | undefined): boolean => text !== undefined;
const durations = ['Interval', 'Timeout', 'TTL', 'DeregisterCriticalServiceAfter'] as const;

/** What does not even reach the rules. */
function decodingError({ Checks }: RegisterBody, lacks: readonly string[]): string | undefined {
	const unknown = Checks.flatMap((check) => Object.keys(check)).find((name) => lacks.includes(name));
	if (unknown !== undefined) return `json: unknown field "${unknown}"`;
	const isBad = Checks.some((check) =>
		durations.some((name) => check[name] !== undefined && parseDuration(check[name]) === undefined),
	);
	return isBad ? 'time: invalid duration' : undefined;
}

function taggedRefusal({ TaggedAddresses = {} }: RegisterBody): string | undefined {
	const bad = Object.entries(TaggedAddresses).find(
		([tag, { Address }]) => (tag.endsWith('_ipv4') && !isIPv4(Address)) || (tag.endsWith('_ipv6') && !isIPv6(Address)),
	);
	if (bad === undefined) return undefined;
	return `Service tagged address "${bad[0]}" must be a valid ${bad[0].slice(-4)} address`;
}

export interface Agent {
	/** Whether checks with `args` are taken. */
	readonly scripts?: boolean;
	/** Fields of checks that it is too old to know. */
	readonly lacks?: readonly string[];
}

const isRun = ({ Args, ...check }: CheckBody): boolean =>
	(Args ?? []).length > 0 || runByInterval.some((field) => check[field] !== undefined);

/** The first rule that a registration breaks, `undefined` if the agent would take it. */
export function refusalOf(body: RegisterBody, { scripts = false, lacks = [] }: Agent): Refusal | undefined {
	const undecoded = decodingError(body, lacks);
	if (undecoded !== undefined) return { status: 400, text: `Request decode failed: ${undecoded}` };
	const text =
		serviceRules.find(([breaks]) => breaks(body))?.[1] ?? checkRules.find(([breaks]) => body.Checks.some(breaks))?.[1];
	if (text !== undefined) return { status: 400, text };
	const tagged = taggedRefusal(body);
	if (tagged !== undefined) return { status: 500, text: tagged };
	if (scripts || body.Checks.every(({ Args }) => Args === undefined)) return undefined;
	return {
		status: 500,
		text: "Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or 'enable_local_script_checks' to true",
	};
}
