import type { TestContext } from 'node:test';
import { NEVER } from 'rxjs';
import type { Context, Settings } from '../../../src/controller/context.ts';
import { Controller } from '../../../src/controller/controller.ts';
import type { Host } from '../../../src/controller/identity.ts';
import type { Container, Registration, ServiceId } from '../../../src/model.ts';
import { type MemoryOptions, type MemoryRegistry, memoryRegistry } from '../../../src/registry/memory.ts';
import { type MemorySource, memorySource } from '../../../src/source/memory.ts';
import { contextOf, plainHost, plainSettings } from './contexts.ts';
import { type FakeTime, fakeTime } from './fake-time.ts';
import { type TroubledAgent, troubledAgent } from './troubled-agent.ts';

export { unreachable } from './troubled-agent.ts';

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

export interface World extends Omit<TroubledAgent, 'registry'> {
	readonly time: FakeTime;
	readonly source: MemorySource;
	/** The agent, for what others do to it; the daemon sees it through `trouble`. */
	readonly agent: MemoryRegistry;
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
	const { registry: seeing, ...noted } = troubledAgent(agent);
	const registry = options.isBlind === true ? { ...seeing, changes: () => NEVER } : seeing;
	const log = contextOf();
	const another = (given: WorldOptions = options): Controller => {
		const settings = settingsOf(given);
		const context: Context = { ...log.context, source, registry, clock: time.clock, settings };
		const { signal = context.signal, host } = given;
		return new Controller({ ...context, signal }, { ...plainHost, ...host });
	};
	for (const container of options.containers ?? []) source.start(container);
	let seen = 0;
	const made: World = {
		time,
		source,
		agent,
		...noted,
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
			const fresh = noted.writes.slice(seen);
			seen = noted.writes.length;
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
