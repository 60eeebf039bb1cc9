import { defer, type Observable, retry, type Subscription, switchMap, timer } from 'rxjs';
import type { ServiceId } from '../model.ts';
import { confirmAfterMs } from '../plan/guard.ts';
import type { Key } from '../plan/ownership.ts';
import type { RegistryChange } from '../registry/registry.ts';
import type { SourceChange } from '../source/source.ts';
import { retryDelayMs } from './backoff.ts';
import type { Context } from './context.ts';
import { suspectsAmong } from './drift.ts';
import { ErrorReports } from './error-reports.ts';
import { deregisterAll } from './farewell.ts';
import { startHeartbeats } from './heartbeats.ts';
import type { ConnectionFact, RunTrigger } from './history.ts';
import { type Host, IdentityHolder } from './identity.ts';
import { noteLife } from './lives.ts';
import { observedRegistry, observedSource, Side } from './observed.ts';
import { Passes } from './passes.ts';
import { reconcileQueue } from './reconcile-queue.ts';
import { Reconciler } from './reconciler.ts';
import { State } from './state.ts';
import { resyncRequests, type Trigger, triggers } from './triggers.ts';
import { priorities, type WorkQueue } from './workqueue.ts';
import { Writer } from './writer.ts';

const unknownGraceMs = 1_000;

/** The daemon's heart: what happens outside becomes keys and passes, these become the fewest writes. */
export class Controller {
	readonly state = new State();
	readonly queue: WorkQueue<Key>;
	readonly passes: Passes;
	readonly identity: IdentityHolder;
	readonly docker: Side;
	readonly consul: Side;
	isStreamOpen = false;
	isWatchOpen = false;
	readonly #context: Context;
	readonly #requests = resyncRequests();
	readonly #reports: ErrorReports;
	readonly #writer: Writer;
	#subscription: Subscription | undefined;
	#cancelSecondLook = (): void => {};

	/** @param outer with the bare source and registry; from here on both are observed */
	constructor(outer: Context, host: Host) {
		this.#reports = new ErrorReports(outer.log, (side) => this[side].error !== undefined);
		const side = (name: 'docker' | 'consul'): Side =>
			new Side(
				() => this.#returned(name),
				(error) => this.#noteConnection(name, 'lost', error),
			);
		this.docker = side('docker');
		this.consul = side('consul');
		const context: Context = {
			...outer,
			source: observedSource(outer.source, this.docker, outer.metrics),
			registry: observedRegistry(outer.registry, this.consul, outer.metrics),
		};
		this.#context = context;
		this.identity = new IdentityHolder(context, host);
		const { state, identity } = this;
		const reports = this.#reports;
		this.#writer = new Writer(context, state);
		this.passes = new Passes({
			context,
			state,
			identity,
			reports,
			enqueue: (key, trigger, isReturn) =>
				this.#addSuspect(key, { from: 'pass', trigger }, isReturn, priorities.resync),
			request: (trigger) => this.#requests.request(trigger),
		});
		const reconciler = new Reconciler({
			context,
			state,
			writer: this.#writer,
			identity: () => identity.current(),
			enqueue: (key, other) => this.#add(key, { from: 'container', key: other }),
			reports,
		});
		this.queue = reconcileQueue(context, state, reconciler);
	}

	/** Starts everything; nothing that is away keeps it from going on. */
	start(): void {
		const { settings, source } = this.#context;
		const incoming = triggers({
			source: source.changes(),
			registry: this.#registryChanges(),
			intervalMs: settings.intervalMs,
		});
		const subscription = this.#requests.due.subscribe((trigger) => this.passes.request(trigger));
		subscription.add(incoming.subscribe((trigger) => this.#handle(trigger)));
		subscription.add(startHeartbeats(this.#context, this.state, (key) => this.#add(key, { from: 'heartbeat' })));
		subscription.add(() => this.#cancelSecondLook());
		this.#subscription = subscription;
		this.#requests.request('start');
	}

	/**
	 * One full pass and what follows from it, without watching anything.
	 *
	 * @returns how many keys could not be brought in line, what the brake still holds included; 1 where the pass itself failed
	 */
	async once(): Promise<number> {
		this.passes.request('start');
		await this.passes.idle();
		if (this.state.brake !== undefined) await this.#lookAgain();
		await this.queue.drain();
		if (this.passes.lastSuccessAt === 0 || this.passes.error !== undefined) return 1;
		return this.queue.failing + (this.state.brake?.ids.size ?? 0);
	}

	/** The pass that confirms a mass delete; without it, runs of one pass each would hold it for ever. */
	async #lookAgain(): Promise<void> {
		const { clock, signal } = this.#context;
		await new Promise<void>((resolve) => {
			clock.after(confirmAfterMs, resolve);
			signal.addEventListener('abort', () => resolve(), { once: true });
		});
		this.passes.request('confirm');
		await this.passes.idle();
	}

	/**
	 * Takes no more work; settles when what is in flight is done.
	 *
	 * @returns whether all of it could be done
	 */
	async stop(): Promise<boolean> {
		this.#subscription?.unsubscribe();
		this.passes.stop();
		await this.passes.idle();
		return (await this.queue.drain()) === 0;
	}

	/**
	 * Takes everything of ours out of the agent, reading each entry once more. For `--deregister-on-exit`.
	 *
	 * @throws what the first one failed with that could not be taken out, when all the others are done
	 */
	async deregisterAll(): Promise<void> {
		const identity = this.identity.last;
		if (identity !== undefined) await deregisterAll(this.#context, this.state, this.#writer, identity);
	}

	#handle(trigger: Trigger): void {
		if (trigger.from === 'resync') this.#requests.request(trigger.trigger);
		else if (trigger.from === 'source') this.#sourceChanged(trigger.change);
		else this.#registryChanged(trigger.change);
	}

	#sourceChanged(change: SourceChange): void {
		const { log, metrics } = this.#context;
		if (change.kind === 'changed') {
			const { key, action, at, signal, health } = change;
			const { news, views, dependents } = this.state;
			noteLife(this.state, change, this.#context.clock.now());
			if (action === 'destroy' && !this.#isKnown(key)) return;
			if (!news.heard(key, action, at, views.get(key))) return;
			this.#add(key, { from: 'event', action, signal, health });
			for (const dependent of dependents.of(key)) this.#add(dependent, { from: 'container', key });
		} else if (change.kind === 'connected') {
			this.isStreamOpen = true;
			this.state.news.restart();
			this.state.lives.restart();
			log.info({}, 'listening to Docker');
			this.#noteConnection('docker-events', 'back');
			this.#requests.request('connected');
		} else {
			this.isStreamOpen = false;
			this.identity.invalidate();
			metrics.increment('reconsul_source_reconnects_total', { cause: change.cause });
			log.warn({ cause: change.cause, error: change.error }, `lost Docker's events: ${change.error.message}`);
			this.#noteConnection('docker-events', 'lost', change.error.message);
		}
	}

	#add(key: Key, because: RunTrigger): void {
		this.queue.add(key);
		this.state.runs.because(key, because);
	}

	/** @returns whether it is looked at now, as against when its time to be tried again has come */
	#addSuspect(key: Key, because: RunTrigger, isReturn: boolean, priority: number): boolean {
		const isAdded = isReturn || this.queue.addUnlessBackingOff(key, priority);
		if (isReturn) this.queue.add(key, priority);
		if (isAdded) this.state.runs.because(key, because);
		return isAdded;
	}

	#noteConnection(side: ConnectionFact['side'], state: ConnectionFact['state'], error?: string): void {
		this.state.history.add({ kind: 'connection', side, state, error });
	}

	/** Nothing is left to do about a container whose end has been dealt with when Docker removes it. */
	#isKnown(key: Key): boolean {
		const { news, views, index } = this.state;
		return news.pending(key) !== undefined || views.get(key) !== undefined || index.idsOf(key).size > 0;
	}

	#registryChanged(change: RegistryChange): void {
		if (change.kind === 'connected') {
			this.isWatchOpen = true;
			this.#noteConnection('consul-watch', 'back');
			this.#requests.request('connected');
			return;
		}
		if (change.kind === 'disconnected') {
			this.isWatchOpen = false;
			this.#noteConnection('consul-watch', 'lost', change.error.message);
			this.#context.log.warn({ error: change.error }, `lost the watch on Consul: ${change.error.message}`);
			return;
		}
		const { clock } = this.#context;
		const { index, budget } = this.state;
		const now = clock.now();
		const { keys, later, unknown } = suspectsAmong(change.seen, index, now, (id) => budget.isSpent(id, now));
		for (const key of keys) this.#addSuspect(key, { from: 'watch' }, false, priorities.event);
		for (const { key, ms } of later) this.queue.addAfter(key, ms);
		if (unknown.length > 0) {
			// The catalog can show our own write before the agent's answer to it has arrived.
			this.#cancelSecondLook();
			this.#cancelSecondLook = clock.after(unknownGraceMs, () => {
				const isUnknown = (id: ServiceId): boolean =>
					index.keyOf(id) === undefined && index.removedAt(id) === undefined;
				if (unknown.some(isUnknown)) this.#requests.request('watch');
			});
		}
	}

	/** The watch needs to know our owner, which takes an answer from the engine. */
	#registryChanges(): Observable<RegistryChange> {
		const { registry } = this.#context;
		return defer(() => this.identity.current()).pipe(
			retry({ delay: (_, count) => timer(Math.min(retryDelayMs(count, false), 15_000)) }),
			switchMap(({ ownership }) => registry.changes(ownership.owner)),
		);
	}

	/** One side answers again: what was put off may be done now. */
	#returned(side: 'docker' | 'consul'): void {
		this.#reports.recovered(side);
		this.#noteConnection(side, 'back');
		this.#requests.request('connected');
	}
}
