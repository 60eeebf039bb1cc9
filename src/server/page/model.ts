import type { Explanation } from '../../explain/explanation.ts';
import type { HealthCheck } from '../health.ts';

/** What the page shows; times in milliseconds since the epoch. Whatever is secret is masked by then. */
export interface PageModel {
	readonly now: number;
	readonly host: HostModel;
	/** The checks of /readyz that fail. */
	readonly failing: readonly HealthCheck[];
	readonly standing: Standing;
	/** The end of the last full pass that went well; 0 for none. */
	readonly lastPassAt: number;
	readonly speed: readonly Bucket[];
	readonly containers: readonly ContainerModel[];
}

export interface HostModel {
	readonly hostname: string | undefined;
	readonly owner: string | undefined;
	readonly version: string;
	readonly isDryRun: boolean;
}

/**
 * `in-sync`: what is wanted is registered. `catching-up`: the rest is under way. `out-of-sync`: something keeps it from
 * getting there. `starting`: nobody knows yet.
 */
export interface Standing {
	readonly state: 'starting' | 'in-sync' | 'catching-up' | 'out-of-sync';
	readonly since: number;
}

/** How many events were registered within so many seconds, those of smaller buckets included. */
export interface Bucket {
	/** `Infinity` for the last, which holds all. */
	readonly seconds: number;
	readonly count: number;
}

export interface ContainerModel {
	/** What its URL is made of: its name, or what is known of it instead. */
	readonly name: string;
	/** `undefined` where the engine does not know it (any more). */
	readonly id: string | undefined;
	readonly startedAt: number | undefined;
	readonly isRunning: boolean;
	readonly services: readonly ServiceModel[];
	/** Why a port, or all of it, has no service. */
	readonly omitted: readonly OmittedModel[];
	readonly warnings: readonly string[];
}

export interface OmittedModel {
	readonly port: string | undefined;
	readonly reason: string;
	readonly detail: string;
}

/** `kept`: deletes that the user's options rule out, which is as wanted. */
export type ServiceState =
	| 'registered'
	| 'pending'
	| 'conflict'
	| 'contested'
	| 'flapping'
	| 'held'
	| 'kept'
	| 'orphaned'
	| 'failed';

export interface ServiceModel {
	readonly id: string;
	readonly name: string;
	readonly address: string;
	readonly port: number;
	readonly tags: readonly string[];
	readonly meta: Readonly<Record<string, string>>;
	readonly state: ServiceState;
	/** Why it is not registered, or still is. */
	readonly reason: string | undefined;
	readonly maintenance: string | undefined;
	readonly checks: readonly CheckModel[];
}

export interface CheckModel {
	readonly name: string;
	/** As Consul has it; `undefined` where it was not read. */
	readonly status: string | undefined;
	readonly output: string;
}

/** One container's story, beside what the overview has of it. */
export interface StoryModel {
	readonly page: PageModel;
	/** `undefined` where there is none of that name. */
	readonly container: ContainerModel | undefined;
	/** Looked up anew; `undefined` where there is nothing to explain. */
	readonly explanation: Explanation | undefined;
	/** Why it could not be explained, or what else might be meant. */
	readonly trouble: { readonly text: string; readonly near: readonly string[] } | undefined;
	/** What happened to it, the newest first. */
	readonly history: readonly HappeningModel[];
}

export interface HappeningModel {
	readonly at: number;
	readonly text: string;
	readonly tone: 'good' | 'warn' | 'bad' | undefined;
}
