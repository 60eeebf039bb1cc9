import { systemClock } from '../../clock.ts';
import type { Config } from '../../config/config.ts';
import type { Context } from '../../controller/context.ts';
import type { Wired } from '../../daemon/wiring.ts';
import { settingsOf } from '../../daemon/wiring.ts';
import { type RecordedRegistry, recordedRegistry } from '../../registry/recorded.ts';
import { type RecordedSource, recordedSource } from '../../source/recorded.ts';

/** One moment of a host, for somebody else to look at: what `reconsul record` writes and `replay` reads. */
export interface Recording {
	readonly format: typeof format;
	/** Of the program that recorded. */
	readonly version: string;
	/** RFC 3339. */
	readonly at: string;
	readonly options: Pick<Config, 'settings' | 'tags' | 'nameTemplate'>;
	readonly host: {
		readonly name: string;
		readonly containerId: string | null;
		/** What its name resolves to; `null` where it does not. */
		readonly addresses: readonly string[] | null;
	};
	readonly docker: RecordedSource;
	readonly consul: RecordedRegistry;
}

export const format = 'reconsul recording 1';

/** @throws Error that says why it is none */
export function parseRecording(text: string): Recording {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new Error('it is no JSON; reconsul record writes what replay reads');
	}
	const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'format') : undefined;
	if (found === format) return value as Recording;
	const what = typeof found === 'string' ? JSON.stringify(found.slice(0, 100)) : 'nothing that says so';
	throw new Error(`it is no ${JSON.stringify(format)} but ${what}; take the version of reconsul that recorded it`);
}

/** The world as it was then. */
export function worldOf(
	{ at, options, host, docker, consul }: Recording,
	{ log, metrics, signal }: Pick<Context, 'log' | 'metrics' | 'signal'>,
): Wired {
	const context: Context = {
		settings: settingsOf(options),
		source: recordedSource(docker),
		registry: recordedRegistry(consul),
		clock: systemClock,
		log,
		metrics,
		signal,
	};
	return {
		context,
		host: {
			name: host.name,
			containerId: host.containerId ?? undefined,
			resolve: async (name) => {
				if (host.addresses === null) throw new Error(`${name} did not resolve`);
				return host.addresses;
			},
			now: () => Date.parse(at),
		},
	};
}
