import type { Reading } from '../source/source.ts';
import type { Context } from './context.ts';

const firstMs = 2_000;
const everyMs = 10_000;

/** Tells in the log how far the reading of all containers is, where it takes longer than anybody would expect. */
export class ReadingReport {
	readonly #context: Pick<Context, 'clock' | 'log'>;
	#cancel: () => void;
	#last: { readonly done: number; readonly all: number } | undefined;

	constructor(context: Pick<Context, 'clock' | 'log'>) {
		this.#context = context;
		this.#cancel = context.clock.after(firstMs, () => this.#tell());
	}

	readonly reading: Reading = (done, all) => {
		this.#last = { done, all };
	};

	stop(): void {
		this.#cancel();
	}

	#tell(): void {
		const { clock, log } = this.#context;
		// What hangs before the list is there, or after it, is no matter of reading.
		if (this.#last !== undefined && this.#last.done < this.#last.all) {
			const { done, all } = this.#last;
			log.info({}, `reading ${all} containers: ${done} done`);
		}
		this.#cancel = clock.after(everyMs, () => this.#tell());
	}
}
