import type { Reading } from '../source/source.ts';
import { clean } from './columns.ts';

/** One line on a terminal that tells how far something is, and is gone when it is over. */
export interface Progress {
	show(text: string): void;
	clear(): void;
}

interface Terminal {
	readonly isTTY?: boolean;
	readonly columns?: number;
	write(text: string): unknown;
}

const redrawMs = 100;
/** Of a terminal that does not know its width, or says 0. */
const usualWidth = 80;

/** For who reads containers. */
export const readingOn =
	({ show, clear }: Progress): Reading =>
	(done, all) =>
		done < all ? show(`reading ${all} containers: ${done} done`) : clear();

/** On anything but a terminal it writes nothing. */
export function progressOn(stream: Terminal = process.stderr, now: () => number = () => performance.now()): Progress {
	let shownAt = Number.NEGATIVE_INFINITY;
	let isShown = false;
	if (stream.isTTY !== true) return { show: () => {}, clear: () => {} };
	return {
		show: (text) => {
			if (now() - shownAt < redrawMs) return;
			shownAt = now();
			isShown = true;
			stream.write(`\r\u001b[K${clean(text).slice(0, (stream.columns || usualWidth) - 1)}`);
		},
		clear: () => {
			if (isShown) stream.write('\r\u001b[K');
			isShown = false;
		},
	};
}
