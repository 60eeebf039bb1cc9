import type { OptionRow } from './option-rows.ts';
import { readValue } from './option-values.ts';
import { type GivenOptions, type OptionValue, optionRows } from './options.ts';
import { plain, quoted, UsageError } from './usage-error.ts';

export interface ParsedFlags {
	readonly given: GivenOptions;
	/** From the first argument that is no flag. */
	readonly rest: readonly string[];
	/** `-h` or `-help` was met; what follows it was not looked at. */
	readonly wantsHelp: boolean;
}

interface Flag {
	readonly name: string;
	/** What stands behind its `=`. */
	readonly inline: string | undefined;
}

/**
 * Parses a command line as Go's `flag` package does: `-x v`, `-x=v`, `--x`; booleans take a value only behind `=`; the
 * first argument that is no flag ends it, and so does `--`. The last of several counts.
 *
 * @param more options of a verb, beside everybody's
 * @throws UsageError in Go's words, with exit code 2
 */
export function parseFlags(argv: readonly string[], more: readonly OptionRow[] = []): ParsedFlags {
	const rowsByName = new Map([...optionRows, ...more].map((row) => [row.name, row]));
	const given = new Map<string, OptionValue>();
	for (let at = 0; ; ) {
		const argument = argv[at];
		if (argument === undefined || argument.length < 2 || !argument.startsWith('-'))
			return { given, rest: argv.slice(at), wantsHelp: false };
		at += 1;
		if (argument === '--') return { given, rest: argv.slice(at), wantsHelp: false };
		const { name, inline } = split(argument);
		const row = rowsByName.get(name);
		if (row === undefined) {
			if (name === 'help' || name === 'h') return { given, rest: [], wantsHelp: true };
			throw wrong(`flag provided but not defined: -${plain(name)}`);
		}
		const takesNext = row.kind !== 'boolean' && inline === undefined;
		const text = takesNext ? argv[at] : (inline ?? 'true');
		if (takesNext) at += 1;
		if (text === undefined) throw wrong(`flag needs an argument: -${name}`);
		keep(given, row, read(row, text));
	}
}

function split(argument: string): Flag {
	const [, name, inline] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
	if (name === undefined) throw wrong(`bad flag syntax: ${plain(argument)}`);
	return { name, inline };
}

function read(row: OptionRow, text: string): OptionValue {
	const reading = readValue(row, text);
	if ('value' in reading) return reading.value;
	throw wrong(
		row.kind === 'boolean'
			? `invalid boolean value ${quoted(text)} for -${row.name}: ${reading.flaw}`
			: `invalid value ${quoted(text)} for flag -${row.name}: ${reading.flaw}`,
	);
}

function keep(given: Map<string, OptionValue>, { kind, name }: OptionRow, value: OptionValue): void {
	const before = given.get(name);
	given.set(name, kind === 'list' && Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value);
}

const wrong = (message: string): UsageError => new UsageError(2, message, { usage: true });
