import type { Metrics } from '../metrics/metrics.ts';
import { type Registry, RegistryError } from '../registry/registry.ts';
import { type Source, SourceError } from '../source/source.ts';

/** Whether one side answers, by the last call. */
export class Side {
	/** `undefined` while it answers. */
	error: string | undefined = 'not asked yet';
	/** Told when it answers again after it did not. */
	readonly #onReturn: () => void;
	#isAway = false;

	constructor(onReturn: () => void) {
		this.#onReturn = onReturn;
	}

	answered(): void {
		const isReturn = this.#isAway;
		this.error = undefined;
		this.#isAway = false;
		if (isReturn) this.#onReturn();
	}

	isAway(message: string): void {
		this.error = message;
		this.#isAway = true;
	}
}

/**
 * What means that nobody answered. A refusal or an error of the other side's own concerns what was asked for; if it counted
 * too, one service that the agent fails to take would make every success of another look like the end of an outage.
 */
const noAnswer: ReadonlySet<string> = new Set(['unreachable', 'timeout']);

/** Notes how a call went. */
async function observed<T>(call: () => Promise<T>, side: Side, count: (error: unknown) => void): Promise<T> {
	try {
		const result = await call();
		side.answered();
		return result;
	} catch (error) {
		count(error);
		if (error instanceof RegistryError || error instanceof SourceError) {
			if (noAnswer.has(error.class)) side.isAway(error.message);
			else side.answered();
		}
		throw error;
	}
}

export function observedRegistry(registry: Registry, side: Side, metrics: Metrics): Registry {
	const observe = <T>(call: () => Promise<T>): Promise<T> =>
		observed(call, side, (error) => {
			if (error instanceof RegistryError) metrics.increment('reconsul_registry_errors_total', { class: error.class });
		});
	return {
		get: (id, signal) => observe(() => registry.get(id, signal)),
		list: (signal) => observe(() => registry.list(signal)),
		register: (service, stamp, signal) => observe(() => registry.register(service, stamp, signal)),
		release: (found, signal) => observe(() => registry.release(found, signal)),
		deregister: (id, signal) => observe(() => registry.deregister(id, signal)),
		heartbeat: (checkId, signal) => observe(() => registry.heartbeat(checkId, signal)),
		// The token may lack the right to it, which says nothing of the agent.
		advertisedAddress: (signal) => registry.advertisedAddress(signal),
		changes: (owner) => registry.changes(owner),
	};
}

export function observedSource(source: Source, side: Side, metrics: Metrics): Source {
	const observe = <T>(call: () => Promise<T>): Promise<T> =>
		observed(call, side, (error) => {
			if (error instanceof SourceError) metrics.increment('reconsul_source_errors_total', { class: error.class });
		});
	return {
		list: (signal) => observe(() => source.list(signal)),
		get: (idOrName, signal) => observe(() => source.get(idOrName, signal)),
		info: (signal) => observe(() => source.info(signal)),
		changes: () => source.changes(),
		reopen: (reason) => source.reopen(reason),
	};
}
