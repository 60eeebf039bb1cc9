import { type FileHandle, open, unlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import type { Context } from '../../controller/context.ts';
import { type Identity, IdentityHolder } from '../../controller/identity.ts';
import { type Rehearsals, rehearse } from '../../controller/rehearsal.ts';
import { State } from '../../controller/state.ts';
import { type Wired, wire } from '../../daemon/wiring.ts';
import { createLogger } from '../../log.ts';
import { createMetrics } from '../../metrics/metrics.ts';
import type { Registration, ServiceId } from '../../model.ts';
import { specOf } from '../../plan/spec.ts';
import { type RecordedRegistry, recordingRegistry } from '../../registry/recorded.ts';
import { recordingSource } from '../../source/recorded.ts';
import { planReport } from '../plan/report.ts';
import { planText } from '../plan/text.ts';
import { complain, print } from '../print.ts';
import { masked, maskRegistry, maskSource } from './mask.ts';
import { format, type Recording, worldOf } from './recording.ts';

export interface RecordRequest {
	readonly config: Config;
	readonly file: string;
	/** How long Docker's events are listened to. */
	readonly forMs: number;
	readonly version: string;
}

/** What came of looking at a world: a plan, or why there is none. */
type Look = { readonly text: string; readonly specs: ReadonlyMap<ServiceId, string> } | { readonly flaw: string };

/**
 * Writes what Docker and Consul answer now, without secrets, so that somebody else can see what follows from it. Changes
 * nothing in either.
 *
 * @returns the exit code: 0 when it is written, even where one side gave no answer, which is recorded too
 */
export async function record({ config, file, forMs, version }: RecordRequest): Promise<0 | 1> {
	let handle: FileHandle | undefined;
	try {
		handle = await open(file, 'wx', 0o600);
		const recording = await recorded(config, forMs, version);
		await handle.writeFile(`${JSON.stringify(recording, undefined, '\t')}\n`);
		await print(`${file}: ${summary(recording)}; secrets are masked, but have a look before you give it away\n`);
		return 0;
	} catch (error) {
		if (handle !== undefined) await unlink(file).catch(() => {});
		complain(isTaken(error) ? `${file} is there already, and record overwrites nothing; name another file` : error);
		return 1;
	} finally {
		await handle?.close();
	}
}

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST';

async function recorded(config: Config, forMs: number, version: string): Promise<Recording> {
	const log = createLogger({ level: 'error', format: config.logFormat });
	const tools = { log, metrics: createMetrics(''), signal: new AbortController().signal };
	const { context, host } = await wire(config, tools);
	const docker = recordingSource(context.source);
	const consul = recordingRegistry(context.registry);
	const heard = docker.source.changes().subscribe();
	const watching: Context = { ...context, source: docker.source, registry: consul.registry };
	const at = new Date().toISOString();
	const before = await lookAt({ context: watching, host });
	// A pass asks for these only where it needs them; whoever tries a repaired program may need more.
	await Promise.allSettled([consul.registry.checks(tools.signal), consul.registry.advertisedAddress(tools.signal)]);
	await delay(forMs);
	heard.unsubscribe();
	const { settings, tags, nameTemplate } = config;
	const addresses = await host.resolve(host.name).catch(() => null);
	const recording: Recording = {
		format,
		version,
		at,
		options: masked({ settings, tags, nameTemplate }),
		host: { name: host.name, containerId: host.containerId ?? null, addresses },
		docker: maskSource(docker.recorded()),
		consul: maskRegistry(consul.recorded()),
	};
	const told = await withSpecs(recording, before, tools);
	if (!isSame(before, await lookAt(worldOf(told, tools))))
		complain('what is masked makes replay show something else than plan did here; say so when you give it away');
	return told;
}

async function lookAt({ context, host }: Wired): Promise<Look> {
	try {
		const identity = await new IdentityHolder(context, host).current();
		const rehearsals = await rehearse(context, new State(), identity);
		return { text: textOf(rehearsals, identity, context), specs: specsIn(rehearsals) };
	} catch (error) {
		return { flaw: masked(error instanceof Error ? error.message : String(error)) };
	}
}

const textOf = (rehearsals: Rehearsals, identity: Identity, { settings }: Context): string =>
	masked(planText(planReport(rehearsals, identity, settings.deregister), false));

const specsIn = ({ keys }: Rehearsals): ReadonlyMap<ServiceId, string> =>
	new Map(keys.flatMap(({ subject }) => subject.derivation.services.map((it) => [it.id, specOf(it)] as const)));

const isSame = (a: Look, b: Look): boolean =>
	'text' in a ? 'text' in b && a.text === b.text : 'flaw' in b && a.flaw === b.flaw;

/** The hash in a stamp is one over secrets too: what was as wanted stays so when these are masked. */
async function withSpecs(recording: Recording, before: Look, tools: Parameters<typeof worldOf>[1]): Promise<Recording> {
	const after = await lookAt(worldOf(recording, tools));
	if ('flaw' in before || 'flaw' in after) return recording;
	const restamped = <T extends Registration | null>(found: T): T => {
		if (found?.stamp === undefined || found.stamp.spec !== before.specs.get(found.id)) return found;
		return { ...found, stamp: { ...found.stamp, spec: after.specs.get(found.id) ?? found.stamp.spec } };
	};
	const { list, asked } = recording.consul;
	const consul: RecordedRegistry = {
		...recording.consul,
		list: 'value' in list ? { value: { ...list.value, registrations: list.value.registrations.map(restamped) } } : list,
		asked: asked.map(({ id, answer }) => ({
			id,
			answer: 'value' in answer ? { value: restamped(answer.value) } : answer,
		})),
	};
	return { ...recording, consul };
}

function summary({ docker, consul }: Recording): string {
	const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
	const { list } = docker;
	const events = docker.changes.filter((it) => Reflect.get(Object(it), 'kind') === 'changed').length;
	return [
		'value' in list ? counted(list.value.containers.length, 'container') : 'no answer of Docker',
		'value' in consul.list ? counted(consul.list.value.registrations.length, 'service') : 'no answer of Consul',
		counted(events, 'event'),
	].join(', ');
}
