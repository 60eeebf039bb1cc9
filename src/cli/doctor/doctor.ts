import type { Config } from '../../config/config.ts';
import { wire } from '../../daemon/wiring.ts';
import { createLogger } from '../../log.ts';
import { createMetrics } from '../../metrics/metrics.ts';
import { complain, print } from '../print.ts';
import { progressOn, readingOn } from '../progress.ts';
import { hasColors } from '../terminal.ts';
import { consulChecks } from './consul.ts';
import { daemonChecks } from './daemon.ts';
import { dockerChecks } from './docker.ts';
import { type Check, examine, warn, worstOf } from './examination.ts';
import { type Facts, factsOf } from './facts.ts';
import { hostChecks } from './host.ts';
import { serviceChecks } from './services.ts';
import { doctorText } from './text.ts';

/** In the order in which they are shown; they run side by side. */
export const checks: readonly Check<Facts>[] = [
	...dockerChecks,
	...consulChecks,
	...hostChecks,
	...serviceChecks,
	...daemonChecks,
	{
		name: 'options',
		run: async ({ config }) => config.warnings.map((text) => warn(text, 'see docs/flags.md')),
	},
];

/**
 * Looks at everything that the daemon depends on, writes nothing, and says what is wrong and what to do about it.
 *
 * @returns the exit code: 0 where nothing fails, warnings included; 2 where something does; 1 where there is no saying
 */
export async function doctor(config: Config, isJson: boolean, version: string): Promise<0 | 1 | 2> {
	const log = createLogger({ level: 'error', format: config.logFormat });
	const { signal } = new AbortController();
	const progress = progressOn();
	const reading = readingOn(progress);
	const { context, host } = await wire(config, { log, metrics: createMetrics(''), signal, reading });
	try {
		const facts = factsOf(config, { context, host, version });
		const results = await examine(checks, facts, signal, (done) =>
			progress.show(`looking: ${done} of ${checks.length} done`),
		);
		progress.clear();
		const verdict = worstOf(results);
		await print(
			isJson
				? `${JSON.stringify({ verdict, results })}\n`
				: doctorText(results, hasColors(process.stdout, process.env)),
		);
		return verdict === 'fail' ? 2 : 0;
	} catch (error) {
		progress.clear();
		complain(error);
		return 1;
	}
}
