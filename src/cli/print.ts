import { cleanText } from '../log.ts';

/** Reader and writer of a pipe need not be equally fast, and a reader may have seen enough (`| head`). */
process.stdout.on('error', () => {});

/** Settles when all of it is out: the process ends by an exit, which waits for nothing. */
export const print = (text: string): Promise<void> =>
	new Promise((resolve) => {
		process.stdout.write(text, () => resolve());
	});

/** One line on stderr, in the place of one that told how far something was. Messages can hold what others said. */
export const complain = (error: unknown): void => {
	process.stderr.write(
		`${process.stderr.isTTY ? '\r\u001b[K' : ''}${cleanText(error instanceof Error ? error.message : String(error), 500)}\n`,
	);
};
