import { isBasedOn } from '../derive/address.ts';
import { type Derivation, derive } from '../derive/derive.ts';
import type { Container, ContainerId } from '../model.ts';
import type { Identity } from './identity.ts';

/** What a container wants, `gone` included: then it wants nothing. */
export const nothingWanted: Derivation = {
	services: [],
	omitted: [],
	warnings: [],
	retryAfterMs: undefined,
	inDoubt: false,
};

/** Derives with what the engine says, `find` being asked only for the container whose network this one shares. */
export async function desiredOf(
	container: Container | 'gone',
	identity: Identity,
	find: (id: ContainerId) => Promise<Container | undefined>,
): Promise<Derivation> {
	if (container === 'gone') return nothingWanted;
	const baseId = container.running ? isBasedOn(container) : undefined;
	const base = baseId === undefined ? undefined : ((await find(baseId)) ?? 'gone');
	return derive(container, identity.derive, { hostAddress: identity.hostAddress, base, now: Date.now() });
}
