import type { OptionRow } from './option-rows.ts';
import { reconsulOptions } from './reconsul-options.ts';
import { registratorOptions } from './registrator-options.ts';

/**
 * Every option, once, in the order of the help. Flags, environment variables, defaults, the help and docs/flags.md all
 * follow from these rows.
 */
const rows = [...registratorOptions, ...reconsulOptions] as const;
export const optionRows: readonly OptionRow[] = rows;

type ValueOf<R extends OptionRow> = R['kind'] extends 'boolean'
	? boolean
	: R['kind'] extends 'integer' | 'duration'
		? number
		: R['kind'] extends 'list'
			? readonly string[]
			: R extends { readonly choices: readonly (infer Choice)[] }
				? Choice
				: string;

/** A value for every option, durations in milliseconds. */
export type Options = { readonly [R in (typeof rows)[number] as R['name']]: ValueOf<R> };
export type OptionName = keyof Options;

export type OptionValue = boolean | number | string | readonly string[];
/** What was said, by option; lists with everything that was said. */
export type GivenOptions = ReadonlyMap<string, OptionValue>;

/** The variable that stands for an option: `RECONSUL_RETRY_ATTEMPTS`, `RECONSUL_USE_IP_FROM_LABEL`; `undefined` where there is none. */
export function variableOf(row: OptionRow): string | undefined {
	if (row.kind === 'boolean' && row.hasNoVariable) return undefined;
	const words = row.name.replace(/[A-Z]/g, (letter) => `-${letter}`);
	return `RECONSUL_${words.replaceAll('-', '_').toUpperCase()}`;
}
