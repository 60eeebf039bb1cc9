import { containerNameIn } from '../derive/ids.ts';
import type { ContainerId, Registration, ServiceId, ServiceInstance, Stamp } from '../model.ts';
import { specOf } from './spec.ts';

/** Whom this daemon is, and for whom else it answers. */
export interface Ownership {
	/** Compared exactly, never by prefix. */
	readonly owner: string;
	readonly hostname: string;
	/** Owners and first parts of ids that count as ours, after a change of host name. */
	readonly formerHostnames: readonly string[];
	/** The engine's id, or `none`. */
	readonly engine: string;
	/** `--take-over`: our owner's entries of another engine are this engine's to prove. */
	readonly takeOver: boolean;
	/** `-cleanup`: unstamped entries of registrator's id form with our host name count as ours when they are not wanted. */
	readonly cleanup: boolean;
	/** The fingerprint of the token that we write with, where it is known. */
	readonly token?: string;
}

export type Standing = 'ours' | 'unstamped' | 'foreign';

/** A sidecar proxy inherits the Meta of its service, our stamp included, when nobody gives it one of its own; it is not ours. */
export function standingOf({ stamp, kind }: Registration, { owner, formerHostnames }: Ownership): Standing {
	if (stamp === undefined) return 'unstamped';
	if (kind !== '') return 'foreign';
	return stamp.owner === owner || formerHostnames.includes(stamp.owner) ? 'ours' : 'foreign';
}

export const stampFor = (service: ServiceInstance, key: ContainerId, { owner, engine, token }: Ownership): Stamp => ({
	owner,
	engine,
	containerId: key,
	spec: specOf(service),
	...(token === undefined ? {} : { token }),
});

/**
 * Whether an unstamped registration with an id that we want may be taken over: registrator, or we, must have written it.
 * The generated form says so by itself; an id set by label only together with the name and port it would have written.
 */
export const isAdoptable = (wanted: ServiceInstance, found: Registration): boolean =>
	found.kind === '' && (!wanted.labelledId || (found.name === wanted.name && found.port === wanted.port));

/**
 * The container an unstamped leftover was registered for, by its id: one with a former host name always, one with the
 * present name if `-cleanup` was asked for. `undefined` for everything that is not ours to judge.
 */
export function leftoverOf(found: Registration, ownership: Ownership): string | undefined {
	if (found.stamp !== undefined || found.kind !== '') return undefined;
	const names = [...ownership.formerHostnames, ...(ownership.cleanup ? [ownership.hostname] : [])];
	return names.map((name) => containerNameIn(found.id, name)).find((name) => name !== undefined);
}

/** What the queue works on: a container, or one leftover that belongs to none. */
export type Key = ContainerId | `service:${ServiceId}`;

export const leftoverKey = (id: ServiceId): Key => `service:${id}`;
export const leftoverIdOf = (key: Key): ServiceId | undefined =>
	key.startsWith('service:') ? key.slice('service:'.length) : undefined;
