import type { Config } from '../config/config.ts';
import { IdentityHolder } from '../controller/identity.ts';
import { resync } from '../controller/resync.ts';
import { State } from '../controller/state.ts';
import { wire } from '../daemon/wiring.ts';
import { createLogger } from '../log.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { planReport, planText } from './plan-report.ts';

/**
 * Makes the daemon's full pass and prints what would follow from it. Writes nothing: a pass never does.
 *
 * @returns the exit code: 0 in sync, adoption included; 2 where something would change; 1 where one side gave no answer
 */
export async function plan(config: Config, isJson: boolean): Promise<0 | 1 | 2> {
	const log = createLogger({ level: 'error', format: config.logFormat });
	const { signal } = new AbortController();
	const { context, host } = await wire(config, { log, metrics: createMetrics(''), signal });
	const state = new State();
	try {
		const identity = await new IdentityHolder(context, host).current();
		const pass = await resync(context, state, identity);
		const report = planReport(pass, [...state.views.all()], identity);
		process.stdout.write(isJson ? `${JSON.stringify(report)}\n` : planText(report, process.stdout.isTTY === true));
		return report.isInSync ? 0 : 2;
	} catch (error) {
		process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
		return 1;
	}
}
