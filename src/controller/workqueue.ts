import PQueue from 'p-queue';
import type { Clock } from '../clock.ts';

/** What a run came to: all is well (look again later, or not), or it failed and is to be tried again. */
export type Outcome =
	| { readonly kind: 'done'; readonly againAfterMs?: number | undefined }
	| { readonly kind: 'failed'; readonly permanent: boolean };

export interface WorkQueueOptions<Key extends string> {
	/** Never rejects for a reason that it knows; a rejection counts as a passing failure. */
	readonly run: (key: Key) => Promise<Outcome>;
	readonly concurrency: number;
	readonly clock: Clock;
	/** How long to wait after the nth failure in a row, counted from 1. */
	readonly retryDelayMs: (failures: number, permanent: boolean) => number;
	readonly observer?: WorkQueueObserver;
}

export interface WorkQueueObserver {
	readonly added?: () => void;
	readonly retried?: () => void;
	/** `queuedMs`: from the first add to the start of the run. */
	readonly started?: (queuedMs: number) => void;
	readonly finished?: (workedMs: number) => void;
	readonly crashed?: (key: string, error: unknown) => void;
	/** `nextMs`: when it runs again, `undefined` where nothing asks for it yet. */
	readonly settled?: (key: string, nextMs: number | undefined) => void;
}

interface Waiting {
	readonly since: number;
	priority: number;
	/** Whether a worker has it already, so that p-queue no longer knows it. */
	isTaken: boolean;
}

interface Again {
	readonly priority: number;
	/** Whether it waits its time where the present run fails. */
	readonly isPatient: boolean;
}

/** Lower ones run later. A resync's keys give way to what just happened. */
export const priorities = { event: 0, resync: -100 } as const;

/**
 * A keyed queue with the semantics of Kubernetes' client-go: a key that waits is not queued twice; one that is added while it
 * runs is run exactly once more afterwards; a key never runs twice at the same time. p-queue brings concurrency and
 * priorities, this class the keys.
 */
export class WorkQueue<Key extends string> {
	readonly #options: WorkQueueOptions<Key>;
	readonly #pool: PQueue;
	/** Waiting for a free worker, and since when. */
	readonly #waiting = new Map<Key, Waiting>();
	readonly #processing = new Map<Key, number>();
	/** Added while processing: what is known of the run that follows. */
	readonly #again = new Map<Key, Again>();
	readonly #delayed = new Map<Key, { readonly at: number; readonly cancel: () => void }>();
	readonly #failures = new Map<Key, number>();
	#isDraining = false;
	/** Runs that failed while draining, when there is no other attempt. */
	#undone = 0;

	constructor(options: WorkQueueOptions<Key>) {
		this.#options = options;
		this.#pool = new PQueue({ concurrency: options.concurrency });
	}

	/** Runs the key as soon as a worker is free; beats a pending delay. */
	add(key: Key, priority: number = priorities.event): void {
		this.#add(key, priority, false);
	}

	/**
	 * As add, but a key that failed waits for its time to be tried again, and so does one whose present run fails.
	 *
	 * @returns whether it was added
	 */
	addUnlessBackingOff(key: Key, priority: number = priorities.event): boolean {
		if (this.#failures.has(key) && this.#delayed.has(key)) return false;
		this.#add(key, priority, true);
		return true;
	}

	#add(key: Key, priority: number, isPatient: boolean): void {
		if (this.#isDraining) return;
		this.#cancelDelay(key);
		this.#options.observer?.added?.();
		if (this.#processing.has(key)) {
			const before = this.#again.get(key) ?? { priority, isPatient };
			this.#again.set(key, {
				priority: Math.max(priority, before.priority),
				isPatient: isPatient && before.isPatient,
			});
			return;
		}
		const waiting = this.#waiting.get(key);
		if (waiting === undefined) {
			const fresh: Waiting = { since: this.#options.clock.now(), priority, isTaken: false };
			this.#waiting.set(key, fresh);
			this.#pool.add(() => this.#process(key, fresh), { id: key, priority }).catch(() => {});
		} else if (priority > waiting.priority && !waiting.isTaken) {
			waiting.priority = priority;
			this.#pool.setPriority(key, priority);
		}
	}

	/** Adds the key after `ms`; of several such requests the earliest counts. Nothing if the key waits already. */
	addAfter(key: Key, ms: number): void {
		if (this.#isDraining || this.#waiting.has(key)) return;
		const at = this.#options.clock.now() + ms;
		const delayed = this.#delayed.get(key);
		if (delayed !== undefined && delayed.at <= at) return;
		delayed?.cancel();
		this.#delayed.set(key, { at, cancel: this.#options.clock.after(ms, () => this.add(key)) });
	}

	/** In how many milliseconds the key runs, whatever happens until then; `undefined` where nothing asks for it later. */
	dueInMs(key: Key): number | undefined {
		const delayed = this.#delayed.get(key);
		return delayed === undefined ? undefined : Math.max(0, delayed.at - this.#options.clock.now());
	}

	get depth(): number {
		return this.#waiting.size + this.#again.size;
	}

	get active(): number {
		return this.#processing.size;
	}

	/** Keys whose last run failed. */
	get failing(): number {
		return this.#failures.size;
	}

	/** How long each running key has been at it, in milliseconds. */
	runningMs(): readonly number[] {
		const now = this.#options.clock.now();
		return [...this.#processing.values()].map((since) => now - since);
	}

	/**
	 * Takes no more keys, drops the delayed ones, and settles when the others are done.
	 *
	 * @returns how many of those failed
	 */
	async drain(): Promise<number> {
		this.#isDraining = true;
		for (const { cancel } of this.#delayed.values()) cancel();
		this.#delayed.clear();
		this.#again.clear();
		await this.#pool.onIdle();
		return this.#undone;
	}

	async #process(key: Key, waiting: Waiting): Promise<void> {
		// p-queue starts a task inside add(); an add in the same tick shall still find the key waiting.
		waiting.isTaken = true;
		await Promise.resolve();
		const { clock, observer } = this.#options;
		const start = clock.now();
		observer?.started?.(start - waiting.since);
		this.#waiting.delete(key);
		this.#processing.set(key, start);
		const outcome = await this.#runSafely(key);
		this.#processing.delete(key);
		observer?.finished?.(clock.now() - start);
		this.#settle(key, outcome);
	}

	async #runSafely(key: Key): Promise<Outcome> {
		try {
			return await this.#options.run(key);
		} catch (error) {
			this.#options.observer?.crashed?.(key, error);
			return { kind: 'failed', permanent: false };
		}
	}

	#settle(key: Key, outcome: Outcome): void {
		const again = this.#again.get(key);
		this.#again.delete(key);
		let nextMs: number | undefined;
		if (outcome.kind === 'done') this.#failures.delete(key);
		else this.#failures.set(key, (this.#failures.get(key) ?? 0) + 1);
		if (again !== undefined && !(again.isPatient && outcome.kind === 'failed')) {
			nextMs = 0;
			this.#add(key, again.priority, again.isPatient);
		} else if (outcome.kind === 'failed' && this.#isDraining) {
			this.#undone += 1;
		} else if (outcome.kind === 'failed') {
			this.#options.observer?.retried?.();
			nextMs = this.#options.retryDelayMs(this.#failures.get(key) ?? 1, outcome.permanent);
			this.addAfter(key, nextMs);
		} else if (outcome.againAfterMs !== undefined) {
			nextMs = outcome.againAfterMs;
			this.addAfter(key, nextMs);
		}
		this.#options.observer?.settled?.(key, nextMs);
	}

	#cancelDelay(key: Key): void {
		this.#delayed.get(key)?.cancel();
		this.#delayed.delete(key);
	}
}
