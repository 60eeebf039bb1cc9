/**
 * The words of the program, one type per concept. Data only: no file below imports a package, and nothing here does
 * anything. docs/architecture.md explains how they hang together.
 */

/** Docker's 64 hexadecimal digits. */
export type ContainerId = string;

/** A service instance's id in the agent, for instance `u1:redis.0:6379`. */
export type ServiceId = string;

/** Where a published port can be reached on the host. Docker writes the port as text and leaves `hostIp` empty at will. */
export interface PortBinding {
	readonly hostIp: string;
	readonly hostPort: number;
}

/** A container's end of one network; empty strings where it has no address of that family. */
export interface Endpoint {
	readonly ipv4: string;
	readonly ipv6: string;
}

/** What Docker's HEALTHCHECK of a container says. */
export interface Health {
	readonly status: 'starting' | 'healthy' | 'unhealthy';
	/** What the last probe printed. */
	readonly output: string;
}

/** What Docker says of one container: the part of `docker inspect` that anything here depends on. */
export interface Container {
	readonly id: ContainerId;
	/** Without Docker's leading slash. */
	readonly name: string;
	/** The image as it was asked for: `redis`, `host:5000/team/app:1.2`, `…@sha256:…` or a bare `sha256:…`. */
	readonly image: string;
	/** `sha256:` and 64 digits: what `image` resolved to. */
	readonly imageId: string;
	/** RFC 3339, as Docker wrote it. */
	readonly createdAt: string;
	readonly startedAt: string;
	/** Running, paused included; a container waiting for its restart policy is not. */
	readonly running: boolean;
	readonly isPaused?: boolean;
	/** Absent where it has no HEALTHCHECK. */
	readonly health?: Health;
	/** As configured: a name with or without `SIG`, or a number; empty or absent for TERM. */
	readonly stopSignal?: string;
	readonly exitCode: number;
	readonly oomKilled: boolean;
	/** `KEY=value`, in Docker's order; a key may occur twice. */
	readonly env: readonly string[];
	readonly labels: Readonly<Record<string, string>>;
	/** `default`, `bridge`, `host`, `none`, `container:<id>` or a network's name or id. */
	readonly networkMode: string;
	/** `6379/tcp`: what the image and the command line expose, whether published or not. */
	readonly exposed: readonly string[];
	/** `NetworkSettings.Ports`: a port that is absent is unknown to the network, an empty list is not published. */
	readonly ports: Readonly<Record<string, readonly PortBinding[]>>;
	readonly networks: Readonly<Record<string, Endpoint>>;
	/** Whether `--container-filter` hides it. */
	readonly isFilteredOut?: boolean;
	/** The inspect document itself, for `-tags` templates, which may name any of its fields. Never logged. */
	readonly inspect: unknown;
}

/** A health check, field by field as Consul documents it; durations in Go's form (`10s`). */
export interface Check {
	/** `service:<service id>` for the check of the old label language, as registrator's; stable, since an id that stays keeps its status. */
	readonly id: string;
	readonly name: string;
	readonly http?: string;
	readonly method?: string;
	readonly header?: Readonly<Record<string, readonly string[]>>;
	readonly body?: string;
	readonly disableRedirects?: boolean;
	readonly tcp?: string;
	readonly tcpUseTls?: boolean;
	readonly udp?: string;
	readonly grpc?: string;
	readonly grpcUseTls?: boolean;
	readonly h2ping?: string;
	readonly h2pingUseTls?: boolean;
	readonly args?: readonly string[];
	readonly dockerContainerId?: string;
	readonly shell?: string;
	/** The id of the service whose health it repeats. */
	readonly aliasService?: ServiceId;
	readonly ttl?: string;
	readonly interval?: string;
	readonly timeout?: string;
	readonly tlsSkipVerify?: boolean;
	readonly tlsServerName?: string;
	readonly status?: string;
	readonly notes?: string;
	readonly outputMaxSize?: number;
	readonly successBeforePassing?: number;
	readonly failuresBeforeWarning?: number;
	readonly failuresBeforeCritical?: number;
	readonly deregisterCriticalServiceAfter?: string;
	/**
	 * How often this daemon reports it, in milliseconds; absent where it need not. This and the next are ours to know and not
	 * Consul's, so they are no part of what is registered.
	 */
	readonly beatMs?: number;
	/** What the check is to say now, where this daemon says it. A service that is new begins with it. */
	readonly report?: CheckReport;
}

export type CheckStatus = 'passing' | 'warning' | 'critical';

export interface CheckReport {
	readonly status: CheckStatus;
	readonly output: string;
}

/** How a check stands in the agent. */
export interface CheckState {
	readonly status: string;
	readonly output: string;
	/** The reason, where it is a maintenance. */
	readonly notes: string;
}

/** The checks of one service by their ids. */
export type CheckStates = ReadonlyMap<string, CheckState>;

export interface Weights {
	readonly passing: number;
	readonly warning: number;
}

/** One more address of a service, for those who see it from elsewhere. */
export interface TaggedAddress {
	readonly address: string;
	readonly port: number;
}

/** What an agent stores of a service and can give back. */
interface ServiceFields {
	readonly id: ServiceId;
	readonly name: string;
	readonly address: string;
	readonly port: number;
	/** In the user's order; compared as a set. */
	readonly tags: readonly string[];
	/** The user's pairs, without the stamp. */
	readonly meta: Readonly<Record<string, string>>;
	readonly weights: Weights;
	readonly enableTagOverride: boolean;
	/** By Consul's names for them: `lan`, `wan`, `lan_ipv6` …; absent where there are none. */
	readonly taggedAddresses?: Readonly<Record<string, TaggedAddress>>;
}

/** One port of a container as we want it registered: the desired state. */
export interface ServiceInstance extends ServiceFields {
	/** Whether the id was set by label or variable; one that was not cannot be somebody else's by accident. */
	readonly labelledId: boolean;
	readonly checks: readonly Check[];
	/** Why we want it in maintenance; absent where we do not. Beside the registration, as the reports of checks are. */
	readonly maintenance?: string;
}

/** Who registered a service, for which container, and as what. Four pairs in its Meta. */
export interface Stamp {
	readonly owner: string;
	/** The id from Docker's `/info`, or `none` where the engine has no stable one. */
	readonly engine: string;
	readonly containerId: ContainerId;
	/** A hash over the whole wanted registration: the agent cannot give a check's definition back. */
	readonly spec: string;
	/**
	 * A fingerprint of the ACL token it was registered with: the agent keeps an entry in step with the servers by that token, and
	 * does not tell which it is. Absent where there is none, or none that can be known.
	 */
	readonly token?: string;
}

/** One service as the agent holds it: the observed state. */
export interface Registration extends ServiceFields {
	/** Empty for an ordinary service; `connect-proxy` and the like are never ours. */
	readonly kind: string;
	readonly stamp: Stamp | undefined;
}

/** What differs between a service instance and a registration. `missing` and `orphaned` stand for the whole of it. */
export type Field = keyof ServiceFields | 'stamp' | 'spec' | 'checks' | 'missing' | 'orphaned';

export interface Drift {
	readonly field: Field;
	readonly desired: unknown;
	readonly observed: unknown;
}
