import type { ContainerId } from '../model.ts';

/** For `container:X`: who lives on whose network, so that what happens to X concerns them too. */
export class Dependents {
	readonly #baseOf = new Map<ContainerId, ContainerId>();
	readonly #byBase = new Map<ContainerId, Set<ContainerId>>();

	/** `undefined` for a container that has a network of its own, or is no more. */
	set(key: ContainerId, base: ContainerId | undefined): void {
		const before = this.#baseOf.get(key);
		if (before === base) return;
		if (before !== undefined) {
			const others = this.#byBase.get(before);
			others?.delete(key);
			if (others?.size === 0) this.#byBase.delete(before);
			this.#baseOf.delete(key);
		}
		if (base !== undefined) {
			this.#baseOf.set(key, base);
			this.#byBase.set(base, (this.#byBase.get(base) ?? new Set()).add(key));
		}
	}

	of(base: ContainerId): Iterable<ContainerId> {
		return this.#byBase.get(base) ?? [];
	}
}
