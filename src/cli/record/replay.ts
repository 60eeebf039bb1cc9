import { readFile } from 'node:fs/promises';
import { createLogger } from '../../log.ts';
import { createMetrics } from '../../metrics/metrics.ts';
import { lookAround, printExplanation } from '../explain.ts';
import { printPlan } from '../plan/plan.ts';
import { complain } from '../print.ts';
import { parseRecording, worldOf } from './recording.ts';

export interface ReplayRequest {
	readonly file: string;
	/** What to explain; the plan where nothing is named. */
	readonly what: string | undefined;
	readonly isJson: boolean;
}

/**
 * Prints what `reconsul plan` or `explain` would have printed when the file was recorded. Asks nobody.
 *
 * @returns the exit code, as of these
 */
export async function replay({ file, what, isJson }: ReplayRequest): Promise<0 | 1 | 2> {
	try {
		const recording = parseRecording(await readFile(file, 'utf8'));
		const log = createLogger({ level: 'error', format: 'text' });
		const { signal } = new AbortController();
		const world = worldOf(recording, { log, metrics: createMetrics(''), signal });
		if (what === undefined) return await printPlan(world, isJson);
		return await printExplanation(await lookAround(what, world), isJson);
	} catch (error) {
		complain(`${file}: ${error instanceof Error ? error.message : String(error)}`);
		return 1;
	}
}
