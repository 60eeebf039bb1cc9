import type { ServiceId } from '../../../src/model.ts';
import type { Operation } from '../../../src/plan/upkeep.ts';
import { type Registry, RegistryError } from '../../../src/registry/registry.ts';

/** What goes wrong with the agent, as the daemon sees it; the agent itself is not touched. */
export interface Trouble {
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

export interface TroubledAgent {
	readonly registry: Registry;
	readonly trouble: Trouble;
	/** Every write that was tried: `register u1:web:80`. */
	readonly writes: string[];
	/** Calls by name. */
	readonly calls: Map<string, number>;
}

export const unreachable = new RegistryError('unreachable', 'Consul is away');

/** An agent as the daemon sees it: what it tries is noted, and fails where the test says so. */
export function troubledAgent(agent: Registry): TroubledAgent {
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
	return { trouble, writes, calls, registry: troubled(agent, trouble, writes, calls) };
}

function troubled(agent: Registry, trouble: Trouble, writes: string[], calls: Map<string, number>): Registry {
	const call = async <T>(name: string, answer: () => Promise<T>): Promise<T> => {
		calls.set(name, (calls.get(name) ?? 0) + 1);
		if (trouble.all !== undefined) throw trouble.all;
		return answer();
	};
	const write = (kind: Operation, id: ServiceId, answer: () => Promise<void>): Promise<void> => {
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
		checks: (signal, id) => call('checks', () => agent.checks(signal, id)),
		report: (id, report, signal) => write('report', `${id} ${report.status}`, () => agent.report(id, report, signal)),
		maintain: (id, reason, signal) =>
			write(reason === undefined ? 'resume' : 'maintain', id, () => agent.maintain(id, reason, signal)),
		register: (service, stamp, signal) =>
			write('register', service.id, async () => {
				if (trouble.forbidsScripts && service.checks.some(({ args }) => args !== undefined))
					throw new RegistryError('scripts-disabled', 'Scripts are disabled on this agent');
				await agent.register(service, stamp, signal);
			}),
		release: (found, signal) => write('register', found.id, () => agent.release(found, signal)),
		deregister: (id, signal) => write('deregister', id, () => agent.deregister(id, signal)),
		heartbeats: async (beats, signal) => {
			calls.set('heartbeat', (calls.get('heartbeat') ?? 0) + beats.length);
			return trouble.all === undefined ? agent.heartbeats(beats, signal) : beats.map(() => trouble.all);
		},
		advertisedAddress: (signal) => call('advertisedAddress', () => agent.advertisedAddress(signal)),
		tokenFingerprint: (signal) => call('tokenFingerprint', () => agent.tokenFingerprint(signal)),
		changes: (owner) => agent.changes(owner),
	};
}
