/**
 * Plays recorded cases with the built daemon on real containers and a real Consul; run it through test/lab/lab exec.
 *
 *   main.ts [--list] [PATTERN...]
 *
 * PATTERN: TOPIC/NAME or NAME, with * and ?; all cases unless given here or in CASE. LIST=1 is --list. HOSTS: how many are
 * played at once, 2 unless given.
 */
import { parseArgs } from 'node:util';
import { recordedCases, titleOf } from '../../support/recorded.ts';
import { writtenCases } from '../written.ts';
import { startHosts } from './hosts.ts';
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
	process.exitCode = (await playAll()) ? 0 : 1;
}

async function playAll(): Promise<boolean> {
	const startedAt = performance.now();
	await using hosts = await startHosts(Number(process.env['HOSTS'] || 2));
	const interrupted = (): void => void hosts[Symbol.asyncDispose]().then(() => process.exit(130));
	process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
	const results = await Promise.all(
		chosen.map(async (scenario): Promise<Result> => {
			const result = { scenario, verdict: await hosts.play(scenario) };
			say(caseLines(result));
			return result;
		}),
	);
	const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
	say(['', ...reportLines(results).slice(0, -1), `in ${seconds} s`, ...reportLines(results).slice(-1)]);
	return results.every(({ verdict }) => verdict.faults.length === 0);
}
