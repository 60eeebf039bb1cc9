import type { OptionRow } from './option-rows.ts';
import { readValue } from './option-values.ts';
import { type GivenOptions, type OptionValue, optionRows, variableOf } from './options.ts';
import { quoted, UsageError } from './usage-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the `RECONSUL_*` variables say of the options that the command line does not mention. A list is separated by commas.
 *
 * An empty variable is a value where texts are asked for (`RECONSUL_LISTEN=` switches listening off), and else says
 * nothing: `RECONSUL_TTL: ${TTL:-}` is a habit of compose files.
 *
 * @throws UsageError that names the variable, with exit code 2
 */
export function optionsFromEnvironment(env: Environment, given: GivenOptions): GivenOptions {
	const found = new Map<string, OptionValue>();
	for (const row of optionRows) {
		const variable = variableOf(row);
		const text = variable === undefined ? undefined : env[variable];
		if (variable === undefined || text === undefined || given.has(row.name)) continue;
		if (text === '' && row.kind !== 'string') continue;
		found.set(row.name, row.kind === 'list' ? readList(row, variable, text) : read(row, variable, text));
	}
	return found;
}

const readList = (row: OptionRow, variable: string, text: string): readonly string[] =>
	text
		.split(',')
		.map((part) => part.trim())
		.filter((part) => part !== '')
		.flatMap((part) => read(row, variable, part) as readonly string[]);

function read(row: OptionRow, variable: string, text: string): OptionValue {
	const reading = readValue(row, text);
	if ('value' in reading) return reading.value;
	throw new UsageError(2, `invalid value ${quoted(text)} in ${variable}: ${reading.flaw}`);
}
