import { type Fault, isGood, type Trial } from './fault.ts';

export interface Row {
	readonly fault: Pick<Fault, 'name'>;
	readonly trials: readonly Trial[];
}

export const isWrong = ({ trials }: Row): boolean => trials.length === 0 || !trials.every(isGood);

/** Of an even number the lower one of the two in the middle: a time that was really measured. */
const median = (sorted: readonly number[]): number => sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;

const header = ['fault', 'times', 'p50', 'max', 'writes', 'wrong deletes', 'lost', 'left over', 'leaks', ''];

export function render(rows: readonly Row[]): string {
	const lines = [header, ...rows.map(cells)];
	const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
	const isText = (column: number): boolean => column === 0 || column === header.length - 1;
	const padded = (text: string, column: number): string =>
		isText(column) ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
	return lines.map((line) => line.map(padded).join('  ').trimEnd()).join('\n');
}

function cells(row: Row): readonly string[] {
	const { fault, trials } = row;
	const ms = trials.flatMap(({ convergedMs }) => convergedMs).sort((a, b) => a - b);
	const isComplete = trials.every(({ convergedMs }) => convergedMs.length > 0);
	const writes = trials.map((it) => it.writes).sort((a, b) => a - b);
	const count = (of: (trial: Trial) => readonly string[]): string => String(trials.flatMap(of).length);
	return [
		fault.name,
		String(trials.reduce((total, { times }) => total + times, 0)),
		seconds(median(ms)),
		isComplete ? seconds(ms.at(-1) ?? Number.NaN) : 'never',
		[...new Set([writes.at(0), writes.at(-1)])].join('–'),
		count(({ wrong }) => wrong),
		count(({ lost }) => lost),
		count(({ stale }) => stale),
		count(({ leaks }) => leaks),
		remark(row),
	];
}

function remark(row: Row): string {
	if (!isWrong(row)) return row.trials.find(({ note }) => note !== undefined)?.note ?? '';
	const [problem] = row.trials.flatMap((trial) => trial.problem?.split('\n')[0] ?? []);
	return problem === undefined ? 'WRONG' : `WRONG: ${problem}`;
}

const seconds = (ms: number): string => (Number.isNaN(ms) ? '–' : `${(ms / 1_000).toFixed(2)} s`);
