import type { OptionRow } from '../../config/option-rows.ts';
import { optionRows } from '../../config/options.ts';
import { registratorOptions } from '../../config/registrator-options.ts';
import { type Argument, type Verb, type VerbRow, verbs } from '../../config/verbs.ts';

/** What there is to complete, from the tables that the command line is read by. Pure. */

export interface OptionWord {
	/** Without dashes. */
	readonly name: string;
	/** `-` for the predecessor's, as in its own documents; both mean the same. */
	readonly dashes: '-' | '--';
	readonly help: string;
	/** What follows: nothing, one of these, a file, or what nobody can guess. */
	readonly value: 'none' | 'file' | 'any' | readonly string[];
}

export interface VerbWord {
	readonly verb: Verb;
	readonly help: string;
	/** Its own, beside everybody's. */
	readonly options: readonly OptionWord[];
	readonly argument: Argument;
}

const ofRegistrator: ReadonlySet<string> = new Set(registratorOptions.map(({ name }) => name));

export const everybodysOptions: readonly OptionWord[] = optionRows.map(optionWord);

const rows: Readonly<Record<Verb, VerbRow>> = verbs;

export const verbWords: readonly VerbWord[] = (Object.keys(verbs) as readonly Verb[]).map((verb) => {
	const { help, options, argument = 'uri' } = rows[verb];
	return { verb, help: inShort(help), options: options.map(optionWord), argument };
});

export const uriWords = ['consul://', 'consul-tls://', 'consul-unix://', 'memory://'] as const;

function optionWord(row: OptionRow): OptionWord {
	const { name, help } = row;
	return { name, dashes: ofRegistrator.has(name) ? '-' : '--', help: inShort(help), value: valueWords(row) };
}

function valueWords(row: OptionRow): OptionWord['value'] {
	if (row.kind === 'boolean') return 'none';
	if (row.kind === 'choice') return row.choices;
	if (row.name === 'deregister') return ['always', 'on-success'];
	return row.kind === 'string' && row.placeholder === 'PATH' ? 'file' : 'any';
}

/** There is one line for it. */
function inShort(help: string): string {
	const [first = ''] = help.split(/[;:]/, 1);
	return first.trim();
}

/** A text in quotes, for all three shells. */
export const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The containers that run, a line each; nothing where Docker cannot be asked. */
export const dockerNames = "docker ps --format '{{.Names}}' 2>/dev/null";
