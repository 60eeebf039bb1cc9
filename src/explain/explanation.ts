/**
 * What `reconsul explain --json` prints and `/api/explain/<container or service>` answers: everything about one container, in flat
 * lists that refer to each other by port and service id. Secrets are masked.
 */
export interface Explanation {
	/** One sentence: whether it is in Consul, and if not as wanted, why. */
	readonly answer: string;
	/** What to do about it, where there is something. */
	readonly remedy?: string | undefined;
	readonly verdict: Verdict;
	/** Who looked: the running daemon, or the command, which knows nothing of the past. */
	readonly by: 'daemon' | 'command';
	readonly owner: string;
	readonly hostname: string;
	readonly engine: string;
	/** Absent where the engine does not know it. */
	readonly container?: ExplainedContainer | undefined;
	/** By which rule the container is looked at, or is not. */
	readonly foundBy: string;
	readonly ports: readonly ExplainedPort[];
	readonly addresses: readonly ExplainedAddress[];
	readonly fields: readonly ExplainedField[];
	/** Labels and variables of either language that change nothing. */
	readonly unused: readonly { readonly label: string; readonly port?: string | undefined; readonly why: string }[];
	readonly services: readonly ExplainedService[];
	readonly checks: readonly ExplainedCheck[];
	readonly differences: readonly ExplainedDifference[];
	readonly warnings: readonly string[];
	/** By the running daemon's memory. */
	readonly lastWrite?: ExplainedWrite | undefined;
	readonly lastError?: { readonly at: string; readonly text: string; readonly times: number } | undefined;
	/** RFC 3339: when it is looked at again, whatever happens meanwhile. */
	readonly nextRetryAt?: string | undefined;
}

/** `in sync` where nothing would be written that a reader of Consul could notice. */
export type Verdict = 'in sync' | 'differs' | 'not registered';

export interface ExplainedContainer {
	readonly id: string;
	readonly name: string;
	readonly image: string;
	/** `running`, `paused`, `exited (137)` */
	readonly status: string;
	readonly startedAt: string;
	readonly network: string;
	/** What its HEALTHCHECK says; absent where it has none. */
	readonly health?: string | undefined;
}

export interface ExplainedPort {
	/** `80/tcp`; absent where it concerns the whole container. */
	readonly port?: string | undefined;
	/** `0.0.0.0:8080`, once for each binding. */
	readonly published: readonly string[];
	/** Which rule decides what is registered as its address. */
	readonly rule?: string | undefined;
	/** The service that it is; absent where it is none. */
	readonly service?: string | undefined;
	/** Why it is none: a word from a closed set, and in words. */
	readonly reason?: string | undefined;
	readonly detail?: string | undefined;
	readonly remedy?: string | undefined;
}

export interface ExplainedAddress {
	readonly port: string;
	readonly address: string;
	readonly hostPort: number;
	readonly source: string;
	readonly isChosen: boolean;
	readonly why: string;
}

export interface ExplainedField {
	readonly port: string;
	readonly field: string;
	readonly value: string;
	readonly from: string;
	/** Labels and variables that would count without that. */
	readonly over: readonly string[];
}

export interface ExplainedService {
	readonly id: string;
	readonly name: string;
	readonly address: string;
	readonly hostPort: number;
	/** `keep`, `register`, `adopt`, `change`, `remove`, `held`, `conflict`, `failed`: what a run would do now. */
	readonly action: string;
	readonly reason?: string | undefined;
	readonly tags: readonly string[];
	readonly meta: Readonly<Record<string, string>>;
	/** Why it is, or shall be, in maintenance. */
	readonly maintenance?: string | undefined;
}

export interface ExplainedCheck {
	readonly service: string;
	readonly id: string;
	readonly name: string;
	/** `http http://10.0.0.1:80/health every 10s`; absent for one that is not ours. */
	readonly asks?: string | undefined;
	readonly from?: string | undefined;
	/** As the agent has it; absent where it has none, or does not tell. */
	readonly status?: string | undefined;
	readonly output?: string | undefined;
}

export interface ExplainedDifference {
	readonly service: string;
	readonly field: string;
	readonly wanted: unknown;
	readonly found: unknown;
}

export interface ExplainedWrite {
	readonly at: string;
	readonly operation: string;
	readonly service: string;
	readonly because: readonly string[];
	readonly error?: string | undefined;
}

/** Nobody knows a container or a service of that name. */
export interface NotFound {
	readonly notFound: string;
	/** Names that are near, the nearest first. */
	readonly near: readonly string[];
}
