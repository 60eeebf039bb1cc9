import { isBasedOn } from '../derive/address.ts';
import type { Registration, ServiceId } from '../model.ts';
import type { Decision, Deregister, Register } from '../plan/decide.ts';
import { type Key, leftoverIdOf } from '../plan/ownership.ts';
import { isSucceeded } from '../plan/succession.ts';
import type { Context } from './context.ts';
import type { ErrorReports } from './error-reports.ts';
import { isPermanent, messageOf } from './failures.ts';
import type { Identity } from './identity.ts';
import { idsOf, inquire } from './inquiry.ts';
import { noteExpectations, runningIn, type Subject } from './judge.ts';
import { lookAt } from './look.ts';
import { show, tellOfFlapping, tellOfMeddler } from './notices.ts';
import { decidedBy, omittedIn } from './run-recorder.ts';
import type { State } from './state.ts';
import { keepUp, keptBy } from './upkeep.ts';
import { type Result, serviceView, shownContainer } from './views.ts';
import type { Outcome } from './workqueue.ts';
import type { Cause, Writer } from './writer.ts';

export interface ReconcilerOptions {
	readonly context: Context;
	readonly state: State;
	readonly writer: Writer;
	/** Rejects while the engine cannot say which one it is. */
	readonly identity: () => Promise<Identity>;
	/** Asks for a run of another key, because of what one came to. */
	readonly enqueue: (key: Key, because: Key) => void;
	readonly reports: ErrorReports;
}

/** What one run came to, beside its writes. */
interface Course {
	readonly errors: unknown[];
	/** In how many milliseconds to look again, for whatever reason. */
	readonly waits: number[];
}

/**
 * Brings one key in line: its container is read from the engine, its ids from the agent, then what differs is written. Locks
 * on the ids are held from the read to the write, so no other key of ours comes in between.
 */
export class Reconciler {
	readonly #options: ReconcilerOptions;

	constructor(options: ReconcilerOptions) {
		this.#options = options;
	}

	async reconcile(key: Key): Promise<Outcome> {
		const { context, state, reports } = this.#options;
		const pending = state.news.pending(key);
		const course: Course = { errors: [], waits: [] };
		state.runs.begin(key);
		try {
			await this.#run(key, pending?.since, course);
		} catch (error) {
			course.errors.push(error);
		}
		// What is given up at the end of the daemon is no failure to tell of.
		if (!context.signal.aborted)
			for (const error of course.errors) {
				reports.failed(key, error);
				state.runs.failed(key, messageOf(error));
			}
		if (course.errors.length > 0) return { kind: 'failed', permanent: course.errors.every(isPermanent) };
		reports.recovered(key);
		if (pending !== undefined) state.news.settle(key, pending.count);
		return { kind: 'done', againAfterMs: course.waits.length === 0 ? undefined : Math.min(...course.waits) };
	}

	async #run(key: Key, since: number | undefined, course: Course): Promise<void> {
		const { context, state, identity } = this.#options;
		for (;;) {
			context.signal.throwIfAborted();
			const subject = await lookAt(key, context, state, await identity());
			const ids = idsOf(subject, state);
			const release = state.locks.tryAcquire(ids);
			if (release !== undefined) {
				try {
					return await this.#converge(subject, ids, since, course);
				} finally {
					release();
				}
			}
			// Another key writes one of them right now; what was read so far may be old by then.
			await state.locks.nextRelease();
		}
	}

	async #converge(
		subject: Subject,
		ids: ReadonlySet<ServiceId>,
		since: number | undefined,
		course: Course,
	): Promise<void> {
		const { context, state } = this.#options;
		const { key, container, derivation } = subject;
		const released = this.#claim(subject);
		const { decisions, found, unread } = await inquire(subject, ids, context, state);
		// Neither written nor deleted in this run.
		course.errors.push(...unread.values());
		this.#note(subject, decisions, found);
		tellOfMeddler(context, state, decisions);
		tellOfFlapping(context, state, decisions);
		const shown = shownContainer(container) ?? state.views.get(key)?.container;
		const cause: Cause = { key, container: shown?.name, since };
		const results = await this.#apply(decisions, cause, course);
		await this.#keepUp(subject, decisions, results, cause, course);
		const services = decisions.flatMap((it) => (isSucceeded(it, key) ? [] : (serviceView(it, results.get(it)) ?? [])));
		const hasNews = show(context, state.views, {
			key,
			at: context.clock.now(),
			container: shown,
			isRunning: runningIn(subject) !== undefined,
			follows: derivation.follows,
			services,
			omitted: derivation.omitted,
			warnings: derivation.warnings,
		});
		state.runs.saw(key, {
			container: shown?.name,
			services: decidedBy(
				decisions.filter((it) => !isSucceeded(it, key)),
				results,
			),
			omitted: omittedIn(derivation),
			isNews: hasNews || (since !== undefined && services.length > 0),
		});
		for (const it of decisions) if (it.kind === 'contested' || it.kind === 'flapping') course.waits.push(it.waitMs);
		if (derivation.retryAfterMs !== undefined) course.waits.push(derivation.retryAfterMs);
		const dropped = decisions.flatMap((it) =>
			it.kind === 'deregister' && isDone(results.get(it)) ? [it.observed.id] : [],
		);
		const left = decisions.flatMap((it) => (isSucceeded(it, key) ? [it.held.observed.id] : []));
		for (const id of new Set([...released, ...dropped, ...left])) this.#queueOthers(id, key);
		this.#queueLeftovers(subject, decisions);
	}

	/** Tells the agent what is to be said of the services that are there by now. */
	async #keepUp(
		subject: Subject,
		decisions: readonly Decision[],
		results: ReadonlyMap<Decision, Result>,
		cause: Cause,
		course: Course,
	): Promise<void> {
		const there = decisions.filter((it) => it.kind !== 'register' || isDone(results.get(it)));
		const attempts = keptBy(there, subject.derivation).map((kept) => keepUp(kept, subject, this.#options, cause));
		for (const attempt of await Promise.allSettled(attempts))
			if (attempt.status === 'rejected') course.errors.push(attempt.reason);
			else if (attempt.value !== undefined) course.waits.push(attempt.value);
	}

	/** Those who want the id; and the one whose entry it is, if this key went before it could take that over. */
	#queueOthers(id: ServiceId, key: Key): void {
		const { claims, index } = this.#options.state;
		for (const other of claims.others(id, key)) this.#options.enqueue(other.key, key);
		const holder = index.keyOf(id);
		if (holder !== undefined && holder !== key && !claims.idsOf(key).has(id)) this.#options.enqueue(holder, key);
	}

	/** A leftover that waits for what replaces it is looked at again after the run that registers that. */
	#queueLeftovers({ key, container }: Subject, decisions: readonly Decision[]): void {
		const { unreplaced } = this.#options.state;
		const isWaiting = leftoverIdOf(key) !== undefined && decisions.some(isUnreplaced);
		if (isWaiting && typeof container === 'object')
			unreplaced.set(container.id, (unreplaced.get(container.id) ?? new Set()).add(key));
		for (const leftover of unreplaced.get(key) ?? []) this.#options.enqueue(leftover, key);
		unreplaced.delete(key);
	}

	/** Notes what the key wants now. Returns the ids that it no longer does. */
	#claim(subject: Subject): readonly ServiceId[] {
		const { claims, dependents } = this.#options.state;
		const { key, derivation } = subject;
		if (leftoverIdOf(key) !== undefined) return [];
		const running = runningIn(subject);
		dependents.set(key, running === undefined ? undefined : isBasedOn(running));
		return claims.set(key, running?.createdAt ?? '', derivation.services);
	}

	/** Brings the index in line with what was read. */
	#note(
		subject: Subject,
		decisions: readonly Decision[],
		found: ReadonlyMap<ServiceId, Registration | undefined>,
	): void {
		const { key } = subject;
		const { index } = this.#options.state;
		const { clock } = this.#options.context;
		for (const [id, registration] of found) {
			if (registration?.stamp?.containerId === key) index.found(id, key);
			else if (registration?.stamp !== undefined && index.keyOf(id) === key) index.gone(id);
		}
		const open = new Set(decisions.map((it) => (it.kind === 'register' ? it.desired.id : undefined)));
		for (const id of [...index.idsOf(key)])
			if (found.has(id) && found.get(id) === undefined && !open.has(id)) index.gone(id);
		noteExpectations(subject, decisions, index, clock.now());
	}

	/** Registers first, so that a renamed service is never absent; deregisters only if nothing is about to be tried again. */
	async #apply(decisions: readonly Decision[], cause: Cause, course: Course): Promise<ReadonlyMap<Decision, Result>> {
		const { writer } = this.#options;
		const results = new Map<Decision, Result>();
		const attempt = async (decision: Decision, write: () => Promise<number | undefined>): Promise<void> => {
			try {
				const againMs = await write();
				if (typeof againMs === 'number') course.waits.push(againMs);
				results.set(decision, { done: true });
			} catch (error) {
				course.errors.push(error);
				results.set(decision, { error: messageOf(error) });
			}
		};
		const registers = decisions.filter((it): it is Register => it.kind === 'register');
		await Promise.all(registers.map((it) => attempt(it, () => writer.register(it, cause))));
		const unchanged = decisions.filter((it) => it.kind === 'unchanged');
		await Promise.all(unchanged.map((it) => attempt(it, () => writer.retryRefused(it.desired, cause))));
		if (course.errors.every(isPermanent)) {
			const deregisters = decisions.filter((it): it is Deregister => it.kind === 'deregister');
			await Promise.all(deregisters.map((it) => attempt(it, () => writer.deregister(it, cause))));
		}
		return results;
	}
}

type Hold = Extract<Decision, { kind: 'hold' }>;

const isUnreplaced = (it: Decision): it is Hold => it.kind === 'hold' && it.reason === 'unreplaced';

const isDone = (result: Result): boolean => result !== undefined && 'done' in result;
