import { type Config, type ConfigHost, daemonConfig } from './config.ts';
import { addressVariable } from './consul-env.ts';
import type { Environment } from './environment.ts';
import { type ParsedFlags, parseFlags } from './flags.ts';
import { helpText } from './help.ts';
import { oneOf } from './option-values.ts';
import type { GivenOptions } from './options.ts';
import { type HistoryCommand, historyCommand, type ReplayCommand, recordArguments, replayCommand } from './requests.ts';
import { quoted, shownUri, UsageError } from './usage-error.ts';
import { isVerb, type Shell, shells, type Verb, verbs } from './verbs.ts';

export type Command =
	| { readonly kind: 'run'; readonly config: Config }
	/** `listen` as the command line has it; `undefined` to find out how the daemon was started. */
	| { readonly kind: 'healthcheck'; readonly listen: string | undefined }
	| { readonly kind: 'plan'; readonly config: Config; readonly isJson: boolean }
	| { readonly kind: 'cleanup'; readonly config: Config; readonly isConfirmed: boolean }
	| { readonly kind: 'completion'; readonly shell: Shell }
	| { readonly kind: 'man' }
	| { readonly kind: 'doctor'; readonly config: Config; readonly isJson: boolean }
	| ExplainRequest
	| { readonly kind: 'lint'; readonly config: Config; readonly target: string | undefined }
	| HistoryCommand
	| ReplayCommand
	| { readonly kind: 'record'; readonly config: Config; readonly file: string; readonly forMs: number }
	| { readonly kind: 'release'; readonly config: Config; readonly isConfirmed: boolean }
	| { readonly kind: 'print'; readonly text: string; readonly exitCode: 0; readonly stream: 'stdout' | 'stderr' };

/** `config` throws UsageError; nobody has to say where Consul is while a daemon answers. */
interface ExplainRequest {
	readonly kind: 'explain';
	readonly what: string;
	readonly isJson: boolean;
	/** As the command line has it; `undefined` to find out how the daemon was started. */
	readonly listen: string | undefined;
	readonly config: () => Config;
}

/**
 * What the program was asked to do.
 *
 * @param argv without the program's name
 * @throws UsageError
 */
export function commandFrom(argv: readonly string[], env: Environment, host: ConfigHost): Command {
	const flags = parseFlags(argv);
	if (flags.wantsHelp) return help;
	if (wantsVersion(flags)) return { kind: 'print', text: `${host.version}\n`, exitCode: 0, stream: 'stdout' };
	const [first] = flags.rest;
	if (isVerb(first)) return verbCommand(first, flags, env, host);
	return { kind: 'run', config: daemonConfig(onlyArgument(flags.rest), flags.given, env, host) };
}

/** On stderr, as Go's flags have it, and with 0. */
const help: Command = { kind: 'print', text: helpText(), exitCode: 0, stream: 'stderr' };

/** In any place: behind the URI it would be nothing but an error. */
const wantsVersion = ({ given, rest }: ParsedFlags): boolean =>
	given.get('version') === true || rest.slice(1).some((argument) => /^--?version$/.test(argument));

/** Options may stand on either side of the verb; those behind it win. */
function verbCommand(verb: Verb, { given, rest }: ParsedFlags, env: Environment, host: ConfigHost): Command {
	const after = parseFlags(rest.slice(1), verbs[verb].options);
	if (after.wantsHelp) return help;
	const said: GivenOptions = new Map([...given, ...after.given]);
	switch (verb) {
		case 'healthcheck': {
			// It asks a running daemon, so it has no interest in the environment's errors.
			if (after.rest.length > 0) throw extra(after.rest);
			const listen = said.get('listen');
			return { kind: 'healthcheck', listen: listen === undefined ? undefined : String(listen) };
		}
		case 'completion':
			return { kind: 'completion', shell: shellIn(after.rest) };
		case 'man':
			if (after.rest.length > 0) throw extra(after.rest);
			return { kind: 'man' };
		case 'doctor':
			return { kind: 'doctor', config: verbConfig(after.rest, said, env, host), isJson: said.get('json') === true };
		case 'plan':
			return { kind: 'plan', config: verbConfig(after.rest, said, env, host), isJson: said.get('json') === true };
		case 'record': {
			const asked = recordArguments(after.rest, said);
			if (asked === 'help') return help;
			const { file, forMs } = asked;
			return { kind: 'record', config: verbConfig(asked.rest, asked.said, env, host), file, forMs };
		}
		case 'replay':
		case 'history': {
			const command = verb === 'replay' ? replayCommand(after.rest, said) : historyCommand(after.rest, said, env);
			if (command === 'help') return help;
			if ('extra' in command) throw extra(command.extra);
			return command;
		}
		case 'lint':
			if (after.rest.length > 1) throw extra(after.rest.slice(1));
			return { kind: 'lint', config: daemonConfig('memory://', said, env, host), target: after.rest[0] };
		case 'explain':
			return explainRequest(after.rest, said, env, host);
		case 'cleanup':
		case 'release':
			return {
				kind: verb,
				config: verbConfig(after.rest, said, env, host),
				isConfirmed: said.get('yes') === true,
			};
	}
}

/** People put its options behind what they ask about. */
function explainRequest(rest: readonly string[], before: GivenOptions, env: Environment, host: ConfigHost): Command {
	const [what, ...more] = rest;
	if (what === undefined || what === '')
		throw new UsageError(2, 'Missing required argument: a container, or a service id.\n', { usage: true });
	const { given, rest: uri, wantsHelp } = parseFlags(more, verbs.explain.options);
	if (wantsHelp) return help;
	const trailing = parseFlags(uri.slice(1), verbs.explain.options);
	if (trailing.rest.length > 0) throw extra(trailing.rest);
	const said: GivenOptions = new Map([...before, ...given, ...trailing.given]);
	const listen = said.get('listen');
	return {
		kind: 'explain',
		what,
		isJson: said.get('json') === true,
		listen: listen === undefined ? undefined : String(listen),
		config: () => verbConfig(uri.slice(0, 1), said, env, host),
	};
}

/** For a verb that looks at the world as the daemon does. */
const verbConfig = (rest: readonly string[], said: GivenOptions, env: Environment, host: ConfigHost): Config =>
	daemonConfig(rest.length > 0 ? onlyArgument(rest) : uriFrom(env), said, env, host);

/** Where a verb finds the registry when nobody says: where the daemon was told, else where Consul's own tools look. */
function uriFrom(env: Environment): string {
	const uri = env['RECONSUL_URI'] || (env[addressVariable] ? 'consul://' : '');
	if (uri !== '') return uri;
	throw new UsageError(2, `Missing registry URI: give one, or set RECONSUL_URI or ${addressVariable}.\n`, {
		usage: true,
	});
}

function shellIn([name, ...others]: readonly string[]): Shell {
	if (others.length > 0) throw extra(others);
	const shell = shells.find((it) => it === name);
	if (shell !== undefined) return shell;
	const given = name === undefined ? 'none' : quoted(name);
	throw new UsageError(2, `reconsul completion needs a shell: ${oneOf(shells)}; got ${given}\n`, { usage: true });
}

function onlyArgument([uri, ...others]: readonly string[]): string {
	if (uri === undefined) throw new UsageError(2, 'Missing required argument for registry URI.\n', { usage: true });
	if (others.length > 0) throw extra(others);
	return uri;
}

const extra = (others: readonly string[]): UsageError => {
	const shown = others.map(shownUri).join(' ');
	const cut = shown.length > 120 ? `${shown.slice(0, 120)}…` : shown;
	const text = `Extra unparsed arguments:\n  ${cut}\nOptions should come before the registry URI argument.\n`;
	return new UsageError(2, text, { usage: true });
};
