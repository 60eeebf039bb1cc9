import { isIP } from 'node:net';
import type { Settings } from '../controller/context.ts';
import type { LogLevel } from '../log.ts';
import { parseListen } from '../server/listen.ts';
import { type DockerTarget, dockerFrom } from './docker-env.ts';
import { type Environment, optionsFromEnvironment } from './environment.ts';
import { initialValue } from './option-values.ts';
import { type GivenOptions, type Options, optionRows } from './options.ts';
import { type RegistryTarget, registryFrom } from './registry-uri.ts';
import { UsageError } from './usage-error.ts';

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
	/** In Docker's own form. */
	readonly containerFilters: Readonly<Record<string, readonly string[]>>;
	/** The controller's; the templates are to be added. */
	readonly settings: Omit<Settings, 'derive'> & { readonly derive: Omit<Settings['derive'], 'tagsFor' | 'nameFor'> };
	/** The templates as they were written. */
	readonly tags: string;
	readonly nameTemplate: string;
	/** The agent's node name; empty to ask the agent. */
	readonly node: string;
	/** As the server takes it; valid, empty for none. */
	readonly listen: string;
	readonly api: 'local' | 'public';
	/** Empty for none. */
	readonly apiTokenFile: string;
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

/**
 * The configuration of the daemon, and of every verb that looks at the world as it does. The complaints come in the
 * predecessor's order.
 *
 * @throws UsageError
 */
export function daemonConfig(uri: string, given: GivenOptions, env: Environment, host: ConfigHost): Config {
	const fromEnvironment = optionsFromEnvironment(env, given);
	const said = new Map([...fromEnvironment, ...given]);
	const options = optionsOf(said);
	const deregister = checkTogether(options);
	const intervalMs = periodFrom(given) ?? periodFrom(fromEnvironment) ?? options.interval;
	const docker = dockerFrom(env, host.exists);
	const { target, warnings } = registryFrom(uri, withTokenFile(env, options['token-file']));
	const isOddIp = options.ip !== '' && isIP(options.ip) === 0;
	return {
		registry: target,
		docker,
		containerFilters: filtersFrom(options['container-filter']),
		settings: settingsOf(options, deregister, intervalMs),
		tags: options.tags,
		nameTemplate: options['name-template'],
		node: options.node,
		listen: options.listen,
		api: options.api,
		apiTokenFile: options['api-token-file'],
		logLevel: options['log-level'],
		logFormat: options['log-format'] === 'auto' ? (host.isTerminal ? 'text' : 'json') : options['log-format'],
		isOnce: options.once,
		deregisterOnExit: options['deregister-on-exit'],
		retryAttempts: said.has('retry-attempts') ? options['retry-attempts'] : undefined,
		retryIntervalMs: options['retry-interval'],
		warnings: isOddIp ? [...warnings, '-ip is no IP address; services get it as it is'] : warnings,
	};
}

/** The option is another way to say what Consul's own variable says. */
const withTokenFile = (env: Environment, path: string): Environment =>
	path === '' ? env : { ...env, CONSUL_HTTP_TOKEN_FILE: path };

/** Every row of the table has a value of its own kind: given ones were read by it. */
function optionsOf(said: GivenOptions): Options {
	const isRecommended = said.get('recommended') === true;
	const values = optionRows.map((row) => [row.name, said.get(row.name) ?? initialValue(row, isRecommended)] as const);
	return Object.fromEntries(values) as Options;
}

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

/** `label=team=a` and the like, by key, as `docker ps --filter` takes them. */
function filtersFrom(texts: readonly string[]): Config['containerFilters'] {
	const filters = new Map<string, string[]>();
	for (const text of texts) {
		const at = text.indexOf('=');
		const key = text.slice(0, at);
		filters.set(key, [...(filters.get(key) ?? []), text.slice(at + 1)]);
	}
	return Object.fromEntries(filters);
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
		ipFromContainer: options['ip-from-container'],
		useIpFromLabel: options.useIpFromLabel,
		explicit: options.explicit,
		include: options.include,
		exclude: options.exclude,
		naming: options.naming,
		idPort: options['id-port'],
		ttlSeconds: options.ttl,
		ttlRefreshMs: options['ttl-refresh'] * 1_000,
		traffic: {
			dockerHealth: options['docker-health'],
			register: options.register,
			drain: options.drain,
			drainTimeoutMs: options['drain-timeout'],
			pause: options.pause,
			healthStarting: options['health-starting'],
			healthTtlMs: options['health-ttl'],
		},
		scriptChecks: !options['no-script-checks'],
	},
	ownership: {
		formerHostnames: options['former-hostname'],
		takeOver: options['take-over'],
		cleanup: options.cleanup,
	},
	hostname: options.hostname,
	owner: options.owner,
	intervalMs,
	concurrency: options.concurrency,
	writesPerSecond: options['write-rate'],
	isDryRun: options['dry-run'],
});
