import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { consulOptions, dockerOptions } from '../config/connections.ts';
import { UsageError } from '../config/usage-error.ts';
import type { Context, Settings } from '../controller/context.ts';
import { type Host, resolveWithSystem } from '../controller/identity.ts';
import { nameTemplate } from '../derive/service-name.ts';
import { tagsTemplate } from '../derive/tags.ts';
import { consulRegistry } from '../registry/consul/registry.ts';
import { dryRun } from '../registry/dry-run.ts';
import { memoryRegistry } from '../registry/memory.ts';
import type { Registry } from '../registry/registry.ts';
import { dockerSource } from '../source/docker.ts';
import { ownContainerId } from '../source/self.ts';

/** What everything else works with. */
export interface Wired {
	readonly context: Context;
	readonly host: Host;
}

/**
 * The adapters that a configuration names, and what the operating system says of us; for the daemon and for every verb that
 * looks at the world as it does.
 *
 * @throws UsageError for what only now shows to be wrong: a template, a certificate that cannot be read
 */
export async function wire(
	config: Config,
	given: Pick<Context, 'log' | 'metrics' | 'signal' | 'reading'>,
): Promise<Wired> {
	const settings = settingsOf(config);
	const registry = registryOf(config);
	const source = dockerSource({
		docker: dockerOptions(config.docker),
		filters: config.containerFilters,
		concurrency: config.settings.concurrency * 2,
		warn: (message) => given.log.warn({}, message),
	});
	const host: Host = {
		name: hostname(),
		containerId: await ownContainerId((path) => readFile(path, 'utf8')),
		resolve: resolveWithSystem,
	};
	return { context: { settings, source, registry, clock: systemClock, ...given }, host };
}

/** @throws UsageError for a template that cannot be parsed */
export function settingsOf({
	settings,
	tags,
	nameTemplate: names,
}: Pick<Config, 'settings' | 'tags' | 'nameTemplate'>): Settings {
	const tagsFor = parsed('-tags', () => tagsTemplate(tags));
	const nameFor = names === '' ? undefined : parsed('--name-template', () => nameTemplate(names));
	return { ...settings, derive: { ...settings.derive, tagsFor, nameFor } };
}

function parsed<T>(option: string, parse: () => T): T {
	try {
		return parse();
	} catch (cause) {
		throw new UsageError(1, `${option}: ${(cause as Error).message}`, { cause });
	}
}

function registryOf({ registry: target, node, settings }: Config): Registry {
	const registry = target.kind === 'memory' ? memoryRegistry() : consulRegistry(consulOptions(target, node));
	return settings.isDryRun ? dryRun(registry) : registry;
}
