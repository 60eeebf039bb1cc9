import type { Clock } from '../clock.ts';
import type { DeriveSettings } from '../derive/derive.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { DeletePolicy } from '../plan/guard.ts';
import type { Ownership } from '../plan/ownership.ts';
import type { Registry } from '../registry/registry.ts';
import type { Reading, Source } from '../source/source.ts';

/** What the user asked for, as far as the controller is concerned. */
export interface Settings extends DeletePolicy {
	readonly derive: Omit<DeriveSettings, 'hostname' | 'selfId'>;
	readonly ownership: Pick<Ownership, 'formerHostnames' | 'takeOver' | 'cleanup'>;
	/** Empty for the operating system's. */
	readonly hostname: string;
	/** Empty for the host name. */
	readonly owner: string;
	/** The period of the full pass; 0 for none but those that something triggers. */
	readonly intervalMs: number;
	/** Workers on the queue. */
	readonly concurrency: number;
	/** Writes to the agent in a second; 0 for no limit. */
	readonly writesPerSecond: number;
	readonly isDryRun: boolean;
}

/** What every part of the controller works with. */
export interface Context {
	readonly settings: Settings;
	readonly source: Source;
	readonly registry: Registry;
	readonly clock: Clock;
	readonly log: Logger;
	readonly metrics: Metrics;
	/** Aborted when the daemon gives up waiting for what is in flight. */
	readonly signal: AbortSignal;
	/** Told how far a pass is with the containers, where somebody waits for it. */
	readonly reading?: Reading;
}
