import type { Environment } from './environment.ts';
import { parseFlags } from './flags.ts';
import type { GivenOptions } from './options.ts';
import { UsageError } from './usage-error.ts';
import { type Verb, verbs } from './verbs.ts';

/** The command lines of verbs that have arguments of their own. */

/** `listen` as the command line has it; `undefined` to find out how the daemon was started. */
export interface HistoryCommand {
	readonly kind: 'history';
	readonly subject: string | undefined;
	readonly isJson: boolean;
	readonly follows: boolean;
	readonly listen: string | undefined;
	/** Empty for none. */
	readonly apiTokenFile: string;
}

/** It asks a running daemon, so it has no interest in the environment's errors, nor in where Consul is. */
export function historyCommand(
	rest: readonly string[],
	before: GivenOptions,
	env: Environment,
): HistoryCommand | 'help' | { readonly extra: readonly string[] } {
	const [first, ...others] = rest;
	const after = optionsBehind('history', others, before);
	if (after === 'help') return 'help';
	const { said, rest: extra } = after;
	if (extra.length > 0) return { extra };
	return {
		kind: 'history',
		subject: first,
		isJson: said.get('json') === true,
		follows: said.get('follow') === true,
		listen: textOf(said, 'listen'),
		apiTokenFile: textOf(said, 'api-token-file') ?? env['RECONSUL_API_TOKEN_FILE'] ?? '',
	};
}

export interface ReplayCommand {
	readonly kind: 'replay';
	readonly file: string;
	readonly what: string | undefined;
	readonly isJson: boolean;
}

export function replayCommand(
	rest: readonly string[],
	before: GivenOptions,
): ReplayCommand | 'help' | { readonly extra: readonly string[] } {
	const [first, ...others] = rest;
	const file = required(first, 'the file that reconsul record wrote');
	const after = optionsBehind('replay', others, before);
	if (after === 'help') return 'help';
	const [what, ...more] = after.rest;
	const last = optionsBehind('replay', more, after.said);
	if (last === 'help') return 'help';
	if (last.rest.length > 0) return { extra: last.rest };
	return { kind: 'replay', file, what, isJson: last.said.get('json') === true };
}

/** What follows is a registry's URI, or nothing. */
export function recordArguments(
	rest: readonly string[],
	before: GivenOptions,
):
	| { readonly file: string; readonly said: GivenOptions; readonly rest: readonly string[]; readonly forMs: number }
	| 'help' {
	const [first, ...others] = rest;
	const file = required(first, 'the file to write');
	const after = optionsBehind('record', others, before);
	return after === 'help' ? 'help' : { file, ...after, forMs: Number(after.said.get('for') ?? 0) };
}

/** People put a verb's options behind what it is about, too. */
export function optionsBehind(
	verb: Verb,
	words: readonly string[],
	before: GivenOptions,
): { readonly said: GivenOptions; readonly rest: readonly string[] } | 'help' {
	const { given, rest, wantsHelp } = parseFlags(words, verbs[verb].options);
	return wantsHelp ? 'help' : { said: new Map([...before, ...given]), rest };
}

function textOf(said: GivenOptions, name: string): string | undefined {
	const value = said.get(name);
	return value === undefined ? undefined : String(value);
}

/** The argument that a verb cannot do without. */
function required(argument: string | undefined, what: string): string {
	if (argument !== undefined && argument !== '') return argument;
	throw new UsageError(2, `Missing required argument: ${what}.\n`, { usage: true });
}
