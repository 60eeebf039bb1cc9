import { type PlanReport, planReport } from '../../../src/cli/plan/report.ts';
import type { Host } from '../../../src/controller/identity.ts';
import { IdentityHolder } from '../../../src/controller/identity.ts';
import { rehearse } from '../../../src/controller/rehearsal.ts';
import { State } from '../../../src/controller/state.ts';
import type { Container, Registration, ServiceInstance, Stamp } from '../../../src/model.ts';
import { type MemoryRegistry, memoryRegistry } from '../../../src/registry/memory.ts';
import type { Registry } from '../../../src/registry/registry.ts';
import { memorySource } from '../../../src/source/memory.ts';
import type { Source } from '../../../src/source/source.ts';
import { contextOf, plainHost, plainSettings } from '../controller/contexts.ts';
import type { WorldOptions } from '../controller/world.ts';

export const soon = (): AbortSignal => AbortSignal.timeout(5_000);

/** An entry as registrator writes one, for the container `web` of the tests. */
const plain: Registration = {
	id: 'u1:web:80',
	name: 'web',
	address: '192.0.2.10',
	port: 49_153,
	tags: [],
	meta: {},
	weights: { passing: 1, warning: 1 },
	enableTagOverride: false,
	kind: '',
	stamp: undefined,
};

export const entry = (change: Partial<Registration>): Registration => ({ ...plain, ...change });

/** The engine in memory calls itself so. */
export const engine = 'MEMO:RY';
export const stampOf = (container: Pick<Container, 'id'>, change: Partial<Stamp> = {}): Stamp => ({
	owner: 'u1',
	engine,
	containerId: container.id,
	spec: '1-0',
	...change,
});

/** Puts entries into an agent, those without a stamp too. */
export async function enter(agent: MemoryRegistry, entries: readonly Registration[]): Promise<void> {
	for (const found of entries) {
		const service: ServiceInstance = { ...found, labelledId: false, checks: [] };
		if (found.stamp === undefined) await agent.release(found, soon());
		else await agent.register(service, found.stamp, soon());
	}
}

export interface Situation extends Pick<WorldOptions, 'settings' | 'derive' | 'ownership'> {
	readonly containers?: readonly Partial<Container>[];
	/** Containers that do not run. */
	readonly stopped?: readonly Partial<Container>[];
	/** Containers that run, and that the engine's list lacks. */
	readonly unlisted?: readonly Partial<Container>[];
	readonly entries?: readonly Registration[];
	readonly host?: Partial<Host>;
	/** What is between the plan and the agent. */
	readonly seen?: (agent: Registry) => Registry;
}

/** What `plan` would report of an engine and an agent in memory. */
export async function planned(situation: Situation): Promise<PlanReport> {
	const { containers = [], stopped = [], unlisted = [], entries = [], seen = (agent) => agent } = situation;
	const inner = memorySource();
	const hidden = new Set(unlisted.map(({ id }) => id));
	const source: Source = {
		...inner,
		list: async (signal) => (await inner.list(signal)).filter(({ id }) => !hidden.has(id)),
	};
	for (const container of [...containers, ...stopped, ...unlisted]) inner.start(container);
	for (const { id = '' } of stopped) inner.stop(id);
	const agent = memoryRegistry({ address: '192.0.2.99' });
	await enter(agent, entries);
	const settings = {
		...plainSettings,
		...situation.settings,
		derive: { ...plainSettings.derive, ...situation.derive },
		ownership: { ...plainSettings.ownership, ...situation.ownership },
	};
	const { context } = contextOf({ source, registry: seen(agent), settings });
	const identity = await new IdentityHolder(context, { ...plainHost, ...situation.host }).current();
	return planReport(await rehearse(context, new State(), identity), identity, settings.deregister);
}

/** `adopt u1:web:80`; what stays as it is, too. */
export const told = ({ entries }: PlanReport): readonly string[] => entries.map(({ action, id }) => `${action} ${id}`);
