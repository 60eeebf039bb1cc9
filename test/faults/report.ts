import type { Fault } from './fault.ts';
import { isGood, type Trial } from './trial.ts';

export interface Row {
	readonly fault: Pick<Fault, 'name' | 'side'>;
	readonly trials: readonly Trial[];
}

export const isWrong = ({ trials }: Row): boolean => trials.length === 0 || !trials.every(isGood);

/** Of an even number the lower one of the two in the middle: a time that was really measured. */
const median = (sorted: readonly number[]): number => sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;

const header = ['fault', 'times', 'p50', 'max', 'writes', 'wrongly removed', 'lost', 'left over', ''];

export function render(rows: readonly Row[]): string {
	const lines = [header, ...rows.map(cells)];
	const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
	const padded = (line: readonly string[]): string =>
		line
			.map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0)))
			.join('  ')
			.trimEnd();
	return lines.map(padded).join('\n');
}

function cells(row: Row): readonly string[] {
	const { fault, trials } = row;
	const times = trials.flatMap(({ ms }) => ms ?? []).sort((a, b) => a - b);
	const isComplete = times.length === trials.length;
	const writes = trials.map((it) => it.writes).sort((a, b) => a - b);
	const count = (of: (trial: Trial) => readonly string[]): string => String(trials.flatMap(of).length);
	return [
		`${fault.side} ${fault.name}`,
		String(trials.length),
		seconds(median(times)),
		isComplete ? seconds(times.at(-1) ?? Number.NaN) : 'never',
		[...new Set([writes.at(0), writes.at(-1)])].join('–'),
		count(({ wrong }) => wrong),
		count(({ lost }) => lost),
		count(({ stale }) => stale),
		isWrong(row) ? 'WRONG' : '',
	];
}

const seconds = (ms: number): string => (Number.isNaN(ms) ? '–' : `${(ms / 1_000).toFixed(2)} s`);
