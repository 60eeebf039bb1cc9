import type { Drift, ServiceId } from '../model.ts';
import type { Decision } from '../plan/decide.ts';
import type { Key } from '../plan/ownership.ts';
import type { Operation } from '../plan/upkeep.ts';
import { maskValue } from '../server/mask.ts';
import type { ResyncTrigger } from './triggers.ts';
import type { ServiceState } from './views.ts';

/** What set a run in motion. */
export type RunTrigger =
	| {
			readonly from: 'event';
			readonly action: string;
			readonly signal?: string | undefined;
			readonly health?: string | undefined;
	  }
	| { readonly from: 'pass'; readonly trigger: ResyncTrigger }
	/** The catalog shows something else than was written. */
	| { readonly from: 'watch' }
	/** The agent does not know a check that was reported. */
	| { readonly from: 'heartbeat' }
	/** Another one that it shares the network of, or that wanted or had the same id. */
	| { readonly from: 'container'; readonly key: Key }
	/** Its last run failed, or asked to look again later. */
	| { readonly from: 'retry' | 'again' }
	/** `--deregister-on-exit`. */
	| { readonly from: 'exit' };

/** What a run, or a pass that leaves it at that, came to for one service. */
export interface Decided {
	readonly id: ServiceId;
	readonly name: string;
	readonly decision: Decision['kind'];
	readonly because?: readonly Drift['field'][] | undefined;
	readonly state?: ServiceState | undefined;
	readonly reason?: string | undefined;
}

export interface Written {
	readonly operation: Operation;
	readonly id: ServiceId;
	readonly because?: readonly Drift['field'][] | undefined;
	/** From Docker's event to the agent's answer, in milliseconds. */
	readonly afterMs?: number | undefined;
	readonly error?: string | undefined;
}

export interface RunFact {
	readonly kind: 'run';
	readonly key: Key;
	/** The container's name, where it is known. */
	readonly container: string | undefined;
	readonly triggers: readonly RunTrigger[];
	readonly services: readonly Decided[];
	/** Ports that yield no service. */
	readonly omitted: readonly { readonly port: string | undefined; readonly reason: string }[];
	readonly writes: readonly Written[];
	readonly ms: number;
	readonly result: 'ok' | 'error';
	readonly error?: string | undefined;
	/** How often in a row it has failed. */
	readonly times?: number | undefined;
	/** When it is looked at again, whether because it failed or for another reason. */
	readonly nextMs?: number | undefined;
}

export interface PassFact {
	readonly kind: 'pass';
	readonly trigger: ResyncTrigger;
	readonly ms: number;
	readonly result: 'ok' | 'error';
	/** Containers that something is to be done about. */
	readonly drifting?: number | undefined;
	/** Deletes that are held. */
	readonly held?: number | undefined;
	readonly doubt?: string | undefined;
	readonly error?: string | undefined;
	readonly times?: number | undefined;
}

export interface ConnectionFact {
	readonly kind: 'connection';
	readonly side: 'docker' | 'docker-events' | 'consul' | 'consul-watch';
	readonly state: 'lost' | 'back';
	readonly error?: string | undefined;
}

export type Fact = RunFact | PassFact | ConnectionFact;

export type HistoryEntry = Fact & {
	/** Ascending, over restarts too: the first is the time at which this process began. */
	readonly sequence: number;
	/** RFC 3339. */
	readonly at: string;
};

const maxEntries = 2_000;
/** Of all of them as JSON; a few kilobytes each would be a hundred times what is usual. */
const maxCharacters = 4_000_000;
const maxText = 200;
const maxItems = 16;
/** So much of a text is looked at for secrets before it is cut. */
const maxSearched = 2 * maxText;

/** Other people's words, or our own about them, as against names. */
const texts: ReadonlySet<string> = new Set(['reason', 'error', 'doubt']);

/** The flight recorder: the last things that happened, in a ring. It holds no more than it may show. */
export class History {
	readonly #ring: ({ readonly entry: HistoryEntry; readonly size: number } | undefined)[];
	readonly #maxSize: number;
	readonly #listeners = new Set<() => void>();
	readonly #now: () => number;
	/** The number that the first entry follows. */
	readonly began: number;
	#last: number;
	#forgotten: number;
	#size = 0;

	constructor(max = maxEntries, now: () => number = Date.now, maxSize = maxCharacters) {
		this.#ring = Array.from({ length: max });
		this.#maxSize = maxSize;
		this.#now = now;
		this.began = now();
		this.#last = this.began;
		this.#forgotten = this.began;
	}

	add(fact: Fact): void {
		this.#last += 1;
		const at = new Date(this.#now()).toISOString();
		const entry: HistoryEntry = { sequence: this.#last, at, ...bounded(fact) };
		const size = JSON.stringify(entry).length;
		if (this.#last - this.#forgotten > this.#ring.length) this.#forgetOldest();
		this.#ring[this.#last % this.#ring.length] = { entry, size };
		this.#size += size;
		while (this.#size > this.#maxSize && this.#forgotten < this.#last - 1) this.#forgetOldest();
		for (const tell of this.#listeners) tell();
	}

	#forgetOldest(): void {
		this.#forgotten += 1;
		const at = this.#forgotten % this.#ring.length;
		this.#size -= this.#ring[at]?.size ?? 0;
		this.#ring[at] = undefined;
	}

	/** The sequence of the newest entry; before the first one, the number that it follows. */
	get last(): number {
		return this.#last;
	}

	/** The sequence that the oldest entry follows. */
	get forgotten(): number {
		return this.#forgotten;
	}

	/**
	 * Oldest first.
	 *
	 * @param sequence of the last one that is known; where it lies in the future another process gave it, and all are new
	 */
	*after(sequence: number): Iterable<HistoryEntry> {
		const known = sequence > this.#last ? 0 : Math.floor(sequence);
		for (let next = Math.max(known, this.forgotten) + 1; next <= this.#last; next += 1) {
			const kept = this.#ring[next % this.#ring.length];
			if (kept !== undefined) yield kept.entry;
		}
	}

	/** @returns ends it */
	onNews(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}
}

/** Lists and texts of a bearable length, and without secrets: masked first, and cut then. */
function bounded<T>(value: T, name = ''): T {
	if (typeof value === 'string') return cut(texts.has(name) ? maskValue(searched(value)) : value) as T;
	if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => bounded(item)) as T;
	if (typeof value !== 'object' || value === null) return value;
	const said = Object.entries(value).filter(([, item]) => item !== undefined);
	return Object.fromEntries(said.map(([key, item]) => [key, bounded(item, key)])) as T;
}

/** Half a word may be half a secret, which is not seen to be one. */
const searched = (text: string): string =>
	text.length <= maxSearched ? text : `${text.slice(0, Math.max(0, text.lastIndexOf(' ', maxSearched)))} …`;

const cut = (text: string): string => (text.length > maxText ? `${text.slice(0, maxText - 1)}…` : text);

/** What somebody wants to read the history of; all that is said has to match. */
export interface Interest {
	/** A container's name, or the beginning of its id. */
	readonly container?: string | undefined;
	/** A service's id or name. */
	readonly service?: string | undefined;
	/** Either. */
	readonly subject?: string | undefined;
}

/** Passes and connections are everybody's concern, and nobody's in particular: they are there where nothing is asked for. */
export function concerns(entry: HistoryEntry, { container, service, subject }: Interest): boolean {
	if (container === undefined && service === undefined && subject === undefined) return true;
	if (entry.kind !== 'run') return false;
	const isContainer = (text: string): boolean =>
		entry.container === text || entry.key === text || (/^[0-9a-f]{4,}$/.test(text) && entry.key.startsWith(text));
	const isService = (text: string): boolean =>
		entry.services.some(({ id, name }) => id === text || name === text) || entry.writes.some(({ id }) => id === text);
	return (
		(container === undefined || isContainer(container)) &&
		(service === undefined || isService(service)) &&
		(subject === undefined || isContainer(subject) || isService(subject))
	);
}
