import { cleanText } from '../log.ts';

const maxWidth = 64;
const maxText = 300;

/** Names, labels and messages are other people's words, and this may be a terminal. */
export const clean = (text: string): string => cleanText(text, maxText);

/** In columns as wide as their widest cell, within reason; the last is as long as it likes. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
	const cells = rows.map((row) => row.map(clean));
	const widths = (cells[0] ?? []).map((_, at) =>
		Math.min(maxWidth, Math.max(...cells.map((row) => row[at]?.length ?? 0))),
	);
	return cells.map((row) =>
		row
			.map((cell, at) => cell.padEnd(widths[at] ?? 0))
			.join('  ')
			.trimEnd(),
	);
}

/** `1 service`, `2 services`. */
export const counted = (count: number, one: string, more = `${one}s`): string => `${count} ${count === 1 ? one : more}`;
