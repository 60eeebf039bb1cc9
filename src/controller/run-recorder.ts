import { isDeepStrictEqual } from 'node:util';
import type { Decision } from '../plan/decide.ts';
import type { Key } from '../plan/ownership.ts';
import type { Decided, History, RunFact, RunTrigger, Written } from './history.ts';
import { type Result, serviceView, type View } from './views.ts';

/** What a run saw of its key. */
interface Seen {
	readonly container: string | undefined;
	readonly services: readonly Decided[];
	readonly omitted: RunFact['omitted'];
	/** Whether it is worth telling though nothing was written. */
	readonly isNews: boolean;
}

interface Draft {
	readonly triggers: readonly RunTrigger[];
	readonly startedAt: number;
	readonly writes: Written[];
	seen: Seen | undefined;
	error: string | undefined;
}

const maxTriggers = 4;
/** A failure that goes on is told so often, and then every tenth time, as in the log. */
const toldAtOnce = 3;
const everyNth = 10;

const nothingSeen: Seen = { container: undefined, services: [], omitted: [], isNews: false };

/** Follows each run from what asked for it to what became of it, and enters the ones that did or learned something. */
export class RunRecorder {
	readonly #history: History;
	readonly #now: () => number;
	/** Of runs to come. */
	readonly #triggers = new Map<Key, RunTrigger[]>();
	/** Why the next run comes where nothing else asks for it. */
	readonly #later = new Map<Key, 'retry' | 'again'>();
	/** Of runs in progress. */
	readonly #drafts = new Map<Key, Draft>();
	/** How often in a row it has failed. */
	readonly #failures = new Map<Key, number>();

	constructor(history: History, now: () => number = Date.now) {
		this.#history = history;
		this.#now = now;
	}

	/** Notes why a run of the key is asked for; called when it is. */
	because(key: Key, trigger: RunTrigger): void {
		const known = this.#triggers.get(key);
		if (known === undefined) this.#triggers.set(key, [trigger]);
		else if (known.length < maxTriggers && !known.some((it) => isDeepStrictEqual(it, trigger))) known.push(trigger);
	}

	begin(key: Key): void {
		const triggers = this.#triggers.get(key) ?? [{ from: this.#later.get(key) ?? 'again' }];
		this.#triggers.delete(key);
		this.#later.delete(key);
		this.#drafts.set(key, { triggers, startedAt: this.#now(), writes: [], seen: undefined, error: undefined });
	}

	saw(key: Key, seen: Seen): void {
		const draft = this.#drafts.get(key);
		if (draft !== undefined) draft.seen = seen;
	}

	/** Outside of runs only the end of the daemon writes. */
	wrote(key: Key, container: string | undefined, write: Written): void {
		const draft = this.#drafts.get(key);
		if (draft !== undefined) draft.writes.push(write);
		else
			this.#add(
				key,
				{ triggers: [{ from: 'exit' }], writes: [write], error: write.error },
				{ ...nothingSeen, container },
				0,
			);
	}

	failed(key: Key, error: string): void {
		const draft = this.#drafts.get(key);
		if (draft !== undefined) draft.error ??= error;
	}

	/** @param nextMs when the key is looked at again, if at all */
	end(key: Key, nextMs: number | undefined): void {
		const draft = this.#drafts.get(key);
		this.#drafts.delete(key);
		if (draft === undefined) return;
		const { seen = nothingSeen, error, writes, startedAt } = draft;
		const before = this.#failures.get(key) ?? 0;
		const times = error === undefined ? 0 : before + 1;
		if (times === 0) this.#failures.delete(key);
		else this.#failures.set(key, times);
		if (nextMs !== undefined) this.#later.set(key, error === undefined ? 'again' : 'retry');
		const isTold = times === 0 ? writes.length > 0 || seen.isNews || before > 0 : isTelling(times);
		if (isTold) this.#add(key, draft, seen, this.#now() - startedAt, { ...(times > 0 ? { times } : {}), nextMs });
	}

	#add(
		key: Key,
		{ triggers, writes, error }: Pick<Draft, 'triggers' | 'writes' | 'error'>,
		{ container, services, omitted }: Seen,
		ms: number,
		more: Pick<RunFact, 'times' | 'nextMs'> = {},
	): void {
		const result = error === undefined ? 'ok' : 'error';
		this.#history.add({ kind: 'run', key, container, triggers, services, omitted, writes, ms, result, error, ...more });
	}
}

/** Whether the nth failure in a row is worth an entry. */
export const isTelling = (times: number): boolean => times <= toldAtOnce || times % everyNth === 0;

/** How the services of a key stand by these decisions; those that somebody else answers for are not among them. */
export const decidedBy = (
	decisions: readonly Decision[],
	results: ReadonlyMap<Decision, Result> = new Map(),
): readonly Decided[] =>
	decisions.flatMap((decision) => {
		const view = serviceView(decision, results.get(decision));
		const service = view?.service ?? (decision.kind === 'deregister' ? decision.observed : undefined);
		if (service === undefined) return [];
		const because = 'because' in decision ? decision.because.map(({ field }) => field) : undefined;
		const { id, name } = service;
		return [{ id, name, decision: decision.kind, because, state: view?.state, reason: view?.reason }];
	});

export const omittedIn = ({ omitted }: Pick<View, 'omitted'>): RunFact['omitted'] =>
	omitted.map(({ port, detail }) => ({ port, reason: detail }));
