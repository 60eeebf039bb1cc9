import type { Omission, OmissionReason, Warning } from '../derive/derive.ts';
import type { TrafficEvent } from '../derive/traffic.ts';
import type { ContainerId, Registration, ServiceInstance } from '../model.ts';
import type { Meddling } from '../plan/budget.ts';
import type { Decision, HoldReason } from '../plan/decide.ts';
import type { Sighting } from '../plan/guard.ts';
import type { Key } from '../plan/ownership.ts';

export type ServiceState =
	| 'registered'
	| 'pending'
	| 'conflict'
	| 'contested'
	| 'flapping'
	| 'held'
	| 'orphaned'
	| 'failed';

/** One service of a container, wanted or found, and how it stands. */
export interface ServiceView {
	readonly service: ServiceInstance | Registration;
	readonly state: ServiceState;
	/** Why it is not registered, or still is. */
	readonly reason?: string;
	readonly held?: HoldReason;
}

export interface ShownContainer {
	readonly id: ContainerId;
	readonly name: string;
	/** RFC 3339, as Docker wrote it. */
	readonly startedAt: string;
}

export const shownContainer = (container: Sighting): ShownContainer | undefined =>
	typeof container === 'object'
		? { id: container.id, name: container.name, startedAt: container.startedAt }
		: undefined;

export interface View {
	readonly key: Key;
	/** When it was seen, on the controller's clock. */
	readonly at: number;
	/** `undefined` where the engine does not know it (any more). */
	readonly container: ShownContainer | undefined;
	readonly isRunning: boolean;
	/** The events that can change what is wanted of it, beside those that always can. */
	readonly follows: ReadonlySet<TrafficEvent>;
	readonly services: readonly ServiceView[];
	readonly omitted: readonly Omission[];
	readonly warnings: readonly Warning[];
}

/** How a decision stands: it was carried out (`done`), it could not be (`error`), or it is still to come. */
export type Result = { readonly done: true } | { readonly error: string } | undefined;

/** `undefined` where nothing is left to show. */
export function serviceView(decision: Decision, result: Result): ServiceView | undefined {
	switch (decision.kind) {
		case 'unchanged':
			return { service: decision.desired, state: 'registered' };
		case 'register':
			if (result === undefined)
				return { service: decision.desired, state: 'pending', reason: reasonOf(decision.because) };
			return 'error' in result
				? { service: decision.desired, state: 'failed', reason: result.error }
				: { service: decision.desired, state: 'registered' };
		case 'deregister':
			if (result !== undefined && 'done' in result) return undefined;
			return { service: decision.observed, state: 'orphaned', reason: result?.error ?? 'about to be deregistered' };
		case 'hold':
			return {
				service: decision.held.observed,
				state: 'held',
				held: decision.reason,
				reason: holdReasons[decision.reason],
			};
		case 'conflict':
			return { service: decision.desired, state: 'conflict', reason: holderOf(decision.holder) };
		case 'contested':
			return { service: decision.repair.desired, state: 'contested', reason: meddlings[decision.meddling] };
		case 'flapping':
			return { service: decision.start.desired, state: 'flapping', reason: flappingReason };
	}
}

const reasonOf = (because: readonly { readonly field: string }[]): string =>
	because.some(({ field }) => field === 'missing')
		? 'not registered yet'
		: `differs in ${because.map(({ field }) => field).join(', ')}`;

/** Until the other is registered, which names it. */
export const unnamedHolder = 'another container that wants its id goes first';

const holderOf = (found: Registration | undefined): string => {
	if (found === undefined) return unnamedHolder;
	const { stamp } = found;
	if (stamp === undefined) return 'its id is taken by an entry that reconsul did not write';
	return `its id is taken by container ${stamp.containerId.slice(0, 12)} of owner ${JSON.stringify(stamp.owner)}`;
};

export const meddlings: Readonly<Record<Meddling, string>> = {
	stamp: 'another writer keeps taking our stamp off; it is put back once in 5 minutes',
	fields: 'another writer keeps changing it; it is put right once a minute',
};

export const flappingReason =
	'its container keeps ending by itself after a few seconds; it is registered when it has run for 10 to 60 seconds';

export const holdReasons: Readonly<Record<HoldReason, string>> = {
	'not-listed-yet': 'kept: Docker has not given a complete list since reconsul started',
	unproved: 'kept: nothing proves that its container is gone',
	'another-engine': 'kept: another Docker engine registered it (--take-over hands it to this one)',
	'mass-delete': 'kept for now: too many services would go at once; the next pass confirms it',
	policy: 'kept: -deregister or --policy says so',
	'in-doubt': 'kept: what its container wants could not be determined',
	unreplaced: 'kept: what its container has in its place is not registered yet',
};

/** The last that is known of every key, for the status page, the gauges, and to tell which events are news. Never evidence for a write. */
export class Views {
	#byKey = new Map<Key, View>();

	set(view: View): void {
		if (view.services.length === 0 && !view.isRunning) this.#byKey.delete(view.key);
		else this.#byKey.set(view.key, view);
	}

	delete(key: Key): void {
		this.#byKey.delete(key);
	}

	get(key: Key): View | undefined {
		return this.#byKey.get(key);
	}

	all(): Iterable<View> {
		return this.#byKey.values();
	}

	keys(): Iterable<Key> {
		return this.#byKey.keys();
	}

	countServices(matches: (view: ServiceView) => boolean): number {
		let count = 0;
		for (const { services } of this.#byKey.values()) count += services.filter(matches).length;
		return count;
	}

	countOmitted(reason: OmissionReason): number {
		let count = 0;
		for (const { omitted } of this.#byKey.values()) count += omitted.filter((it) => it.reason === reason).length;
		return count;
	}
}
