import { isBasedOn } from '../derive/address.ts';
import { type Circumstances, type Derivation, derive } from '../derive/derive.ts';
import type { Trace } from '../derive/trace.ts';
import type { Life } from '../derive/traffic.ts';
import type { Container, ContainerId } from '../model.ts';
import type { Sighting } from '../plan/guard.ts';
import type { Identity } from './identity.ts';

/** Of a container that is no more, or whose process ended. */
const nothingWanted: Derivation = {
	services: [],
	omitted: [],
	warnings: [],
	retryAfterMs: undefined,
	inDoubt: false,
	follows: new Set(),
	keptInMaintenance: undefined,
};

/** Derives with what the engine says, `find` being asked only for the container whose network this one shares. */
export async function desiredOf(
	container: Sighting,
	identity: Identity,
	find: (id: ContainerId) => Promise<Container | undefined>,
	life: Life,
	trace?: Trace,
): Promise<Derivation> {
	if (typeof container !== 'object') return nothingWanted;
	const baseId = container.running ? isBasedOn(container) : undefined;
	const base = baseId === undefined ? undefined : ((await find(baseId)) ?? 'gone');
	const around: Circumstances = { hostAddress: identity.hostAddress, base, now: identity.now?.() ?? Date.now(), life };
	return derive(container, identity.derive, around, trace);
}
