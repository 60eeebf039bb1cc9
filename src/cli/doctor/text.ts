import { clean } from '../columns.ts';
import { type Result, type Verdict, worstOf } from './examination.ts';

/** What `reconsul doctor` found, as a person reads it. Pure. */

const colors: Readonly<Record<Verdict, number>> = { ok: 32, warn: 33, fail: 31, skip: 2 };
const indent = 6;

export function doctorText(results: readonly Result[], hasColors: boolean): string {
	const width = Math.max(0, ...results.map(({ check }) => check.length));
	const paint = (verdict: Verdict): string => {
		const word = verdict.padEnd(indent - 2);
		return hasColors ? `\u001b[${colors[verdict]}m${word}\u001b[0m` : word;
	};
	const lines = results.flatMap(({ check, verdict, text, remedy }) => [
		`${paint(verdict)}  ${check.padEnd(width)}  ${clean(text)}`,
		...(remedy === undefined ? [] : [`${' '.repeat(indent + width + 2)}${clean(remedy)}`]),
	]);
	return [...lines, '', summary(results), ''].join('\n');
}

const heading: Readonly<Record<ReturnType<typeof worstOf>, string>> = {
	ok: 'well',
	warn: 'well, with things to look at',
	fail: 'not well',
};

function summary(results: readonly Result[]): string {
	const counts = (Object.keys(colors) as readonly Verdict[])
		.map((verdict) => [verdict, results.filter((it) => it.verdict === verdict).length] as const)
		.filter(([, count]) => count > 0)
		.map(([verdict, count]) => `${count} ${verdict}`);
	return `${heading[worstOf(results)]}: ${counts.join(', ')}; nothing was written`;
}
