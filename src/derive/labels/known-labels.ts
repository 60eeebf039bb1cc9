import { checkRows, headerRow } from './check-rows.ts';
import { registratorRows } from './registrator-rows.ts';
import { containerRows, metaRow, serviceRows } from './service-rows.ts';
import { nearest } from './suggestion.ts';

/**
 * The table of both languages, from which come what is read, what is known, and docs/labels.md. The parts that `<…>` stands
 * for are the user's.
 */
export const table = {
	registrator: registratorRows,
	container: containerRows,
	service: { ...serviceRows, 'meta.<key>': metaRow },
	check: checkRows,
	header: { 'header.<header>': headerRow },
} as const;

const checkKeys = [...Object.keys(table.check), ...Object.keys(table.header)].map((key) => `check.<name>.${key}`);
const patterns = [...Object.keys(table.service), ...checkKeys].map((pattern) => pattern.split('.'));

/**
 * What was probably meant by a key that is none, both without `reconsul.` and the port in front.
 *
 * @param key `chek.web.http`
 * @returns `check.web.http`
 */
export function suggestionFor(key: string, isForPort: boolean): string | undefined {
	const parts = key.split('.');
	const candidates = patterns.flatMap((pattern) => {
		const filled = pattern.map((part, at) => (part.startsWith('<') ? parts[at] : part));
		return filled.includes(undefined) ? [] : [filled.join('.')];
	});
	return nearest(key, [...candidates, ...(isForPort ? [] : Object.keys(table.container))]);
}
