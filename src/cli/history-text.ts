import type { HistoryEntry } from '../controller/history.ts';
import { type Tone, wordsOf } from '../controller/history-words.ts';
import { clean } from './columns.ts';

/** SGR codes of a terminal. */
const colors: Readonly<Record<Tone, number>> = { good: 32, warn: 33, bad: 31 };
const faint = 2;

const subjectWidth = 20;

/** One line for each entry of the history. */
export function historyLine(entry: HistoryEntry, hasColors: boolean): string {
	const paint = (color: number, text: string): string => (hasColors ? `\x1b[${color}m${text}\x1b[0m` : text);
	const { subject, text, tone } = wordsOf(entry);
	const time = paint(faint, entry.at.replace('T', ' '));
	const words = tone === undefined ? clean(text) : paint(colors[tone], clean(text));
	return `${time}  ${clean(subject).padEnd(subjectWidth)}  ${words}`;
}
