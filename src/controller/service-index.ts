import type { Registration, ServiceId, ServiceInstance, Stamp } from '../model.ts';
import type { Key } from '../plan/ownership.ts';

/** What the agent should have by what we last wrote or read. */
export interface Expected {
	readonly key: Key;
	readonly desired: ServiceInstance;
	readonly stamp: Stamp;
	/** On the clock: when it was written or last read as it should be. */
	readonly since: number;
	/** Whether this process wrote it, as against having found it so. */
	readonly isWritten: boolean;
	/** Whether the watch, which lags behind the agent, has shown it as it should be since then. */
	isConfirmed: boolean;
}

/**
 * Where to look, beside the queue: which service ids belong to which key, and what we expect of each. It saves reading the
 * agent's whole list on every event, and tells our own writes from other people's. It is never evidence for a delete.
 */
export class ServiceIndex {
	readonly #idsByKey = new Map<Key, Set<ServiceId>>();
	readonly #keyById = new Map<ServiceId, Key>();
	readonly #expected = new Map<ServiceId, Expected>();
	/** Deregistered by us, and when: the watch may show them for a moment longer. */
	readonly #removed = new Map<ServiceId, number>();

	idsOf(key: Key): ReadonlySet<ServiceId> {
		return this.#idsByKey.get(key) ?? none;
	}

	keyOf(id: ServiceId): Key | undefined {
		return this.#keyById.get(id);
	}

	expectedOf(id: ServiceId): Expected | undefined {
		return this.#expected.get(id);
	}

	expectations(): ReadonlyMap<ServiceId, Expected> {
		return this.#expected;
	}

	removedAt(id: ServiceId): number | undefined {
		return this.#removed.get(id);
	}

	get size(): number {
		return this.#keyById.size;
	}

	keys(): Iterable<Key> {
		return this.#idsByKey.keys();
	}

	/** The entry belongs to the key by its stamp, whatever is wanted of it. */
	found(id: ServiceId, key: Key): void {
		const before = this.#keyById.get(id);
		if (before === key) return;
		if (before !== undefined) this.#unlink(id, before);
		this.#keyById.set(id, key);
		const ids = this.#idsByKey.get(key) ?? new Set();
		this.#idsByKey.set(key, ids.add(id));
	}

	/** The agent has it as wanted, by our write (`isWritten`) or by a read. */
	expect(key: Key, desired: ServiceInstance, stamp: Stamp, now: number, isWritten: boolean): void {
		const before = this.#expected.get(desired.id);
		// What was read says nothing new of what is known already, and less than nothing of what was written or removed since.
		const isKnown = before?.key === key && before.stamp.spec === stamp.spec && before.stamp.token === stamp.token;
		const changedAt = before?.since ?? this.#removed.get(desired.id) ?? Number.NEGATIVE_INFINITY;
		if (!isWritten && (isKnown || changedAt >= now)) return;
		this.found(desired.id, key);
		this.#removed.delete(desired.id);
		this.#expected.set(desired.id, { key, desired, stamp, since: now, isWritten, isConfirmed: false });
	}

	/** It may stay, as found, but nobody stands for it: no heartbeats, and no cause for suspicion whatever becomes of it. */
	expectNothing(id: ServiceId, key: Key): void {
		if (this.#expected.get(id)?.key === key) this.#expected.delete(id);
	}

	/** The agent no longer has it, or it is not ours any more. */
	gone(id: ServiceId): void {
		const key = this.#keyById.get(id);
		if (key !== undefined) this.#unlink(id, key);
		this.#keyById.delete(id);
		this.#expected.delete(id);
	}

	removed(id: ServiceId, now: number): void {
		this.gone(id);
		this.#removed.set(id, now);
	}

	/** Brings the index in line with a complete list, but for what was written or removed after the list was asked for. */
	reset(ours: readonly (Registration & { readonly stamp: Stamp })[], listedAt: number): void {
		const listed = new Set(ours.map(({ id }) => id));
		for (const [id, at] of this.#removed) if (at < listedAt) this.#removed.delete(id);
		for (const id of [...this.#keyById.keys()])
			if (!listed.has(id) && (this.#expected.get(id)?.since ?? 0) < listedAt) this.#unlist(id);
		for (const { id, stamp } of ours)
			if (!this.#removed.has(id) && (this.#expected.get(id)?.since ?? 0) < listedAt) this.found(id, stamp.containerId);
	}

	/**
	 * An entry that a list lacks stays under its key, so that the key looks at it again, unless nothing is expected of it:
	 * lists can be blind.
	 */
	#unlist(id: ServiceId): void {
		if (!this.#expected.has(id)) this.gone(id);
	}

	#unlink(id: ServiceId, key: Key): void {
		const ids = this.#idsByKey.get(key);
		ids?.delete(id);
		if (ids?.size === 0) this.#idsByKey.delete(key);
	}
}

const none: ReadonlySet<ServiceId> = new Set();
