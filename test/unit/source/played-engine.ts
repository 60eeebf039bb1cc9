import { PassThrough } from 'node:stream';
import type { Engine } from '../../../src/source/engine.ts';
import { eventually } from '../../support/lab.ts';

/** One attempt to open the event stream. */
export interface Attempt {
	readonly since: number | undefined;
	/** Answers with headers; what is written to the stream then arrives. */
	accept(): PassThrough;
	refuse(error: Error): void;
}

export interface PlayedEngine extends Engine {
	/** Waits for attempt number `index`. */
	attempt(index: number): Promise<Attempt>;
	attempts(): number;
	/** How often it was asked whether it is there. */
	probes(): number;
	/** What it answers to that from now on. */
	answerProbes(answer: (signal: AbortSignal) => Promise<unknown>): void;
}

/** An engine of which only events and version are there; any other question is an error. */
export function playedEngine(): PlayedEngine {
	const attempts: Attempt[] = [];
	let probes = 0;
	let answer = async (_: AbortSignal): Promise<unknown> => ({});
	const unasked = (): Promise<never> => Promise.reject(new Error('nobody may ask this here'));
	return {
		where: '/d.sock',
		list: unasked,
		inspect: unasked,
		info: unasked,
		version: (signal) => {
			probes += 1;
			return answer(signal);
		},
		events: (since) => {
			const { promise, resolve, reject } = Promise.withResolvers<PassThrough>();
			const stream = new PassThrough();
			attempts.push({
				since,
				accept: () => {
					resolve(stream);
					return stream;
				},
				refuse: reject,
			});
			return promise;
		},
		attempt: (index) =>
			eventually(`attempt ${index}`, () => attempts[index] ?? false, {
				withinMs: 2_000,
				everyMs: 1,
			}) as Promise<Attempt>,
		attempts: () => attempts.length,
		probes: () => probes,
		answerProbes: (given) => {
			answer = given;
		},
	};
}
