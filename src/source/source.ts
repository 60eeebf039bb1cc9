import type { Observable } from 'rxjs';
import type { Container, ContainerId } from '../model.ts';

/** Something happened that may change what is wanted. `connected` means: what happened before may have been missed. */
export type SourceChange =
	| { readonly kind: 'connected' }
	| { readonly kind: 'disconnected'; readonly cause: 'end' | 'error' | 'probe'; readonly error: Error }
	| {
			readonly kind: 'changed';
			readonly key: ContainerId;
			/** Docker's word: `start`, `die`, `rename`, `connect` … */
			readonly action: string;
			/** Of `kill`: which signal, as Docker writes it (`15`). */
			readonly signal?: string;
			/** Of `health_status`: which. */
			readonly health?: string;
			/** Milliseconds since the epoch by the engine's clock, with a fraction. */
			readonly at: number;
	  };

/** What the engine says of itself. */
export interface EngineInfo {
	/** The id from `/info`; `none` where two questions got two answers (Podman). */
	readonly id: string;
	/** The host name the engine reports. */
	readonly name: string;
	readonly version: string;
}

/** How many of the containers have been read. */
export type Reading = (done: number, all: number) => void;

export type PassOver = (id: ContainerId, error: SourceError) => void;

/** Where containers come from. Every call settles within its deadline; a rejection is never evidence of absence. */
export interface Source {
	/**
	 * All running containers, in full, but for those that are gone by the time they are read.
	 *
	 * @param passOver told of one that runs and could not be read, where a few others could; without it, such a one makes the
	 * list reject
	 * @param reading told how far it is
	 */
	list(signal: AbortSignal, passOver?: PassOver, reading?: Reading): Promise<readonly Container[]>;

	/** By id or by name. `undefined` only when the engine says "no such container"; any doubt rejects. */
	get(idOrName: string, signal: AbortSignal): Promise<Container | undefined>;

	info(signal: AbortSignal): Promise<EngineInfo>;

	/** Never completes and never errors while it is subscribed to: a lost stream is reported and opened again. */
	changes(): Observable<SourceChange>;

	/** Closes the event stream and opens it again: something happened that it did not announce. */
	reopen(reason: string): void;
}

/** The engine could not be asked, or its answer made no sense. */
export class SourceError extends Error {
	override name = 'SourceError';
	/** A closed set, used as a metric's label. */
	readonly class: 'unreachable' | 'timeout' | 'refused' | 'unavailable' | 'invalid';

	constructor(errorClass: SourceError['class'], message: string, options?: ErrorOptions) {
		super(message, options);
		this.class = errorClass;
	}
}
