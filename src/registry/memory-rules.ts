import type { CheckBody, RegisterBody } from './consul-body.ts';

/** What a Consul agent refuses, in its own words; measured with 1.8.7. */
export interface Refusal {
	readonly status: number;
	readonly text: string;
}

const runByInterval = ['HTTP', 'TCP', 'UDP', 'GRPC', 'H2PING', 'Args'] as const satisfies readonly (keyof CheckBody)[];
const statuses = ['passing', 'warning', 'critical'];
const anyAddresses = ['0.0.0.0', '::', '[::]'];

type Rule<T> = readonly [breaks: (value: T) => boolean, text: string];

const serviceRules: readonly Rule<RegisterBody>[] = [
	[({ Name }) => Name === '', 'Missing service name'],
	[({ Address }) => anyAddresses.includes(Address), 'Invalid service address'],
	[({ Weights }) => Weights.Passing < 1, 'Invalid Weights: Passing must be greater than 0'],
	[({ Weights }) => Weights.Warning < 0, 'Invalid Weights: Warning must be greater or equal than 0'],
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
		(check) => isRun(check) && check.Interval === undefined,
		'Invalid check: Interval must be > 0 for Script, HTTP, or TCP checks',
	],
	[(check) => !isRun(check) && check.TTL === undefined, 'Invalid check: TTL must be > 0 for TTL checks'],
];

const isRun = (check: CheckBody): boolean => runByInterval.some((field) => check[field] !== undefined);

/** The first rule that a registration breaks, `undefined` if the agent would take it. */
export function refusalOf(body: RegisterBody, allowsScripts: boolean): Refusal | undefined {
	const text =
		serviceRules.find(([breaks]) => breaks(body))?.[1] ?? checkRules.find(([breaks]) => body.Checks.some(breaks))?.[1];
	if (text !== undefined) return { status: 400, text };
	if (allowsScripts || body.Checks.every(({ Args }) => Args === undefined)) return undefined;
	return {
		status: 500,
		text: "Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or 'enable_local_script_checks' to true",
	};
}
