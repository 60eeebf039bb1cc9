import type { Metrics } from '../metrics/metrics.ts';
import type { Registry } from '../registry/registry.ts';
import { RegistryError } from '../registry/registry.ts';
import { type Source, SourceError } from '../source/source.ts';

/** Whether one side answers, by the last call that says so. */
export class Side {
	/** `undefined` while it answers. */
	error: string | undefined = 'not asked yet';
	/** Told when it answers again after it did not. */
	readonly #onReturn: () => void;
	#hasFailed = false;

	constructor(onReturn: () => void) {
		this.#onReturn = onReturn;
	}

	answered(): void {
		const isReturn = this.#hasFailed;
		this.error = undefined;
		this.#hasFailed = false;
		if (isReturn) this.#onReturn();
	}

	failed(message: string): void {
		this.error = message;
		this.#hasFailed = true;
	}
}

/** An answer that refuses one thing comes from a side that is there. */
const answers: ReadonlySet<string> = new Set(['invalid', 'scripts-disabled']);

type Call<T> = () => Promise<T>;

/** Notes how every call to the agent went. */
export function observedRegistry(registry: Registry, side: Side, metrics: Metrics): Registry {
	const observe = async <T>(call: Call<T>): Promise<T> => {
		try {
			const result = await call();
			side.answered();
			return result;
		} catch (error) {
			if (error instanceof RegistryError) {
				metrics.increment('reconsul_registry_errors_total', { class: error.class });
				if (answers.has(error.class)) side.answered();
				else side.failed(error.message);
			}
			throw error;
		}
	};
	return {
		get: (id, signal) => observe(() => registry.get(id, signal)),
		list: (signal) => observe(() => registry.list(signal)),
		register: (service, stamp, signal) => observe(() => registry.register(service, stamp, signal)),
		deregister: (id, signal) => observe(() => registry.deregister(id, signal)),
		heartbeat: (checkId, signal) => observe(() => registry.heartbeat(checkId, signal)),
		// The token may lack the right to it, which says nothing of the agent.
		advertisedAddress: (signal) => registry.advertisedAddress(signal),
		changes: (owner) => registry.changes(owner),
	};
}

/** Notes how every call to the engine went. */
export function observedSource(source: Source, side: Side, metrics: Metrics): Source {
	const observe = async <T>(call: Call<T>): Promise<T> => {
		try {
			const result = await call();
			side.answered();
			return result;
		} catch (error) {
			if (error instanceof SourceError) {
				metrics.increment('reconsul_source_errors_total', { class: error.class });
				if (answers.has(error.class)) side.answered();
				else side.failed(error.message);
			}
			throw error;
		}
	};
	return {
		list: (signal) => observe(() => source.list(signal)),
		get: (idOrName, signal) => observe(() => source.get(idOrName, signal)),
		info: (signal) => observe(() => source.info(signal)),
		changes: () => source.changes(),
		reopen: (reason) => source.reopen(reason),
	};
}
