import { Observable, type Subscriber } from 'rxjs';
import { type Clock, systemClock } from '../clock.ts';
import type { Engine } from './engine.ts';
import { changeOf } from './event.ts';
import { type LossCause, openEventStream } from './event-stream.ts';
import { type SourceChange, SourceError } from './source.ts';

export interface DockerEventsOptions {
	readonly engine: Engine;
	readonly clock?: Clock;
	/** Milliseconds since the epoch, for events that carry no time. */
	readonly now?: () => number;
	readonly random?: () => number;
	/** Told of the first line that is no event; the later ones are only passed over. */
	readonly warn?: (message: string) => void;
}

const firstDelayMs = 200;
const longestDelayMs = 15_000;
/** A stream that held this long was well: the next loss starts counting anew. */
const stableMs = 120_000;

/**
 * How long to wait before the stream is opened again: anywhere below a bound that doubles with each failure in a row, so
 * that what was lost together does not come back together.
 */
export const reopenDelayMs = (failures: number, random: () => number): number =>
	random() * Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 16));

/**
 * The engine's events for as long as somebody subscribes; each subscriber has a stream of its own. One that ends, breaks, or
 * falls silent with an engine that does not answer is reported and opened again, from the last event on. Docker repeats 256
 * events at most and none from before its own start, so after each `connected` everything has to be looked at.
 */
export function dockerEvents(options: DockerEventsOptions): {
	readonly changes: Observable<SourceChange>;
	reopen(reason: string): void;
} {
	const open = new Set<Following>();
	const changes = new Observable<SourceChange>((subscriber) => {
		const following = new Following(options, subscriber);
		open.add(following);
		return () => {
			open.delete(following);
			following.stop();
		};
	});
	return {
		changes,
		reopen: (reason) => {
			for (const following of open) following.reopen(reason);
		},
	};
}

/** One subscriber's stream, opened again and again. */
class Following {
	readonly #options: DockerEventsOptions;
	readonly #clock: Clock;
	readonly #subscriber: Subscriber<SourceChange>;
	#close = (): void => {};
	#cancelDelay = (): void => {};
	#connectedAt: number | undefined;
	#failures = 0;
	/** Of the last event, in milliseconds. */
	#last: number | undefined;
	/** A stream that cannot be opened for hours says so once, not every 15 s. */
	#reported: string | undefined;
	#hasWarned = false;

	constructor(options: DockerEventsOptions, subscriber: Subscriber<SourceChange>) {
		this.#options = options;
		this.#clock = options.clock ?? systemClock;
		this.#subscriber = subscriber;
		this.#open();
	}

	stop(): void {
		this.#cancelDelay();
		this.#close();
	}

	reopen(reason: string): void {
		if (this.#connectedAt === undefined) return; // it is being opened already
		this.#close();
		this.#onLost('error', new SourceError('invalid', `Docker's events are opened again: ${reason}`));
	}

	#open(): void {
		// A microsecond early, for what the conversion rounds; `since` includes its moment, and a repeat does no harm.
		const since = this.#last === undefined ? undefined : (Math.floor(this.#last * 1_000) - 1) / 1e6;
		this.#close = openEventStream(
			{ engine: this.#options.engine, clock: this.#clock, since },
			{
				onOpen: () => {
					this.#connectedAt = this.#clock.now();
					this.#reported = undefined;
					this.#subscriber.next({ kind: 'connected' });
				},
				onLine: (line) => this.#onLine(line),
				onLost: (cause, error) => this.#onLost(cause, error),
			},
		);
	}

	#onLine(line: string): void {
		const change = this.#read(line);
		if (change === undefined) return;
		this.#last = Math.max(change.at, this.#last ?? 0);
		this.#subscriber.next(change);
	}

	#read(line: string): Extract<SourceChange, { kind: 'changed' }> | undefined {
		try {
			return changeOf(line, this.#options.now ?? Date.now);
		} catch (error) {
			if (!this.#hasWarned) this.#options.warn?.(`passed over a line of Docker's events: ${(error as Error).message}`);
			this.#hasWarned = true;
			return undefined;
		}
	}

	#onLost(cause: LossCause, error: Error): void {
		const heldMs = this.#connectedAt === undefined ? 0 : this.#clock.now() - this.#connectedAt;
		this.#connectedAt = undefined;
		this.#failures = heldMs >= stableMs ? 1 : this.#failures + 1;
		// Repeated, a line that is too long would break every stream from here on.
		if (error.cause instanceof RangeError) this.#last = undefined;
		this.#cancelDelay = this.#clock.after(reopenDelayMs(this.#failures, this.#options.random ?? Math.random), () =>
			this.#open(),
		);
		if (error.message !== this.#reported) this.#subscriber.next({ kind: 'disconnected', cause, error });
		this.#reported = error.message;
	}
}
