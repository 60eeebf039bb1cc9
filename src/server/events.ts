import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Answer } from './routes.ts';

/** What a stream of server-sent events tells. */
export interface Feed {
	/** The number of the newest event. */
	readonly last: () => number;
	/** The events that follow a number, oldest first, ready for JSON; read one by one, as fast as the client takes them. */
	readonly after: (id: number) => Iterable<{ readonly id: number; readonly data: unknown }>;
	/** Told when there is another. Returns what ends that. */
	readonly onNews: (listener: () => void) => () => void;
	/** The number that the client knows of; what came after it is told first. */
	readonly since: number;
}

export interface StreamLimits {
	/** Streams at a time. */
	readonly streams: number;
	/** Between two signs of life. Must be well under the time without progress after which a connection is cut. */
	readonly heartbeatMs: number;
	/** A client connects anew from time to time, so that what allows it to read is looked at again. */
	readonly streamMs: number;
}

/** Browsers come back by themselves after so many milliseconds. */
const returnMs = 2_000;

/**
 * The open streams. Nothing is kept for a client that reads slowly: it is given the next event when it has taken the one
 * before, and one that takes nothing at all is cut by the server's limit for connections without progress.
 */
export class EventStreams {
	readonly #limits: StreamLimits;
	readonly #open = new Set<ServerResponse>();

	constructor(limits: StreamLimits) {
		this.#limits = limits;
	}

	/** Why another stream is not begun. A page of another site could not read it, but take all there are. */
	refusalOf(headers: IncomingHttpHeaders): Answer | undefined {
		if (headers['sec-fetch-site'] === 'cross-site') return foreign;
		return this.#open.size >= this.#limits.streams ? tooMany : undefined;
	}

	/** Takes over a response whose headers have been written. */
	start(response: ServerResponse, feed: Feed): void {
		const stream = new EventStream(response, feed);
		this.#open.add(response);
		const ends = [
			feed.onNews(() => stream.pump()),
			timer(setInterval(() => stream.beat(), this.#limits.heartbeatMs)),
			timer(setTimeout(() => response.end(), this.#limits.streamMs)),
		];
		response.on('drain', () => stream.pump());
		response.once('close', () => {
			this.#open.delete(response);
			for (const end of ends) end();
		});
		response.write(`retry: ${returnMs}\n\n`);
		stream.pump();
	}

	/** Ends them all: the clients see the end of an answer. */
	close(): void {
		for (const response of this.#open) response.end();
	}
}

const foreign: Answer = { status: 403, body: 'streams are not for pages of other sites\n' };

const tooMany: Answer = {
	status: 503,
	body: 'too many streams are open already; /api/history answers all the same\n',
	headers: { 'Retry-After': '10' },
};

class EventStream {
	readonly #response: ServerResponse;
	readonly #feed: Feed;
	#known: number;

	constructor(response: ServerResponse, feed: Feed) {
		this.#response = response;
		this.#feed = feed;
		this.#known = feed.since;
	}

	pump(): void {
		if (this.#isBusy) return;
		for (const { id, data } of this.#feed.after(this.#known)) {
			this.#known = id;
			if (!this.#response.write(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`)) return;
		}
		// Those that the client has no interest in need not be looked at again.
		this.#known = this.#feed.last();
	}

	/** Whoever does not even take events would take no sign of life. */
	beat(): void {
		if (!this.#isBusy) this.#response.write(': still here\n\n');
	}

	get #isBusy(): boolean {
		return this.#response.writableNeedDrain || this.#response.writableEnded || this.#response.destroyed;
	}
}

const timer = (of: NodeJS.Timeout): (() => void) => {
	of.unref();
	return () => clearTimeout(of);
};
