import type { Metrics } from '../metrics/metrics.ts';
import { type Registry, RegistryError } from '../registry/registry.ts';
import { type Source, SourceError } from '../source/source.ts';
import { classOf, messageOf } from './failures.ts';

/** Whether one side answers, by the last call. */
export class Side {
	/** `undefined` while it answers. */
	error: string | undefined = 'not asked yet';
	/** Told when it answers again after it did not. */
	readonly #onReturn: () => void;
	/** Told when it no longer does. */
	readonly #onLoss: (error: string) => void;
	#isAway = false;

	constructor(onReturn: () => void, onLoss: (error: string) => void = () => {}) {
		this.#onReturn = onReturn;
		this.#onLoss = onLoss;
	}

	answered(): void {
		const isReturn = this.#isAway;
		this.error = undefined;
		this.#isAway = false;
		if (isReturn) this.#onReturn();
	}

	isAway(message: string): void {
		const isLoss = !this.#isAway;
		this.error = message;
		this.#isAway = true;
		if (isLoss) this.#onLoss(message);
	}
}

/**
 * What means that nobody answered. A refusal or an error of the other side's own concerns what was asked for; if it counted
 * too, one service that the agent fails to take would make every success of another look like the end of an outage.
 */
const noAnswer: ReadonlySet<string> = new Set(['unreachable', 'timeout']);

/** Notes how a call went; `probe` asks the same side something else, to tell one thing that hangs or is cut from a side that is away. */
async function observed<T>(
	call: () => Promise<T>,
	side: Side,
	count: (error: unknown) => void,
	probe: () => Promise<unknown>,
): Promise<T> {
	try {
		const result = await call();
		side.answered();
		return result;
	} catch (error) {
		count(error);
		const isSilent = isNoAnswer(error) && (await isSilentTo(probe));
		if (isSilent) side.isAway(messageOf(error));
		else if (classOf(error) !== undefined) side.answered();
		throw error;
	}
}

const isNoAnswer = (error: unknown): boolean => noAnswer.has(classOf(error) ?? '');

async function isSilentTo(probe: () => Promise<unknown>): Promise<boolean> {
	try {
		await probe();
		return false;
	} catch (error) {
		return isNoAnswer(error) || classOf(error) === undefined;
	}
}

/** An id that nobody has: the agent answers without looking far, whatever the token may read. */
const nobodysId = 'reconsul:probe';

/** How long the other question may take, in milliseconds; a side that is well answers it from memory. */
const probeMs = 2_000;
const briefly = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(probeMs)]);

export function observedRegistry(registry: Registry, side: Side, metrics: Metrics): Registry {
	const count = (error: unknown): void => {
		if (error instanceof RegistryError) metrics.increment('reconsul_registry_errors_total', { class: error.class });
	};
	const observe = <T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> =>
		observed(call, side, count, () => registry.get(nobodysId, briefly(signal)));
	return {
		get: (id, signal) => observe(signal, () => registry.get(id, signal)),
		list: (signal) => observe(signal, () => registry.list(signal)),
		checks: (signal, id) => observe(signal, () => registry.checks(signal, id)),
		register: (service, stamp, signal) => observe(signal, () => registry.register(service, stamp, signal)),
		release: (found, signal) => observe(signal, () => registry.release(found, signal)),
		deregister: (id, signal) => observe(signal, () => registry.deregister(id, signal)),
		heartbeats: async (beats, signal) => {
			const errors = await registry.heartbeats(beats, signal);
			// Whether the agent is away is asked once.
			const silent = errors.findIndex(isNoAnswer);
			for (const [n, error] of errors.entries()) if (n !== silent) count(error);
			await observe(signal, async () => {
				if (silent >= 0) throw errors[silent];
			}).catch(() => {});
			return errors;
		},
		report: (checkId, report, signal) => observe(signal, () => registry.report(checkId, report, signal)),
		maintain: (id, reason, signal) => observe(signal, () => registry.maintain(id, reason, signal)),
		// The token may lack the right to it, which says nothing of the agent.
		advertisedAddress: (signal) => registry.advertisedAddress(signal),
		tokenFingerprint: (signal) => registry.tokenFingerprint(signal),
		changes: (owner) => registry.changes(owner),
	};
}

export function observedSource(source: Source, side: Side, metrics: Metrics): Source {
	const count = (error: unknown): void => {
		if (error instanceof SourceError) metrics.increment('reconsul_source_errors_total', { class: error.class });
	};
	const observe = <T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> =>
		observed(call, side, count, () => source.info(briefly(signal)));
	return {
		list: (signal, passOver, reading) => observe(signal, () => source.list(signal, passOver, reading)),
		get: (idOrName, signal) => observe(signal, () => source.get(idOrName, signal)),
		info: (signal) => observe(signal, () => source.info(signal)),
		changes: () => source.changes(),
		reopen: (reason) => source.reopen(reason),
	};
}
