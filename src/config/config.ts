import { isIP } from 'node:net';
import type { Settings } from '../controller/context.ts';
import type { LogLevel } from '../log.ts';
import { parseListen } from '../server/listen.ts';
import { type DockerTarget, dockerFrom } from './docker-env.ts';
import { type Environment, optionsFromEnvironment } from './environment.ts';
import { type ParsedFlags, parseFlags } from './flags.ts';
import { helpText } from './help.ts';
import { initialValue } from './option-values.ts';
import { type GivenOptions, type Options, optionRows } from './options.ts';
import { type RegistryTarget, registryFrom } from './registry-uri.ts';
import { shownUri, UsageError } from './usage-error.ts';

/** What the command line and the environment cannot say. */
export interface ConfigHost {
	readonly version: string;
	/** Whether somebody reads the log on a terminal. */
	readonly isTerminal: boolean;
	/** Whether there is something at a path. */
	readonly exists: (path: string) => boolean;
}

/** Everything the daemon needs to start. */
export interface Config {
	readonly registry: RegistryTarget;
	readonly docker: DockerTarget;
	/** The controller's; the template of `-tags` is to be added. */
	readonly settings: Omit<Settings, 'derive'> & { readonly derive: Omit<Settings['derive'], 'tagsFor'> };
	/** The template as it was written. */
	readonly tags: string;
	/** The agent's node name; empty to ask the agent. */
	readonly node: string;
	/** As the server takes it; valid, empty for none. */
	readonly listen: string;
	readonly api: 'local' | 'public';
	readonly logLevel: LogLevel;
	readonly logFormat: 'json' | 'text';
	readonly isOnce: boolean;
	readonly deregisterOnExit: boolean;
	/** How often to try again after the first failure at start, -1 for ever; `undefined` where nobody said. */
	readonly retryAttempts: number | undefined;
	readonly retryIntervalMs: number;
	/** What was said and has no or a doubtful effect; to be logged. */
	readonly warnings: readonly string[];
}

export type Command =
	| { readonly kind: 'run'; readonly config: Config }
	/** `listen` as the command line has it; `undefined` to find out how the daemon was started. */
	| { readonly kind: 'healthcheck'; readonly listen: string | undefined }
	| { readonly kind: 'print'; readonly text: string; readonly exitCode: 0; readonly stream: 'stdout' | 'stderr' };

/**
 * What the program was asked to do.
 *
 * @param argv without the program's name
 * @throws UsageError
 */
export function configFrom(argv: readonly string[], env: Environment, host: ConfigHost): Command {
	const flags = parseFlags(argv);
	// On stderr, as Go's flags have it, and with 0.
	if (flags.wantsHelp) return { kind: 'print', text: helpText(), exitCode: 0, stream: 'stderr' };
	if (wantsVersion(flags)) return { kind: 'print', text: `${host.version}\n`, exitCode: 0, stream: 'stdout' };
	const [first] = flags.rest;
	if (first === 'healthcheck') return healthcheckCommand(flags);
	const uri = onlyArgument(flags.rest);
	const fromEnvironment = optionsFromEnvironment(env, flags.given);
	return { kind: 'run', config: daemonConfig(uri, flags.given, fromEnvironment, env, host) };
}

/** In any place: behind the URI it would be nothing but an error. */
const wantsVersion = ({ given, rest }: ParsedFlags): boolean =>
	given.get('version') === true || rest.slice(1).some((argument) => /^--?version$/.test(argument));

/** Options may stand on either side of the verb. It asks a running daemon, so it has no interest in the environment's errors. */
function healthcheckCommand({ given, rest }: ParsedFlags): Command {
	const after = parseFlags(rest.slice(1));
	if (after.wantsHelp) return { kind: 'print', text: helpText(), exitCode: 0, stream: 'stderr' };
	if (after.rest.length > 0) throw extra(after.rest);
	const listen = after.given.get('listen') ?? given.get('listen');
	return { kind: 'healthcheck', listen: listen === undefined ? undefined : String(listen) };
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

/** The complaints come in the predecessor's order. */
function daemonConfig(
	uri: string,
	given: GivenOptions,
	fromEnvironment: GivenOptions,
	env: Environment,
	host: ConfigHost,
): Config {
	const said = new Map([...fromEnvironment, ...given]);
	const options = optionsOf(said);
	const deregister = checkTogether(options);
	const intervalMs = periodFrom(given) ?? periodFrom(fromEnvironment) ?? options.interval;
	const docker = dockerFrom(env, host.exists);
	const { target, warnings } = registryFrom(uri, env);
	const isOddIp = options.ip !== '' && isIP(options.ip) === 0;
	return {
		registry: target,
		docker,
		settings: settingsOf(options, deregister, intervalMs),
		tags: options.tags,
		node: options.node,
		listen: options.listen,
		api: options.api,
		logLevel: options['log-level'],
		logFormat: options['log-format'] === 'auto' ? (host.isTerminal ? 'text' : 'json') : options['log-format'],
		isOnce: options.once,
		deregisterOnExit: options['deregister-on-exit'],
		retryAttempts: said.has('retry-attempts') ? options['retry-attempts'] : undefined,
		retryIntervalMs: options['retry-interval'],
		warnings: isOddIp ? [...warnings, '-ip is no IP address; services get it as it is'] : warnings,
	};
}

/** Every row of the table has a value of its own kind: given ones were read by it. */
const optionsOf = (said: GivenOptions): Options =>
	Object.fromEntries(optionRows.map((row) => [row.name, said.get(row.name) ?? initialValue(row)])) as Options;

/** @returns the mode of `-deregister` */
function checkTogether(options: Options): 'always' | 'on-success' {
	const { ttl, 'ttl-refresh': refresh, deregister, listen } = options;
	const wrong = (message: string, cause?: unknown): UsageError => new UsageError(1, message, { cause });
	if (ttl > 0 !== refresh > 0) throw wrong('-ttl and -ttl-refresh must be specified together or not at all');
	if (ttl > 0 && ttl <= refresh) throw wrong('-ttl must be greater than -ttl-refresh');
	if (options['retry-interval'] <= 0) throw wrong('-retry-interval must be greater than 0');
	if (deregister !== 'always' && deregister !== 'on-success')
		throw wrong('-deregister must be "always" or "on-success"');
	if (options.policy === 'upsert-only' && options['deregister-on-exit'])
		throw wrong('-deregister-on-exit contradicts -policy=upsert-only, which never deregisters');
	try {
		parseListen(listen);
	} catch (error) {
		throw wrong(error instanceof Error ? error.message : String(error), error);
	}
	return deregister;
}

/** `-resync` and `--interval` are two names of one thing; `-resync 0`, the predecessor's default, is not saying it. */
function periodFrom(said: GivenOptions): number | undefined {
	const interval = said.get('interval');
	const resync = Number(said.get('resync') ?? 0) * 1_000;
	if (interval !== undefined && resync > 0 && interval !== resync)
		throw new UsageError(1, '-resync and -interval are the same thing; give only one of them');
	return resync > 0 ? resync : interval === undefined ? undefined : Number(interval);
}

const settingsOf = (options: Options, deregister: 'always' | 'on-success', intervalMs: number): Config['settings'] => ({
	policy: options.policy,
	deregister,
	derive: {
		ip: options.ip,
		internal: options.internal,
		useIpFromLabel: options.useIpFromLabel,
		explicit: options.explicit,
		idPort: options['id-port'],
		ttlSeconds: options.ttl,
	},
	ownership: {
		formerHostnames: options['former-hostname'],
		takeOver: options['take-over'],
		cleanup: options.cleanup,
	},
	hostname: options.hostname,
	owner: options.owner,
	intervalMs,
	ttlRefreshMs: options['ttl-refresh'] * 1_000,
	concurrency: options.concurrency,
	writesPerSecond: options['write-rate'],
	isDryRun: options['dry-run'],
});
