import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { sourceErrorOf } from './docker-errors.ts';
import type { Engine } from './engine.ts';
import { lineSplitter } from './lines.ts';
import { watchSilence } from './silence.ts';
import { SourceError } from './source.ts';

export interface EventStreamOptions {
	readonly engine: Engine;
	readonly clock: Clock;
	/** Seconds since the epoch; the engine repeats what it still knows from then on. */
	readonly since: number | undefined;
}

export type LossCause = 'end' | 'error' | 'probe';

/** First comes `onOpen` or `onLost`; after `onLost` comes nothing. */
export interface EventStreamListener {
	/** The engine has accepted: from here on nothing is missed. */
	onOpen(): void;
	onLine(line: string): void;
	onLost(cause: LossCause, error: Error): void;
}

/** A container with 300 kB of labels is real; a megabyte without a line break is not an event. */
export const longestLine = 1_048_576;

/**
 * One connection to `GET /events`, until it is lost or closed.
 *
 * @returns closes it; the listener is not called any more
 */
export function openEventStream(options: EventStreamOptions, listener: EventStreamListener): () => void {
	const { engine, clock, since } = options;
	const closed = new AbortController();
	const lose = (cause: LossCause, error: unknown): void => {
		if (closed.signal.aborted) return;
		closed.abort();
		listener.onLost(cause, sourceErrorOf(engine.where, 'events', error));
	};
	engine.events(since, closed.signal).then(
		(stream) => {
			if (closed.signal.aborted) stream.destroy();
			else follow(stream);
		},
		(error: unknown) => lose('error', error),
	);

	function follow(stream: Readable): void {
		const watch = watchSilence(
			clock,
			(signal) => isThere(engine, signal),
			(error) => lose('probe', error),
		);
		closed.signal.addEventListener('abort', () => {
			watch.stop();
			stream.destroy();
		});
		const split = lineSplitter(longestLine);
		stream.setEncoding('utf8');
		stream.on('data', (piece: string) => {
			watch.heard();
			try {
				for (const line of split(piece)) if (!closed.signal.aborted) listener.onLine(line);
			} catch (error) {
				lose('error', error);
			}
		});
		const ended = (): void => lose('end', new SourceError('unreachable', `Docker at ${engine.where} ended its events`));
		stream
			.on('error', (error) => lose('error', error))
			.on('end', ended)
			.on('close', ended);
		listener.onOpen();
	}
	return () => closed.abort();
}

/** @throws SourceError when nobody answers; a proxy that does not let us ask is there */
async function isThere(engine: Engine, signal: AbortSignal): Promise<void> {
	try {
		await engine.version(signal);
	} catch (error) {
		if (!(error instanceof SourceError) || (error.class !== 'refused' && error.class !== 'invalid')) throw error;
	}
}
