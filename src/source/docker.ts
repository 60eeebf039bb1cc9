import type Dockerode from 'dockerode';
import { defer, finalize, type Observable, share, startWith, tap } from 'rxjs';
import type { Clock } from '../clock.ts';
import { CutAnswerError } from '../cut-answers.ts';
import type { Container, ContainerId } from '../model.ts';
import { type ContainerFilters, dockerEngine, type Engine } from './engine.ts';
import { dockerEvents } from './events.ts';
import { containerOf } from './inspect.ts';
import { type InspectCache, inspectCache } from './inspect-cache.ts';
import { type EngineInfo, type PassOver, type Reading, type Source, type SourceChange, SourceError } from './source.ts';

export interface DockerSourceOptions {
	/** Where the engine is. Nothing is taken from the environment; an agent must not be among it, it makes lists 100 times slower. */
	readonly docker: Dockerode.DockerOptions;
	/** What does not match is hidden: it counts as a container that wants nothing. */
	readonly filters?: ContainerFilters;
	/** Inspects at a time, of one list. */
	readonly concurrency?: number;
	/** Milliseconds since the epoch, for events that carry no time. */
	readonly now?: () => number;
	readonly random?: () => number;
	readonly clock?: Clock;
	/** Told once of events that make no sense. */
	readonly warn?: (message: string) => void;
}

/**
 * A Docker engine, or what speaks its API. It asks only for `GET /containers`, `/events`, `/info` and `/version`, so a
 * read-only socket proxy is enough.
 */
export function dockerSource({ docker, filters = {}, concurrency = 16, ...rest }: DockerSourceOptions): Source {
	const engine = dockerEngine(docker);
	const cache = inspectCache();
	const events = dockerEvents({ engine, ...rest });
	const { changes, isOpen } = sharedChanges(events.changes, cache);
	const hide = hiding(engine, filters);
	return {
		list: async (signal, passOver, reading) =>
			hide(await list(engine, cache, concurrency, signal, passOver, reading), signal),
		get: async (idOrName, signal) => {
			const container = await get(engine, idOrName, signal);
			return container === undefined ? undefined : (await hide([container], signal, [container.id]))[0];
		},
		info: infoReader(engine),
		changes: () => defer(() => (isOpen() ? changes.pipe(startWith({ kind: 'connected' } as const)) : changes)),
		reopen: events.reopen,
	};
}

/** One stream for all who listen, and for the cache before them. */
function sharedChanges(
	source: Observable<SourceChange>,
	cache: InspectCache,
): { readonly changes: Observable<SourceChange>; readonly isOpen: () => boolean } {
	let isOpen = false;
	const restart = (open: boolean): void => {
		isOpen = open;
		cache.restart(open);
	};
	const changes = source.pipe(
		tap((change) => {
			if (change.kind === 'changed') cache.drop(change.key);
			else restart(change.kind === 'connected');
		}),
		finalize(() => restart(false)),
		share(),
	);
	return { changes, isOpen: () => isOpen };
}

const isId = (text: unknown): text is string => typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);

async function get(
	engine: Engine,
	idOrName: string,
	signal: AbortSignal,
	withinMs?: number,
): Promise<Container | undefined> {
	const said = await engine.inspect(idOrName, signal, withinMs);
	if (said === undefined) return undefined;
	const container = containerOf(said);
	if (container.id === idOrName || container.name === idOrName) return container;
	// Docker looks for names first, then for ids that begin so: an answer with another name means that nobody has this one.
	if (!isId(idOrName)) return undefined;
	throw new SourceError('invalid', `Docker at ${engine.where} answers for container ${idOrName} with ${container.id}`);
}

type Hide = (
	containers: readonly Container[],
	signal: AbortSignal,
	ids?: readonly string[],
) => Promise<readonly Container[]>;

/** Asks the engine itself which containers its filters let through; a hidden one is still seen, so that it can be told of. */
function hiding(engine: Engine, filters: ContainerFilters): Hide {
	if (Object.keys(filters).length === 0) return async (containers) => containers;
	return async (containers, signal, ids) => {
		const rows = rowsOf(engine, await engine.list(signal, ids === undefined ? filters : { ...filters, id: ids }));
		const shown = new Set(rows.map(({ id }) => id));
		return containers.map((container) =>
			shown.has(container.id) || !container.running ? container : { ...container, isFilteredOut: true },
		);
	};
}

async function list(
	engine: Engine,
	cache: InspectCache,
	concurrency: number,
	signal: AbortSignal,
	passOver: PassOver | undefined,
	reading: Reading = () => {},
): Promise<readonly Container[]> {
	const askedAt = performance.now();
	const rows = rowsOf(engine, await engine.list(signal));
	const withinMs = passOver === undefined ? undefined : patienceMs(performance.now() - askedAt);
	cache.keep(new Set(rows.map(({ id }) => id)));
	// The failure that ends the list ends the other calls too: nobody wants their answers.
	const failed = new AbortController();
	const either = AbortSignal.any([signal, failed.signal]);
	const found: Container[] = [];
	const unread = new Map<ContainerId, SourceError>();
	const queue = rows.values();
	let done = 0;
	const work = async (): Promise<void> => {
		for (const { id, fingerprint } of queue) {
			try {
				const container = await cache.get(id, fingerprint, () => get(engine, id, either, withinMs));
				if (container?.running === true) found.push(container);
			} catch (error) {
				if (passOver === undefined || !isOneOnly(error) || unread.size >= maxUnread) throw error;
				unread.set(id, error);
			}
			done += 1;
			reading(done, rows.length);
		}
	};
	try {
		await Promise.all(Array.from({ length: Math.min(concurrency, rows.length) }, work));
	} catch (error) {
		failed.abort(error);
		throw error;
	}
	for (const [id, error] of unread) passOver?.(id, error);
	return found;
}

/**
 * How long one inspect may hold the list up: an engine that lists all its containers in milliseconds reads a single one in
 * hundreds of them even where the host is busy, or is stuck over it. The whole time of a call is for engines that are slow in
 * everything.
 */
const patienceMs = (listMs: number): number => Math.round(Math.max(2_000, 10 * listMs));

/** So many containers may be unreadable by themselves; of more, it is the engine that has the trouble. */
const maxUnread = 5;

/** An engine can hang over one container whose storage or process is stuck, and be well otherwise. */
const isOneOnly = (error: unknown): error is SourceError =>
	error instanceof SourceError &&
	(['timeout', 'unavailable', 'invalid'].includes(error.class) || error.cause instanceof CutAnswerError);

interface Row {
	readonly id: string;
	/** Everything of it but for how long it has run. */
	readonly fingerprint: string;
}

const stableFields = ['Id', 'Names', 'Image', 'ImageID', 'Created', 'State', 'Ports', 'Labels', 'NetworkSettings'];

/** Docker tells the health in words only: `Up 3 seconds (healthy)`. */
const healthIn = (status: unknown): string =>
	/\((?:health: starting|(?:un)?healthy)\)$/.exec(String(status))?.[0] ?? '';

/** Docker lists a container's ports in another order each time. */
const unordered = (value: unknown): unknown =>
	Array.isArray(value) ? value.map((item) => JSON.stringify(item)).sort() : value;

function rowsOf({ where }: Engine, said: unknown): readonly Row[] {
	if (!Array.isArray(said)) throw new SourceError('invalid', `Docker at ${where} answers list with no list`);
	return said.map((row: unknown) => {
		const fields = Object(row) as Readonly<Record<string, unknown>>;
		const id = fields['Id'];
		if (!isId(id)) throw new SourceError('invalid', `Docker at ${where} lists a container without a proper id`);
		const stable = [...stableFields.map((name) => unordered(fields[name])), healthIn(fields['Status'])];
		return { id, fingerprint: JSON.stringify(stable) };
	});
}

/**
 * Podman makes up another id for each question. Who gave one twice has it, and is asked once from then on: Docker runs three
 * programs to find out their versions, which takes it 17 ms.
 */
function infoReader(engine: Engine): Source['info'] {
	let known: string | undefined;
	return async (signal) => {
		const ask = async (): Promise<EngineInfo> => infoOf(engine, await engine.info(signal));
		const [first, second] = await Promise.all([ask(), known === undefined ? ask() : undefined]);
		if (first.id === known) return first;
		const isSame = (second ?? (await ask())).id === first.id;
		known = isSame ? first.id : undefined;
		return isSame ? first : { ...first, id: 'none' };
	};
}

function infoOf({ where }: Engine, said: unknown): EngineInfo {
	// The client gives what is no JSON as bytes.
	if (typeof said !== 'object' || said === null || Buffer.isBuffer(said))
		throw new SourceError('invalid', `Docker at ${where} answers info with no object`);
	const textOf = (name: string): string => {
		const value: unknown = Reflect.get(said, name);
		return typeof value === 'string' ? value : '';
	};
	return { id: textOf('ID') || 'none', name: textOf('Name'), version: textOf('ServerVersion') };
}
