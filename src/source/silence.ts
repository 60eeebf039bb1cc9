import type { Clock } from '../clock.ts';

/** How long a stream may say nothing before its engine is asked whether it is there, and how often it is asked. */
export const silenceMs = 5_000;

export interface SilenceWatch {
	/** Something arrived. */
	heard(): void;
	stop(): void;
}

/**
 * A frozen engine keeps its connections open and says nothing, which looks like an engine with nothing to say. After five
 * seconds of silence `probe` decides; what arrives meanwhile outweighs its failure.
 *
 * @param onDead called once, with what the probe failed with; the watch has stopped by then
 */
export function watchSilence(
	clock: Clock,
	probe: (signal: AbortSignal) => Promise<void>,
	onDead: (error: unknown) => void,
): SilenceWatch {
	const stopped = new AbortController();
	let heardAt = clock.now();
	let cancel = clock.after(silenceMs, () => void look());
	const stop = (): void => {
		cancel();
		stopped.abort();
	};
	const wait = (ms: number): void => {
		if (!stopped.signal.aborted) cancel = clock.after(ms, () => void look());
	};
	async function look(): Promise<void> {
		const silentMs = clock.now() - heardAt;
		if (silentMs < silenceMs) return wait(silenceMs - silentMs);
		const before = heardAt;
		try {
			await probe(stopped.signal);
		} catch (error) {
			if (stopped.signal.aborted) return;
			if (heardAt === before) {
				stop();
				return onDead(error);
			}
		}
		wait(silenceMs);
	}
	return {
		heard: () => {
			heardAt = clock.now();
		},
		stop,
	};
}
