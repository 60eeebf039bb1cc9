import type {
	Check,
	CheckReport,
	Registration,
	ServiceId,
	ServiceInstance,
	Stamp,
	TaggedAddress,
} from '../../model.ts';

/** The four pairs of Meta that say who registered a service. */
export const stampKeys = {
	owner: 'reconsul-owner',
	engine: 'reconsul-engine',
	containerId: 'reconsul-container',
	spec: 'reconsul-spec',
} as const satisfies Record<Exclude<keyof Stamp, 'token'>, string>;

/** What a heartbeat says. Constant, since an output that changes is one more write to the catalog. */
export const itRuns: CheckReport = { status: 'passing', output: 'the container runs' };

/** Our field names and Consul's. An agent refuses the whole body for one field it does not know, so only what is set is sent. */
const checkFields = {
	id: 'CheckID',
	name: 'Name',
	http: 'HTTP',
	method: 'Method',
	header: 'Header',
	body: 'Body',
	disableRedirects: 'DisableRedirects',
	tcp: 'TCP',
	tcpUseTls: 'TCPUseTLS',
	udp: 'UDP',
	grpc: 'GRPC',
	grpcUseTls: 'GRPCUseTLS',
	h2ping: 'H2PING',
	h2pingUseTls: 'H2PingUseTLS',
	args: 'Args',
	dockerContainerId: 'DockerContainerID',
	shell: 'Shell',
	aliasService: 'AliasService',
	ttl: 'TTL',
	interval: 'Interval',
	timeout: 'Timeout',
	tlsSkipVerify: 'TLSSkipVerify',
	tlsServerName: 'TLSServerName',
	status: 'Status',
	notes: 'Notes',
	outputMaxSize: 'OutputMaxSize',
	successBeforePassing: 'SuccessBeforePassing',
	failuresBeforeWarning: 'FailuresBeforeWarning',
	failuresBeforeCritical: 'FailuresBeforeCritical',
	deregisterCriticalServiceAfter: 'DeregisterCriticalServiceAfter',
} as const satisfies Record<SentField, string>;

type SentField = Exclude<keyof Check, 'beatMs' | 'report'>;
export type CheckBody = { readonly [K in SentField as (typeof checkFields)[K]]?: Check[K] };

export interface RegisterBody {
	readonly ID: string;
	readonly Name: string;
	readonly Address: string;
	readonly Port: number;
	readonly Tags: readonly string[];
	readonly Meta: Readonly<Record<string, string>>;
	readonly Weights: { readonly Passing: number; readonly Warning: number };
	readonly EnableTagOverride: boolean;
	readonly TaggedAddresses?: Readonly<Record<string, { readonly Address: string; readonly Port: number }>>;
	readonly Checks: readonly CheckBody[];
}

export type ReleaseBody = Omit<RegisterBody, 'Checks'>;

const fieldNames = Object.entries(checkFields) as readonly (readonly [SentField, string])[];

const checkBody = ({ report, ...check }: Check): CheckBody => {
	const sent: Check = report === undefined ? check : { ...check, status: report.status };
	return Object.fromEntries(
		fieldNames.filter(([ours]) => sent[ours] !== undefined).map(([ours, theirs]) => [theirs, sent[ours]]),
	);
};

/** The body of `PUT /agent/service/register`. */
export const registerBody = (service: ServiceInstance, stamp: Stamp): RegisterBody => ({
	...fieldsBody(service, {
		[stampKeys.owner]: stamp.owner,
		[stampKeys.engine]: stamp.engine,
		[stampKeys.containerId]: stamp.containerId,
		[stampKeys.spec]: specPair(stamp),
	}),
	Checks: service.checks.map(checkBody),
});

/** In one pair with the spec: a fifth would be one too many for a service that has 60 of its own. */
const specPair = ({ spec, token }: Stamp): string => (token === undefined ? spec : `${spec}-${token}`);

/** The two parts of that pair. */
export function readSpecPair(text: string): Pick<Stamp, 'spec' | 'token'> {
	const [, spec, token] = /^(\d+-[0-9a-f]{16})-([0-9a-f]+)$/.exec(text) ?? [];
	return spec === undefined || token === undefined ? { spec: text } : { spec, token };
}

/** The body that leaves a service as it is, its checks included, but for our stamp. */
export const releaseBody = (found: Registration): ReleaseBody => fieldsBody(found, {});

const fieldsBody = (fields: ServiceInstance | Registration, stamp: Readonly<Record<string, string>>): ReleaseBody => ({
	ID: fields.id,
	Name: fields.name,
	Address: fields.address,
	Port: fields.port,
	Tags: fields.tags,
	Meta: { ...fields.meta, ...stamp },
	Weights: { Passing: fields.weights.passing, Warning: fields.weights.warning },
	EnableTagOverride: fields.enableTagOverride,
	...taggedBody(fields.taggedAddresses),
});

const taggedBody = (
	addresses: Readonly<Record<string, TaggedAddress>> | undefined,
): Pick<RegisterBody, 'TaggedAddresses'> =>
	addresses === undefined
		? {}
		: {
				TaggedAddresses: Object.fromEntries(
					Object.entries(addresses).map(([tag, { address, port }]) => [tag, { Address: address, Port: port }]),
				),
			};

/** Our name for a field of a check, by Consul's; `undefined` for one that is none. */
export const checkFieldNamed = (name: string): keyof Check | undefined =>
	fieldNames.find(([, theirs]) => theirs === name)?.[0];

/** Whether a check of the service has an id of the forms we give; all others are other people's or the agent's. */
export const isOurCheckId = (checkId: string, service: ServiceId): boolean =>
	checkId === `service:${service}` || isOnlyOurCheckId(checkId, service);

/** Whether it is one that registrator knows nothing of. */
export const isOnlyOurCheckId = (checkId: string, service: ServiceId): boolean =>
	checkId.startsWith(`reconsul:${service}:`);
