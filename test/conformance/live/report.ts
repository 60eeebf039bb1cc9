import { type RecordedCase, titleOf } from '../../support/recorded.ts';
import type { Verdict } from './play.ts';

export interface Result {
	readonly scenario: Pick<RecordedCase, 'topic' | 'name'>;
	readonly verdict: Verdict;
}

const isPassed = ({ verdict }: Result): boolean => verdict.faults.length === 0;

/** How one case went, as it is said while the others run. */
export function caseLines({ scenario, verdict }: Result): readonly string[] {
	const { faults, seconds, log } = verdict;
	const outcome = faults.length === 0 ? 'pass' : 'FAIL';
	const said = log.trimEnd() === '' ? [] : log.trimEnd().split('\n').slice(-25);
	return [
		`${outcome} ${seconds.toFixed(2).padStart(6)} s  ${titleOf(scenario)}`,
		...faults.map((fault) => `              ${fault}`),
		...said.map((line) => `              | ${line}`),
	];
}

/** A line for each topic, and the sum. */
export function reportLines(results: readonly Result[]): readonly string[] {
	const topics = [...Map.groupBy(results, ({ scenario }) => scenario.topic)].toSorted(([a], [b]) => (a < b ? -1 : 1));
	const row = (topic: string, passed: unknown, failed: unknown, seconds: string): string =>
		`${topic.padEnd(12)}${String(passed).padStart(8)}${String(failed).padStart(8)}${seconds.padStart(10)}`;
	const passed = results.filter(isPassed).length;
	const failures = results.filter((result) => !isPassed(result)).map(({ scenario }) => `FAIL ${titleOf(scenario)}`);
	return [
		row('topic', 'passed', 'failed', 'seconds'),
		...topics.map(([topic, of]) => {
			const seconds = of.reduce((sum, { verdict }) => sum + verdict.seconds, 0);
			const good = of.filter(isPassed).length;
			return row(topic, good, of.length - good, seconds.toFixed(1));
		}),
		...failures,
		`${passed} passed, ${results.length - passed} failed`,
	];
}
