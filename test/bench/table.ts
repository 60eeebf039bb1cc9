import { type Contestant, contestants } from './program.ts';

/** One line of the table: samples of each contestant, of which the middle one and the worst are shown. */
export interface Row {
	readonly what: string;
	/** Behind the numbers: `ms`, `MB`, `%`, or nothing for a count. */
	readonly unit: string;
	readonly samples: Readonly<Partial<Record<Contestant, readonly number[]>>>;
	/** What the daemon's must be, where it is not a matter of speed. */
	readonly must?: number;
}

/** Of an even number the lower one of the two in the middle: a time that was really measured. */
export const median = (samples: readonly number[]): number =>
	samples.toSorted((a, b) => a - b)[Math.floor((samples.length - 1) / 2)] ?? Number.NaN;

const worst = (samples: readonly number[]): number => Math.max(...samples);

/** Where the daemon is wrong, as against slow. */
export const isWrong = ({ samples, must }: Row): boolean =>
	must !== undefined && (samples.reconsul ?? []).some((value) => value !== must);

const titles: Readonly<Record<Contestant, string>> = {
	reconsul: 'reconsul',
	read: 'bare, with a read',
	plain: 'bare',
};

export function render(rows: readonly Row[]): string {
	const header = ['p50 (worst)', ...contestants.map((it) => titles[it]), '× bare with a read', '× bare'];
	const lines = rows.map((row) => [
		row.what,
		...contestants.map((it) => cell(row, it)),
		ratio(row, 'read'),
		row.must === undefined ? ratio(row, 'plain') : `${isWrong(row) ? 'WRONG: ' : ''}must be ${row.must}`,
	]);
	const widths = header.map((_, column) => Math.max(...[header, ...lines].map((line) => line[column]?.length ?? 0)));
	const line = (cells: readonly string[]): string =>
		cells
			.map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0)))
			.join('   ')
			.trimEnd();
	return [line(header), ...lines.map(line)].join('\n');
}

function cell({ samples, unit }: Row, contestant: Contestant): string {
	const of = samples[contestant];
	if (of === undefined) return '–';
	const suffix = unit === '' ? '' : ` ${unit}`;
	return of.length === 1 ? digits(median(of)) + suffix : `${digits(median(of))} (${digits(worst(of))})${suffix}`;
}

const ratio = ({ samples, must }: Row, to: Contestant): string => {
	const [ours, theirs] = [samples.reconsul, samples[to]];
	if (must !== undefined || ours === undefined || theirs === undefined) return '';
	return (median(ours) / median(theirs)).toFixed(2);
};

const digits = (value: number): string =>
	value === 0 ? '0' : value.toFixed(value < 100 && !Number.isInteger(value) ? 1 : 0);
