import PQueue from 'p-queue';
import type { Drift, ServiceId, ServiceInstance, Stamp } from '../model.ts';
import { type Meddling, meddlingIn } from '../plan/budget.ts';
import type { Deregister, Register } from '../plan/decide.ts';
import type { Key } from '../plan/ownership.ts';
import { checksWithout, type Refusal, whatIsMissing } from '../plan/refusals.ts';
import { revival } from '../plan/revival.ts';
import { afterRewrite, type Operation, type Upkeep } from '../plan/upkeep.ts';
import { RegistryError } from '../registry/registry.ts';
import type { Context } from './context.ts';
import { messageOf } from './failures.ts';
import { tellOfMeddler } from './notices.ts';
import type { State } from './state.ts';

/** An agent that refuses checks is asked again after this time: nothing announces that it was configured anew, or is newer. */
export const refusedRetryMs = 600_000;

/** The cause of a write, for the log and the figures. */
export interface Cause {
	readonly key: Key;
	/** The container's name where it is known. */
	readonly container: string | undefined;
	/** The event's time by the engine's clock, milliseconds since the epoch. */
	readonly since: number | undefined;
}

const words: Readonly<Record<Operation, string>> = {
	register: 'registered',
	deregister: 'deregistered',
	report: "reported Docker's health of",
	maintain: 'put into maintenance:',
	resume: 'ended the maintenance of',
};

/** Carries out single operations on the agent, at most so many a second, and tells the log and the metrics. */
export class Writer {
	readonly #context: Context;
	readonly #state: State;
	readonly #limiter: PQueue | undefined;

	constructor(context: Context, state: State) {
		this.#context = context;
		this.#state = state;
		const { writesPerSecond } = context.settings;
		if (writesPerSecond > 0)
			this.#limiter = new PQueue({ interval: 1_000, intervalCap: writesPerSecond, strict: true });
	}

	/** Returns in how many milliseconds to look at it again, if at all. */
	async register(decision: Register, cause: Cause): Promise<number | undefined> {
		const { desired, stamp, because } = decision;
		const { index, revivedAt } = this.#state;
		const { clock, metrics } = this.#context;
		const meddling = meddlingIn(decision, index.expectedOf(desired.id)?.stamp);
		const hasVanished = because[0]?.field === 'missing' && index.expectedOf(desired.id)?.isWritten === true;
		const revived = hasVanished ? revival(desired, revivedAt.get(desired.id), clock.now()) : undefined;
		if (revived?.kind === 'wait') return revived.ms;
		const againMs = await this.#write('register', desired.id, because, cause, () =>
			this.#put(revived?.service ?? desired, stamp),
		);
		if (revived !== undefined && revived.service !== desired) revivedAt.set(desired.id, clock.now());
		const repair = meddling ?? (hasVanished ? 'removed' : undefined);
		if (repair !== undefined) metrics.increment('reconsul_repairs_total', { what: repair });
		const { checkStates } = this.#state;
		const known = because[0]?.field === 'missing' ? undefined : checkStates.get(desired.id);
		checkStates.set(desired.id, afterRewrite(known, desired.id));
		if (meddling !== undefined) this.#spend(decision, meddling);
		index.expect(cause.key, desired, stamp, clock.now(), true);
		return againMs;
	}

	/**
	 * Of two that repair in turn one puts its repair off, and the other, whose budget has filled up again by then, never does.
	 * So it tells when it uses the last of it. A stamp that was taken off once is no cause for that.
	 */
	#spend(repair: Register, meddling: Meddling): void {
		const { budget } = this.#state;
		const now = this.#context.clock.now();
		budget.spend(repair.desired.id, meddling, now);
		const waitMs = budget.waitMs(repair.desired.id, meddling, now);
		if (meddling === 'fields' && waitMs > 0)
			tellOfMeddler(this.#context, this.#state, [{ kind: 'contested', repair, meddling, waitMs }]);
	}

	async deregister({ observed, because }: Deregister, cause: Cause): Promise<undefined> {
		const { registry, signal, clock } = this.#context;
		await this.#write('deregister', observed.id, because, cause, () => registry.deregister(observed.id, signal));
		this.#state.index.removed(observed.id, clock.now());
		this.#state.checkStates.delete(observed.id);
		this.#state.revivedAt.delete(observed.id);
		this.#state.refused.delete(observed.id);
	}

	/** Tells the agent what is to be said of a service beside its registration. */
	async keepUp(id: ServiceId, due: Upkeep, cause: Cause): Promise<void> {
		const { registry, signal } = this.#context;
		const call = (): Promise<void> =>
			due.kind === 'report'
				? registry.report(due.checkId, due.report, signal)
				: registry.maintain(id, due.kind === 'maintain' ? due.reason : undefined, signal);
		// Not the output: containers print into it what they like.
		const said =
			due.kind === 'report' ? { status: due.report.status } : due.kind === 'maintain' ? { reason: due.reason } : {};
		await this.#write(due.kind, id, [], cause, call, said);
	}

	/**
	 * Tries what the agent refused before once more; an agent that still refuses it has written nothing.
	 *
	 * @returns in how many milliseconds to try again, `undefined` if there is nothing left to try
	 */
	async retryRefused(desired: ServiceInstance, cause: Cause): Promise<number | undefined> {
		const { refused, index } = this.#state;
		const { clock } = this.#context;
		const before = refused.get(desired.id);
		const stamp = index.expectedOf(desired.id)?.stamp;
		if (before === undefined || stamp === undefined) return undefined;
		const waitMs = before.retryAt - clock.now();
		if (waitMs > 0) return waitMs;
		const because: readonly Drift[] = [{ field: 'spec', desired: stamp.spec, observed: 'without some of its checks' }];
		try {
			const put = (): Promise<number | undefined> => this.#put(desired, stamp, before.refusals);
			return await this.#write('register', desired.id, because, cause, put);
		} catch (error) {
			if (refusalIn(error) === undefined) throw error;
			refused.set(desired.id, { ...before, retryAt: clock.now() + refusedRetryMs });
			return refusedRetryMs;
		}
	}

	/**
	 * Registers, without what the agent refuses of the checks (difference D12): it says one thing at a time, and has written
	 * nothing until it takes the whole.
	 *
	 * @param known what the service goes without already; rejects where that is all that could be written
	 */
	async #put(service: ServiceInstance, stamp: Stamp, known?: ReadonlySet<Refusal>): Promise<number | undefined> {
		const { registry, signal, log, clock } = this.#context;
		const { refused } = this.#state;
		const refusals = new Set<Refusal>();
		for (;;) {
			try {
				const checks = checksWithout(service.checks, refusals);
				await registry.register({ ...service, checks }, stamp, signal);
				break;
			} catch (error) {
				const refusal = refusalIn(error);
				if (refusal === undefined || refusals.has(refusal)) throw error;
				refusals.add(refusal);
				if (known?.isSubsetOf(refusals)) throw error;
			}
		}
		if (refusals.size === 0) {
			refused.delete(service.id);
			return undefined;
		}
		const isNews = refusals.symmetricDifference(refused.get(service.id)?.refusals ?? new Set()).size > 0;
		refused.set(service.id, { retryAt: clock.now() + refusedRetryMs, refusals });
		if (isNews) log.warn({ id: service.id }, whatIsMissing(service.checks, refusals));
		return refusedRetryMs;
	}

	async #write<T>(
		kind: Operation,
		id: ServiceId,
		because: readonly Drift[],
		{ key, container, since }: Cause,
		call: () => Promise<T>,
		said: object = {},
	): Promise<T> {
		const { metrics, log, settings } = this.#context;
		const { runs } = this.#state;
		const fields = because.map(({ field }) => field);
		try {
			const result = await (this.#limiter === undefined ? call() : this.#limiter.add(call));
			metrics.increment('reconsul_operations_total', { kind, result: settings.isDryRun ? 'dry_run' : 'ok' });
			const afterMs = since === undefined ? undefined : Math.max(0, Date.now() - since);
			if (afterMs !== undefined) metrics.observe('reconsul_convergence_seconds', afterMs / 1_000, { kind });
			for (const { field } of because) metrics.increment('reconsul_drift_total', { field });
			const done = `${settings.isDryRun ? 'would have ' : ''}${words[kind]} ${id}`;
			runs.wrote(key, container, { operation: kind, id, because: fields, afterMs });
			log.info({ container, key: key.slice(0, 12), ...(fields.length > 0 ? { because: fields } : {}), ...said }, done);
			return result;
		} catch (error) {
			metrics.increment('reconsul_operations_total', { kind, result: 'error' });
			runs.wrote(key, container, { operation: kind, id, because: fields, error: messageOf(error) });
			throw error;
		}
	}
}

/** `undefined` where the agent refuses something else, or nothing. */
function refusalIn(error: unknown): Refusal | undefined {
	if (!(error instanceof RegistryError)) return undefined;
	return error.class === 'scripts-disabled' ? 'scripts' : error.class === 'unknown-field' ? error.field : undefined;
}
