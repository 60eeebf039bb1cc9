import type { Check, ServiceId, ServiceInstance, Stamp } from '../model.ts';

/** The four pairs of Meta that say who registered a service. */
export const stampKeys = {
	owner: 'reconsul-owner',
	engine: 'reconsul-engine',
	containerId: 'reconsul-container',
	spec: 'reconsul-spec',
} as const satisfies Record<keyof Stamp, string>;

/** Our field names and Consul's. An agent refuses the whole body for one field it does not know, so only what is set is sent. */
const checkFields = {
	id: 'CheckID',
	name: 'Name',
	http: 'HTTP',
	method: 'Method',
	header: 'Header',
	body: 'Body',
	tcp: 'TCP',
	udp: 'UDP',
	grpc: 'GRPC',
	grpcUseTls: 'GRPCUseTLS',
	h2ping: 'H2PING',
	args: 'Args',
	ttl: 'TTL',
	interval: 'Interval',
	timeout: 'Timeout',
	tlsSkipVerify: 'TLSSkipVerify',
	tlsServerName: 'TLSServerName',
	status: 'Status',
	deregisterCriticalServiceAfter: 'DeregisterCriticalServiceAfter',
} as const satisfies Record<keyof Check, string>;

export type CheckBody = { readonly [K in keyof Check as (typeof checkFields)[K]]?: Check[K] };

export interface RegisterBody {
	readonly ID: string;
	readonly Name: string;
	readonly Address: string;
	readonly Port: number;
	readonly Tags: readonly string[];
	readonly Meta: Readonly<Record<string, string>>;
	readonly Weights: { readonly Passing: number; readonly Warning: number };
	readonly EnableTagOverride: boolean;
	readonly Checks: readonly CheckBody[];
}

const fieldNames = Object.entries(checkFields) as readonly (readonly [keyof Check, string])[];

const checkBody = (check: Check): CheckBody =>
	Object.fromEntries(
		fieldNames.filter(([ours]) => check[ours] !== undefined).map(([ours, theirs]) => [theirs, check[ours]]),
	);

/** The body of `PUT /agent/service/register`. */
export const registerBody = (service: ServiceInstance, stamp: Stamp): RegisterBody => ({
	ID: service.id,
	Name: service.name,
	Address: service.address,
	Port: service.port,
	Tags: service.tags,
	Meta: {
		...service.meta,
		[stampKeys.owner]: stamp.owner,
		[stampKeys.engine]: stamp.engine,
		[stampKeys.containerId]: stamp.containerId,
		[stampKeys.spec]: stamp.spec,
	},
	Weights: { Passing: service.weights.passing, Warning: service.weights.warning },
	EnableTagOverride: service.enableTagOverride,
	Checks: service.checks.map(checkBody),
});

/** Whether a check of the service has an id of the forms we give; all others are other people's or the agent's. */
export const isOurCheckId = (checkId: string, service: ServiceId): boolean =>
	checkId === `service:${service}` || checkId.startsWith(`reconsul:${service}:`);
