import type { Daemon } from '../support/daemon.ts';

export interface Sample {
	/** Since the first. */
	readonly seconds: number;
	readonly memoryMb: number;
	readonly descriptors: number;
	readonly writes: number;
}

/** Samples the daemon by what its process says of itself. */
export class Curves {
	readonly #samples: Sample[] = [];
	readonly #daemon: Daemon;
	readonly #since = performance.now();

	constructor(daemon: Daemon) {
		this.#daemon = daemon;
	}

	async sample(): Promise<void> {
		const [memory, descriptors, writes] = await Promise.all([
			this.#daemon.metric('process_resident_memory_bytes'),
			this.#daemon.metric('process_open_fds'),
			this.#daemon.writes(),
		]);
		const seconds = Math.round((performance.now() - this.#since) / 1_000);
		this.#samples.push({ seconds, memoryMb: memory / 1e6, descriptors, writes });
	}

	get samples(): readonly Sample[] {
		return this.#samples;
	}

	/** What is wrong with them; the first quarter warms up. */
	complaints(): readonly string[] {
		const quarter = Math.floor(this.#samples.length / 4);
		const [early, late] = [this.#samples.slice(quarter, 2 * quarter), this.#samples.slice(-quarter)];
		if (early.length === 0) return ['there are too few samples to say anything of memory and descriptors'];
		const memory = [early, late].map((part) => median(part.map(({ memoryMb }) => memoryMb)));
		const open = [early, late].map((part) => median(part.map(({ descriptors }) => descriptors)));
		const most = Math.max(...this.#samples.map(({ descriptors }) => descriptors));
		return [
			...grown('memory in MB', memory, 1.25, 10),
			...grown('open descriptors', open, 1.25, 15),
			...(most > 4_096 ? [`${most} descriptors were open at once`] : []),
		];
	}

	/** At most twelve of the samples, evenly apart. */
	table(): string {
		const step = Math.max(1, Math.ceil(this.#samples.length / 12));
		const shown = this.#samples.filter((_, at) => at % step === 0 || at === this.#samples.length - 1);
		const rows = shown.map(({ seconds, memoryMb, descriptors, writes }) =>
			[`${seconds} s`, `${memoryMb.toFixed(0)} MB`, `${descriptors}`, `${writes}`]
				.map((it) => it.padStart(12))
				.join(''),
		);
		return [['time', 'memory', 'descriptors', 'writes'].map((it) => it.padStart(12)).join(''), ...rows].join('\n');
	}
}

const median = (values: readonly number[]): number =>
	values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const grown = (
	what: string,
	[early = 0, late = 0]: readonly number[],
	factor: number,
	slack: number,
): readonly string[] =>
	late > early * factor + slack ? [`${what} grew from ${early.toFixed(0)} to ${late.toFixed(0)}`] : [];
