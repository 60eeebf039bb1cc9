import type { TestContext } from 'node:test';
import { NEVER } from 'rxjs';
import type { Context, Settings } from '../../../src/controller/context.ts';
import { Controller } from '../../../src/controller/controller.ts';
import type { Host } from '../../../src/controller/identity.ts';
import type { Container, Registration, ServiceId } from '../../../src/model.ts';
import { type MemoryOptions, type MemoryRegistry, memoryRegistry } from '../../../src/registry/memory.ts';
import { type Registry, RegistryError } from '../../../src/registry/registry.ts';
import { type MemorySource, memorySource } from '../../../src/source/memory.ts';
import { contextOf, plainHost, plainSettings } from './contexts.ts';
import { type FakeTime, fakeTime } from './fake-time.ts';

/** What goes wrong with the agent, as the daemon sees it; the agent itself is not touched. */
interface Trouble {
	/** Every call fails with this. */
	all: RegistryError | undefined;
	/** Writes of these ids fail with this. */
	readonly writes: Map<ServiceId, RegistryError>;
	/** What the agent's list lacks though it has it. */
	readonly unlisted: Set<ServiceId>;
	/** Reads of these ids fail with this. */
	readonly reads: Map<ServiceId, RegistryError>;
	/** Whether the agent forbids script checks. */
	forbidsScripts: boolean;
	/** Writes take as long as this. */
	writing: Promise<void> | undefined;
	/** Lists take as long as this. */
	listing: Promise<void> | undefined;
}

export interface WorldOptions {
	readonly settings?: Partial<Settings>;
	readonly derive?: Partial<Settings['derive']>;
	readonly ownership?: Partial<Settings['ownership']>;
	readonly host?: Partial<Host>;
	readonly agent?: MemoryOptions;
	/** Aborted when the daemon gives up what is in flight. */
	readonly signal?: AbortSignal;
	/** Whether the watch shows nothing. */
	readonly isBlind?: boolean;
	/** What runs before the daemon starts. */
	readonly containers?: readonly Partial<Container>[];
}

export interface World {
	readonly time: FakeTime;
	readonly source: MemorySource;
	/** The agent, for what others do to it; the daemon sees it through `trouble`, and its writes are noted. */
	readonly agent: MemoryRegistry;
	readonly trouble: Trouble;
	/** Every write the daemon tried: `register u1:web:80`. */
	readonly writes: string[];
	/** Calls by name. */
	readonly calls: Map<string, number>;
	readonly log: ReturnType<typeof contextOf>;
	/** The running daemon; `restart` puts another in its place. */
	controller: Controller;
	/** Ends the daemon and starts another on the same engine and the same agent. */
	restart(options?: WorldOptions): Promise<void>;
	/** A daemon that has not been started, on the same engine and the same agent. */
	another(options?: WorldOptions): Controller;
	/** What the agent has: `u1:web:80 192.0.2.10:49153`. */
	registered(): readonly string[];
	entry(id: ServiceId): Registration | undefined;
	/** Writes since the last call. */
	newWrites(): readonly string[];
}

/**
 * The whole controller between an engine and an agent in memory, on a clock that the test turns; started, and its first
 * passes done.
 */
export async function world(t: TestContext, options: WorldOptions = {}): Promise<World> {
	const made = await stillWorld(t, options);
	made.controller.start();
	await made.time.advance(1_000);
	return made;
}

/** As `world`, but for the start. */
export async function stillWorld(t: TestContext, options: WorldOptions = {}): Promise<World> {
	const time = fakeTime(t);
	const source = memorySource();
	const agent = memoryRegistry({ address: '192.0.2.99', ...options.agent });
	const trouble: Trouble = {
		all: undefined,
		writes: new Map(),
		unlisted: new Set(),
		reads: new Map(),
		forbidsScripts: false,
		writing: undefined,
		listing: undefined,
	};
	const writes: string[] = [];
	const calls = new Map<string, number>();
	const seeing = troubled(agent, trouble, writes, calls);
	const registry = options.isBlind === true ? { ...seeing, changes: () => NEVER } : seeing;
	const log = contextOf();
	const another = (given: WorldOptions = options): Controller => {
		const { signal = log.context.signal } = given;
		const context: Context = {
			...log.context,
			source,
			registry,
			signal,
			clock: time.clock,
			settings: settingsOf(given),
		};
		return new Controller(context, { ...plainHost, ...given.host });
	};
	for (const container of options.containers ?? []) source.start(container);
	let seen = 0;
	const made: World = {
		time,
		source,
		agent,
		trouble,
		writes,
		calls,
		log,
		controller: another(),
		another,
		restart: async (given = options) => {
			await made.controller.stop();
			made.controller = another(given);
			made.controller.start();
			await time.advance(1_000);
		},
		registered: () => agent.snapshot().registrations.map(({ id, address, port }) => `${id} ${address}:${port}`),
		entry: (id) => agent.snapshot().registrations.find((it) => it.id === id),
		newWrites: () => {
			const fresh = writes.slice(seen);
			seen = writes.length;
			return fresh;
		},
	};
	t.after(() => made.controller.stop());
	return made;
}

const settingsOf = ({ settings, derive, ownership }: WorldOptions): Settings => ({
	...plainSettings,
	...settings,
	derive: { ...plainSettings.derive, ...derive },
	ownership: { ...plainSettings.ownership, ...ownership },
});

/** Notes the writes, counts the calls, and fails where the test says so. */
function troubled(agent: Registry, trouble: Trouble, writes: string[], calls: Map<string, number>): Registry {
	const call = async <T>(name: string, answer: () => Promise<T>): Promise<T> => {
		calls.set(name, (calls.get(name) ?? 0) + 1);
		if (trouble.all !== undefined) throw trouble.all;
		return answer();
	};
	const write = (kind: 'register' | 'deregister', id: ServiceId, answer: () => Promise<void>): Promise<void> => {
		writes.push(`${kind} ${id}`);
		return call(kind, async () => {
			await trouble.writing;
			const error = trouble.writes.get(id);
			if (error !== undefined) throw error;
			await answer();
		});
	};
	return {
		get: (id, signal) =>
			call('get', async () => {
				const error = trouble.reads.get(id);
				if (error !== undefined) throw error;
				return agent.get(id, signal);
			}),
		list: (signal) =>
			call('list', async () => {
				await trouble.listing;
				const list = await agent.list(signal);
				return { ...list, registrations: list.registrations.filter(({ id }) => !trouble.unlisted.has(id)) };
			}),
		register: (service, stamp, signal) =>
			write('register', service.id, async () => {
				if (trouble.forbidsScripts && service.checks.some(({ args }) => args !== undefined))
					throw new RegistryError('scripts-disabled', 'Scripts are disabled on this agent');
				await agent.register(service, stamp, signal);
			}),
		deregister: (id, signal) => write('deregister', id, () => agent.deregister(id, signal)),
		heartbeat: (checkId, signal) => call('heartbeat', () => agent.heartbeat(checkId, signal)),
		advertisedAddress: (signal) => call('advertisedAddress', () => agent.advertisedAddress(signal)),
		changes: (owner) => agent.changes(owner),
	};
}

export const unreachable = new RegistryError('unreachable', 'Consul is away');
