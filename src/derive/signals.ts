import { constants } from 'node:os';

/** Docker's names for the real-time signals, as in `SIGRTMIN+3`, by which systemd in a container is told to halt. */
const [realTimeFirst, realTimeLast] = [34, 64];

/**
 * The number of a signal as images, Docker's command line and its events write it: `SIGTERM`, `TERM`, `15`, `RTMIN+3`.
 *
 * @returns `undefined` for what is no signal
 */
export function signalNumber(text: string): number | undefined {
	const word = text.trim().toUpperCase().replace(/^SIG/, '');
	if (/^\d{1,2}$/.test(word)) return Number(word) > 0 && Number(word) <= realTimeLast ? Number(word) : undefined;
	const [, base, distance = '0'] = /^RT(MIN|MAX)(?:[+-](\d{1,2}))?$/.exec(word) ?? [];
	if (base === 'MIN') return within(realTimeFirst + Number(distance));
	if (base === 'MAX') return within(realTimeLast - Number(distance));
	const numbers: Readonly<Record<string, number>> = constants.signals;
	return Object.hasOwn(numbers, `SIG${word}`) ? numbers[`SIG${word}`] : undefined;
}

const within = (number: number): number | undefined =>
	number >= realTimeFirst && number <= realTimeLast ? number : undefined;

/** `SIGTERM`, or the number where it has no name. */
export const signalName = (number: number): string =>
	Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;
