import { Observable, type Subscriber } from 'rxjs';
import type { Clock } from '../../clock.ts';
import type { Registration } from '../../model.ts';
import { type RegistryChange, RegistryError } from '../registry.ts';
import { stampKeys } from './body.ts';
import { type Asked, failure, malformed, refusal } from './errors.ts';
import type { ConsulHttp } from './http.ts';
import { type KnownRows, readNodeServices } from './shapes.ts';

export interface WatchOptions {
	/** For one question at a time. */
	readonly http: ConsulHttp;
	readonly clock: Clock;
	/** In [0, 1). */
	readonly random: () => number;
	/** Asked for at every connect: an agent may come back as another node. */
	readonly node: (signal: AbortSignal) => Promise<string>;
	/** How long the agent may hold a question; 55 s unless given. */
	readonly waitMs?: number;
}

/** The answer costs the agent O(services of the node), so a burst of changes is answered a few times, not each. */
const gapMs = 250;
const firstBackoffMs = 200;
const longestBackoffMs = 15_000;
/** A connection that lasted this long was a good one: the next trouble is a new one. */
const steadyMs = 120_000;

/**
 * Watches the agent's node in the catalog by blocking queries: it answers when a service of this node changed, within
 * milliseconds, and not for health or other nodes. `connected` comes with the first answer, `changed` whenever the index
 * moved, `disconnected` once per kind of trouble. A catalog that shows nothing of the node (a token without `node:read`, or a
 * node that has not joined) is trouble too: it says nothing about our services.
 */
export function driftWatch(options: WatchOptions, owner: string): Observable<RegistryChange> {
	return new Observable<RegistryChange>((subscriber) => {
		const controller = new AbortController();
		void watch(options, owner, subscriber, controller.signal);
		return () => controller.abort();
	});
}

async function watch(
	options: WatchOptions,
	owner: string,
	subscriber: Subscriber<RegistryChange>,
	signal: AbortSignal,
): Promise<void> {
	const { clock, random } = options;
	const link = linkState(subscriber);
	let failures = 0;
	while (!signal.aborted) {
		const startedAt = clock.now();
		try {
			await follow(options, owner, link, signal);
		} catch (error) {
			if (signal.aborted) return;
			if (clock.now() - startedAt >= steadyMs) failures = 0;
			link.lost(failure(options.http.where, 'GET /v1/catalog/node-services', error));
		}
		await pause(clock, backoffMs(failures, random), signal);
		failures += 1;
	}
}

/** Asks again and again until something fails; returns only once it is aborted. */
async function follow(options: WatchOptions, owner: string, link: Link, signal: AbortSignal): Promise<void> {
	const { clock, http, waitMs = 55_000 } = options;
	const node = await options.node(signal);
	const asked: Asked = `GET /v1/catalog/node-services/${encodeURIComponent(node)}`;
	const filter = `Meta["${stampKeys.owner}"] == ${quoted(owner)}`;
	const known: KnownRows = new Map();
	let index = 0;
	while (!signal.aborted) {
		const askedAt = clock.now();
		const query = { wait: `${waitMs}ms`, filter, ...(index > 0 ? { index: String(index) } : {}) };
		// The agent adds up to a sixteenth of the wait, so that not all come back at once.
		const answer = await http.call(asked, { signal, query, deadlineMs: (waitMs * 17) / 16 + 5_000 });
		if (answer.status !== 200) throw refusal(asked, answer);
		const next = nextIndex(index, answer.headers['x-consul-index']);
		// Another catalog counts anew.
		if (next === 0) known.clear();
		const services = readNodeServices(answer.body, known);
		if (!services.ok) return malformed(asked, services.rule);
		if (services.value === undefined) link.lost(blind(asked));
		else
			link.answered(
				services.value.filter((row) => isOwned(row, owner)),
				next !== index || index === 0,
			);
		// One that was held as long as it may be said nothing new, and the next may follow at once.
		const wasHeld = next === index && clock.now() - askedAt >= waitMs / 2;
		index = next;
		if (!wasHeld) await pause(clock, gapMs, signal);
	}
}

/** An index that went back is another catalog's, restored or wiped; the documentation asks to start anew then. */
export function nextIndex(before: number, header: string | readonly string[] | undefined): number {
	const index = Number(header ?? 0);
	return Number.isSafeInteger(index) && index > 0 && index >= before ? index : 0;
}

/** Full jitter, so that the hosts of a datacenter do not come back to their servers together. */
export const backoffMs = (failures: number, random: () => number): number =>
	random() * Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(failures, 16));

/**
 * A string in Consul's filter language, which unquotes as Go does but ends at any quotation mark, escaped or not. So all
 * but the harmless characters are written as numbers.
 */
export const quoted = (text: string): string =>
	`"${text.toWellFormed().replace(/[^A-Za-z0-9._-]/gu, (character) => `\\U${codePoint(character)}`)}"`;

const codePoint = (character: string): string => (character.codePointAt(0) ?? 0).toString(16).padStart(8, '0');

/** Agents before 1.5 ignore filters. A stamp that was damaged leaves the owner in Meta. */
const isOwned = ({ stamp, meta }: Registration, owner: string): boolean =>
	(stamp?.owner ?? meta[stampKeys.owner]) === owner;

const blind = (asked: Asked): RegistryError =>
	new RegistryError('forbidden', `${asked}: the catalog shows nothing of this node; does the token have node:read?`);

interface Link {
	answered(seen: readonly Registration[], isNew: boolean): void;
	lost(error: RegistryError): void;
}

/** Turns answers and troubles into news, saying once what stays the same. */
function linkState(subscriber: Subscriber<RegistryChange>): Link {
	let state: 'unknown' | 'connected' | RegistryError['class'] = 'unknown';
	return {
		answered: (seen, isNew) => {
			const isFirst = state !== 'connected';
			state = 'connected';
			if (isFirst) subscriber.next({ kind: 'connected' });
			if (isFirst || isNew) subscriber.next({ kind: 'changed', seen });
		},
		lost: (error) => {
			if (state === error.class) return;
			state = error.class;
			subscriber.next({ kind: 'disconnected', error });
		},
	};
}

/** Resolves early when it is aborted. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
	if (signal.aborted) return Promise.resolve();
	const { promise, resolve } = Promise.withResolvers<void>();
	const cancel = clock.after(ms, resolve);
	const onAbort = (): void => {
		cancel();
		resolve();
	};
	signal.addEventListener('abort', onAbort, { once: true });
	return promise.finally(() => signal.removeEventListener('abort', onAbort));
}
