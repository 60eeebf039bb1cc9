import { maskValue } from './server/mask.ts';

/**
 * What is said of an error that nothing caught. Where it came from, and nothing that hangs on it: clients hang whole requests on
 * theirs, tokens among them, and Node would print all of it.
 */
export function lastWords(error: unknown): string {
	const what = error instanceof Error ? (error.stack ?? error.message) : typeof error;
	return `reconsul ended by an error of its own, which is worth a report: ${maskValue(what)}\n`;
}
