/**
 * Plays recorded cases with the built daemon on real containers and a real Consul; run it through test/lab/lab exec.
 *
 *   main.ts [--list] [PATTERN...]
 *
 * PATTERN: TOPIC/NAME or NAME, with * and ?; all cases unless given here or in CASE. LIST=1 is --list. HOSTS: how many are
 * played at once, 2 to 4 by the number of processors unless given.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { recordedCases, titleOf } from '../../support/recorded.ts';
import { writtenCases } from '../written.ts';
import { type Hosts, startHosts } from './hosts.ts';
import { scenarioOf } from './play.ts';
import { caseLines, type Result, reportLines } from './report.ts';
import { matching } from './selection.ts';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { list: { type: 'boolean' } } });
const patterns = [...positionals, ...(process.env['CASE'] ?? '').split(/[\s,]+/)].filter((text) => text !== '');
const chosen = matching([...recordedCases().map(scenarioOf), ...writtenCases()], patterns);
const say = (lines: readonly string[]): void => console.log(lines.join('\n'));

if (chosen.length === 0) {
	console.error(`no case matches ${patterns.join(' ')}; --list shows them all`);
	process.exitCode = 2;
} else if (values.list === true || process.env['LIST']) {
	say(chosen.map((scenario) => `${titleOf(scenario)}  ${scenario.why}`));
} else {
	await using hosts = await startHosts(
		Number(process.env['HOSTS'] || Math.min(4, Math.max(2, availableParallelism()))),
	);
	let isInterrupted = false;
	const interrupt = (): void => {
		isInterrupted = true;
		// What is being played fails, and so the run ends.
		void hosts[Symbol.asyncDispose]();
	};
	process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
	try {
		process.exitCode = (await playAll(hosts)) ? 0 : 1;
	} catch (error) {
		if (!isInterrupted) throw error;
		process.exitCode = 130;
	}
}

async function playAll(hosts: Hosts): Promise<boolean> {
	const startedAt = performance.now();
	const results = await Promise.all(
		chosen.map(async (scenario): Promise<Result> => {
			const result = { scenario, verdict: await hosts.play(scenario) };
			say(caseLines(result));
			return result;
		}),
	);
	const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
	const report = reportLines(results);
	say(['', ...report.slice(0, -1), `in ${seconds} s`, ...report.slice(-1)]);
	return results.every(({ verdict }) => verdict.faults.length === 0);
}
