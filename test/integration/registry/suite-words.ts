import type { CheckReport, ServiceInstance } from '../../../src/model.ts';
import { type Registry, RegistryError } from '../../../src/registry/registry.ts';

/** An agent and a registry that writes to it, with what other people can do there. */
export interface Bench extends AsyncDisposable {
	readonly registry: Registry;
	/** All checks of services, in any order. */
	checks(): Promise<readonly { readonly id: string; readonly serviceId: string; readonly status: string }[]>;
	/** Somebody adds a check of their own. */
	attach(serviceId: string, checkId: string, kind: 'ttl' | 'tcp'): Promise<void>;
	/** Somebody takes a service out for maintenance. */
	maintain(serviceId: string): Promise<void>;
	/** Removes every service and check. */
	clear(): Promise<void>;
}

export const soon = (): AbortSignal => AbortSignal.timeout(15_000);
export const refused = (errorClass: RegistryError['class']) => (error: unknown) =>
	error instanceof RegistryError && error.class === errorClass;

/** One heartbeat, alone; rejects where it is not taken. */
export async function heartbeat(registry: Registry, checkId: string, said?: CheckReport): Promise<void> {
	const [error] = await registry.heartbeats([{ checkId, said }], soon());
	if (error !== undefined) throw error;
}

export type RegisterAll = (...services: readonly ServiceInstance[]) => Promise<void>;
