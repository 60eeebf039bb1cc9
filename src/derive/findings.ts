import type { PlacementFlaw } from './address.ts';
import type { MetaFlaw } from './meta.ts';
import type { Trace } from './trace.ts';

export type OmissionReason =
	| PlacementFlaw
	| 'not-running'
	| 'out-of-scope'
	| 'no-ports'
	| 'ignored'
	| 'not-explicit'
	| 'own-container'
	| 'bad-id'
	| 'duplicate-id'
	| 'not-healthy-yet'
	| 'draining';

export interface Omission {
	/** `80/tcp`, `undefined` where it concerns the whole container. */
	readonly port: string | undefined;
	readonly reason: OmissionReason;
	readonly detail: string;
}

export interface Warning {
	readonly code: 'label' | 'check' | 'tags' | 'name' | `meta-${MetaFlaw}`;
	/** Names keys, never values. */
	readonly text: string;
}

/** What is found on the way from a container to its services, beside the services. */
export class Findings {
	readonly omitted: Omission[] = [];
	readonly warnings: Warning[] = [];
	readonly retries: number[] = [];
	/** Where somebody asks why. */
	readonly trace: Trace | undefined;

	constructor(trace?: Trace) {
		this.trace = trace;
	}

	omit(port: string | undefined, reason: OmissionReason, detail: string): void {
		this.omitted.push({ port, reason, detail });
	}

	warn(code: Warning['code'], texts: readonly string[]): void {
		this.warnings.push(...texts.map((text) => ({ code, text })));
	}
}
