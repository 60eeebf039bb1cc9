import type { ServiceId, ServiceInstance, Stamp } from '../model.ts';
import type { Registry } from './registry.ts';

/** A write that was withheld. */
export type WithheldOperation =
	| { readonly kind: 'register'; readonly service: ServiceInstance; readonly stamp: Stamp }
	| { readonly kind: 'deregister'; readonly id: ServiceId }
	| { readonly kind: 'heartbeat'; readonly checkId: string };

/** Reads as `registry` does and writes nothing; `log` is told of every write instead. */
export const dryRun = (registry: Registry, log: (operation: WithheldOperation) => void): Registry => ({
	get: (id, signal) => registry.get(id, signal),
	list: (signal) => registry.list(signal),
	advertisedAddress: (signal) => registry.advertisedAddress(signal),
	changes: (owner) => registry.changes(owner),
	register: async (service, stamp) => log({ kind: 'register', service, stamp }),
	deregister: async (id) => log({ kind: 'deregister', id }),
	heartbeat: async (checkId) => log({ kind: 'heartbeat', checkId }),
});
