import type { Config } from '../config/config.ts';
import { UsageError } from '../config/usage-error.ts';
import { IdentityHolder } from '../controller/identity.ts';
import { resync } from '../controller/resync.ts';
import { State } from '../controller/state.ts';
import { type Wired, wire } from '../daemon/wiring.ts';
import { explain } from '../explain/explain.ts';
import type { Explanation, NotFound } from '../explain/explanation.ts';
import { createLogger } from '../log.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { askDaemon, type DaemonAnswer } from './asking/explain-daemon.ts';
import { explainText, notFoundText } from './explain-text.ts';
import { complain, print } from './print.ts';
import { progressOn, readingOn } from './progress.ts';
import { hasColors } from './terminal.ts';

export interface ExplainRequest {
	/** A container's name or id, a service's id or name. */
	readonly what: string;
	/** Where a daemon may answer. */
	readonly listen: string;
	readonly isJson: boolean;
	/** Asked for only where none does; throws UsageError. */
	readonly config: () => Config;
}

const leastWidth = 40;

/** Only a terminal has an edge; whoever reads a pipe wants whole lines. */
const widthOf = ({ isTTY, columns }: NodeJS.WriteStream): number =>
	isTTY === true ? Math.max(leastWidth, columns) : Number.POSITIVE_INFINITY;

/**
 * Says from the container to Consul what becomes of it and why; asks the running daemon, else looks for itself. Writes nothing.
 *
 * @returns the exit code: 0 in sync, 2 where it is not in Consul as wanted, 1 for an error
 */
export async function explainCommand({ what, listen, isJson, config }: ExplainRequest): Promise<0 | 1 | 2> {
	try {
		const answer = await askDaemon(listen, what);
		return await printExplanation(answer === 'none' ? await lookFor(what, config()) : answer, isJson);
	} catch (error) {
		if (error instanceof UsageError) throw error;
		complain(error);
		return 1;
	}
}

/** @returns the exit code, as of the whole */
export async function printExplanation(found: Exclude<DaemonAnswer, 'none'>, isJson: boolean): Promise<0 | 1 | 2> {
	if ('error' in found) {
		complain(found.error);
		return 1;
	}
	if (isJson) await print(`${JSON.stringify(found)}\n`);
	if ('notFound' in found) {
		complain(notFoundText(found));
		return 1;
	}
	if (!isJson)
		await print(
			explainText(found, { width: widthOf(process.stdout), hasColors: hasColors(process.stdout, process.env) }),
		);
	return found.verdict === 'in sync' ? 0 : 2;
}

async function lookFor(what: string, config: Config): Promise<Explanation | NotFound> {
	const log = createLogger({ level: 'error', format: config.logFormat });
	const { signal } = new AbortController();
	const wired = await wire(config, { log, metrics: createMetrics(''), signal, reading: readingOn(progressOn()) });
	for (const warning of config.warnings) complain(warning);
	return lookAround(what, wired);
}

/** As a daemon would that has just started in such a world. */
export async function lookAround(what: string, { context, host }: Wired): Promise<Explanation | NotFound> {
	const identity = await new IdentityHolder(context, host).current();
	const state = new State();
	const { doubt } = await resync(context, state, identity);
	return explain(what, { context, state, identity, by: 'command', doubt, past: () => ({}) });
}
