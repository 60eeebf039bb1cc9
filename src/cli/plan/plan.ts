import type { Config } from '../../config/config.ts';
import { IdentityHolder } from '../../controller/identity.ts';
import { rehearse } from '../../controller/rehearsal.ts';
import { State } from '../../controller/state.ts';
import { type Wired, wire } from '../../daemon/wiring.ts';
import { createLogger } from '../../log.ts';
import { createMetrics } from '../../metrics/metrics.ts';
import { complain, print } from '../print.ts';
import { progressOn, readingOn } from '../progress.ts';
import { hasColors } from '../terminal.ts';
import { planReport } from './report.ts';
import { planText } from './text.ts';

/**
 * Makes the daemon's full pass and the look that its runs would take, and prints what would follow. Writes nothing.
 *
 * @returns the exit code: 0 in sync, adoption included; 2 where something would change; 1 where one side gave no answer
 */
export async function plan(config: Config, isJson: boolean): Promise<0 | 1 | 2> {
	const log = createLogger({ level: 'error', format: config.logFormat });
	const { signal } = new AbortController();
	const wired = await wire(config, { log, metrics: createMetrics(''), signal, reading: readingOn(progressOn()) });
	for (const warning of config.warnings) complain(warning);
	return printPlan(wired, isJson);
}

/** As `plan`, of whatever world. */
export async function printPlan({ context, host }: Wired, isJson: boolean): Promise<0 | 1 | 2> {
	try {
		const identity = await new IdentityHolder(context, host).current();
		const report = planReport(await rehearse(context, new State(), identity), identity, context.settings.deregister);
		await print(isJson ? `${JSON.stringify(report)}\n` : planText(report, hasColors(process.stdout, process.env)));
		if (report.counts.failed > 0) return 1;
		return report.isInSync ? 0 : 2;
	} catch (error) {
		complain(error);
		return 1;
	}
}
