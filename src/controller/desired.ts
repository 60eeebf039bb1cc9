import { isBasedOn } from '../derive/address.ts';
import { type Derivation, derive } from '../derive/derive.ts';
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
): Promise<Derivation> {
	if (typeof container !== 'object') return nothingWanted;
	const baseId = container.running ? isBasedOn(container) : undefined;
	const base = baseId === undefined ? undefined : ((await find(baseId)) ?? 'gone');
	return derive(container, identity.derive, { hostAddress: identity.hostAddress, base, now: Date.now(), life });
}
