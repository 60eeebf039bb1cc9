import { type Brake, confirmAfterMs } from '../plan/guard.ts';
import type { Key } from '../plan/ownership.ts';
import { retryDelayMs } from './backoff.ts';
import type { Context } from './context.ts';
import type { ErrorReports } from './error-reports.ts';
import type { Identity, IdentityHolder } from './identity.ts';
import { PassNotes } from './pass-notes.ts';
import { ReadingReport } from './reading-report.ts';
import { type Pass, resync } from './resync.ts';
import type { State } from './state.ts';
import { type ResyncTrigger, returns, stronger } from './triggers.ts';

export interface PassesOptions {
	readonly context: Context;
	readonly state: State;
	readonly identity: IdentityHolder;
	readonly reports: ErrorReports;
	/**
	 * A key that drifts; `isReturn` where one that waits after a failure shall wait no longer.
	 *
	 * @returns whether it does not wait
	 */
	readonly enqueue: (key: Key, trigger: ResyncTrigger, isReturn: boolean) => boolean;
	/** Asks for another pass, through the throttle. */
	readonly request: (trigger: ResyncTrigger) => void;
}

const unannouncedGraceMs = 2_000;
const maxRetryMs = 15_000;

/** Runs full passes, one at a time; whatever is asked for meanwhile becomes one more. */
export class Passes {
	readonly #options: PassesOptions;
	readonly #notes: PassNotes;
	#again: ResyncTrigger | undefined;
	#running: Promise<void> | undefined;
	#failures = 0;
	/** Passes in a row whose list could not be relied on. */
	#doubts = 0;
	/** When the brake that was told of last began. */
	#brakedAt: number | undefined;
	#cancelFollowUp = (): void => {};
	#cancelCheck = (): void => {};
	/** Milliseconds on the clock: when the last pass ended, well or not; the start before the first. */
	attemptedAt: number;
	/** Milliseconds since the epoch, 0 for never. */
	lastAttemptAt = 0;
	lastSuccessAt = 0;
	/** Why the agent's list may lack entries, by the last pass. */
	doubt: string | undefined;
	/** Why the last pass failed; `undefined` if it did not. */
	error: unknown;

	constructor(options: PassesOptions) {
		this.#options = options;
		this.attemptedAt = options.context.clock.now();
		this.#notes = new PassNotes(options.state);
	}

	request(trigger: ResyncTrigger): void {
		if (this.#running === undefined) this.#running = this.#loop(trigger);
		else this.#again = stronger(this.#again, trigger);
	}

	/** Settles when no pass runs and none is due. */
	async idle(): Promise<void> {
		await this.#running;
	}

	/** No pass follows by itself any more. */
	stop(): void {
		this.#cancelFollowUp();
		this.#cancelCheck();
		this.#again = undefined;
	}

	async #loop(first: ResyncTrigger): Promise<void> {
		for (let trigger: ResyncTrigger | undefined = first; trigger !== undefined; ) {
			this.#again = undefined;
			await this.#pass(trigger);
			trigger = this.#again;
		}
		this.#running = undefined;
	}

	async #pass(trigger: ResyncTrigger): Promise<void> {
		const { context, identity, reports, enqueue } = this.#options;
		const count = (result: 'clean' | 'drift' | 'held' | 'error'): void =>
			context.metrics.increment('reconsul_resync_total', { trigger, result });
		const startedAt = context.clock.now();
		try {
			const pass = await this.#readAll(await identity.refresh());
			const isReliable = pass.doubt === undefined;
			const isReturn = returns.has(trigger) || this.#failures > 0 || (this.#doubts > 0 && isReliable);
			this.lastSuccessAt = Date.now();
			this.#failures = 0;
			this.error = undefined;
			reports.recovered('resync');
			count(pass.isBraked ? 'held' : pass.drifting.length > 0 ? 'drift' : 'clean');
			const queued = pass.drifting.filter((key) => enqueue(key, trigger, isReturn)).length;
			this.#notes.passed(trigger, pass, queued, context.clock.now() - startedAt);
			this.#follow(pass, trigger);
		} catch (error) {
			if (context.signal.aborted) return;
			count('error');
			this.#failures += 1;
			this.error = error;
			reports.failed('resync', error);
			this.#notes.failed(trigger, error, this.#failures, context.clock.now() - startedAt);
			this.#retry(this.#failures);
		} finally {
			this.attemptedAt = context.clock.now();
			this.lastAttemptAt = Date.now();
		}
	}

	/** The first reads every container, which the log tells of where that takes long; the later ones read what has changed. */
	async #readAll(who: Identity): Promise<Pass> {
		const { context, state } = this.#options;
		if (this.lastSuccessAt > 0) return resync(context, state, who);
		const report = new ReadingReport(context);
		try {
			return await resync({ ...context, reading: report.reading }, state, who);
		} finally {
			report.stop();
		}
	}

	/** What a pass entails beside its keys: a pass that confirms, or a look at the event stream. */
	#follow({ doubt, unannounced }: Pass, trigger: ResyncTrigger): void {
		const { context, state } = this.#options;
		if (state.brake !== undefined) this.#confirm(state.brake);
		if (doubt !== this.doubt && doubt !== undefined) {
			context.metrics.increment('reconsul_registry_doubt_total');
			context.log.warn({ doubt }, "the agent's list of services cannot be relied on; nothing is deleted on its word");
		}
		this.doubt = doubt;
		this.#doubts = doubt === undefined ? 0 : this.#doubts + 1;
		// As after a failure; while the brake is on, the pass that confirms it is such a look.
		if (doubt !== undefined && state.brake === undefined) this.#retry(this.#doubts);
		if (trigger === 'tick') this.#checkStream(unannounced);
	}

	#confirm({ ids, since }: Brake): void {
		const { clock, log } = this.#options.context;
		if (since !== this.#brakedAt)
			log.warn(
				{ services: ids.size },
				'more than half of the services would go at once; held until a second look confirms it',
			);
		this.#brakedAt = since;
		// Other passes may come in between; they neither hasten nor delay it.
		this.#followUp(Math.max(0, since + confirmAfterMs - clock.now()), 'confirm');
	}

	/** Starts and ends that no event told of: unless one was only late, the stream is deaf, and is opened again. */
	#checkStream(unannounced: Pass['unannounced']): void {
		const { context, state } = this.#options;
		this.#cancelCheck();
		if (unannounced.size === 0) return;
		this.#cancelCheck = context.clock.after(unannouncedGraceMs, () => {
			const missed = [...unannounced].filter(([key, isRunning]) => state.news.isRunning(key, !isRunning) !== isRunning);
			if (missed.length === 0) return;
			context.log.warn({ containers: missed.length }, 'the event stream missed something; opening it again');
			context.source.reopen('a pass found what the stream did not announce');
		});
	}

	#retry(failures: number): void {
		this.#followUp(Math.min(retryDelayMs(failures, false), maxRetryMs), 'retry');
	}

	#followUp(ms: number, trigger: ResyncTrigger): void {
		this.#cancelFollowUp();
		this.#cancelFollowUp = this.#options.context.clock.after(ms, () => this.#options.request(trigger));
	}
}
