import type { CheckState, Registration, ServiceId } from '../model.ts';
import { type Claim, goesBefore, outranks } from '../plan/claims.ts';
import type { Decision } from '../plan/decide.ts';
import { type Key, leftoverIdOf } from '../plan/ownership.ts';
import type { ServiceChecks } from '../registry/registry.ts';
import type { Context } from './context.ts';
import type { Identity } from './identity.ts';
import { judge, type Subject } from './judge.ts';
import { lookAt } from './look.ts';
import type { State } from './state.ts';

/** What a run goes by: lists and memory name suspects, this was read just now. */
export interface Inquiry {
	readonly decisions: readonly Decision[];
	/** What the agent has, by every id that it could be asked for. */
	readonly found: ReadonlyMap<ServiceId, Registration | undefined>;
	/** Ids that could not be read, and why; nothing is decided about these. */
	readonly unread: ReadonlyMap<ServiceId, unknown>;
}

/**
 * Every id that the key may have to read or write: those it has by the index and those it wants; for a leftover those that the
 * container of its name has instead.
 */
export function idsOf({ key, derivation }: Subject, state: State): ReadonlySet<ServiceId> {
	const leftoverId = leftoverIdOf(key);
	const wanted = derivation.services.map(({ id }) => id);
	return new Set(leftoverId === undefined ? [...state.index.idsOf(key), ...wanted] : [leftoverId, ...wanted]);
}

/** Reads the ids from the agent, asks the engine about others that want them, and decides. Writes nothing. */
export async function inquire(
	subject: Subject,
	ids: ReadonlySet<ServiceId>,
	context: Context,
	state: State,
): Promise<Inquiry> {
	const { derivation } = subject;
	const { found, unread } = await readAll(ids, context);
	const readable: Subject = {
		...subject,
		derivation: { ...derivation, services: derivation.services.filter(({ id }) => found.has(id)) },
	};
	const present = new Map([...found].flatMap(([id, it]) => (it === undefined ? [] : [[id, it] as const])));
	const rivals = await rivalsOf(readable, present, context, state);
	const checks = await suspectChecks(readable, context, state);
	const decisions = judge(readable, { found: present, rivals, brake: state.brake, checks }, context, state);
	const inOrder = decisions.map(async (decision) =>
		decision.kind === 'deregister' && (await isReplaced(decision.observed.id, subject, present, context, state))
			? ({ kind: 'hold', held: decision, reason: 'unreplaced' } as const)
			: decision,
	);
	return { decisions: await Promise.all(inOrder), found, unread };
}

/** Whether something is about to take the place of what is to go; nothing shall be absent in between. */
async function isReplaced(
	id: ServiceId,
	{ key, derivation, identity }: Subject,
	present: ReadonlyMap<ServiceId, Registration>,
	context: Context,
	state: State,
): Promise<boolean> {
	// A leftover: by the same service under its new id.
	if (leftoverIdOf(key) !== undefined) return derivation.services.some((it) => present.get(it.id)?.stamp === undefined);
	// Else by another container that wants the very id, and takes the entry over as it is.
	for (const other of state.claims.others(id, key))
		if (await stillWants(other.key, id, context, state, identity)) return true;
	return false;
}

async function stillWants(
	key: Key,
	id: ServiceId,
	context: Context,
	state: State,
	identity: Identity,
): Promise<boolean> {
	const { derivation } = await lookAt(key, context, state, identity);
	return derivation.services.some((service) => service.id === id);
}

/** The checks that a pass found to differ, read once more. */
async function suspectChecks(
	{ derivation }: Subject,
	{ registry, signal }: Context,
	{ checkSuspects }: State,
): Promise<ServiceChecks> {
	const ids = derivation.services.map(({ id }) => id).filter((id) => checkSuspects.has(id));
	const found = ids.map(
		async (id) => [id, (await registry.checks(signal, id)).get(id) ?? new Map<string, CheckState>()] as const,
	);
	return new Map(await Promise.all(found));
}

async function readAll(
	ids: ReadonlySet<ServiceId>,
	{ registry, signal }: Context,
): Promise<Pick<Inquiry, 'found' | 'unread'>> {
	const found = new Map<ServiceId, Registration | undefined>();
	const unread = new Map<ServiceId, unknown>();
	await Promise.all(
		[...ids].map(async (id) => {
			try {
				found.set(id, await registry.get(id, signal));
			} catch (error) {
				unread.set(id, error);
			}
		}),
	);
	return { found, unread };
}

/** Which of the wanted ids another running container has a better claim to; asked of the engine, not of memory. */
async function rivalsOf(
	{ key, container, derivation, identity }: Subject,
	found: ReadonlyMap<ServiceId, Registration>,
	context: Context,
	state: State,
): Promise<ReadonlySet<ServiceId>> {
	const rivals = new Set<ServiceId>();
	if (typeof container !== 'object') return rivals;
	for (const service of derivation.services) {
		const registration = found.get(service.id);
		const holder = registration?.stamp?.containerId;
		const mine: Claim = { key, createdAt: container.createdAt, service };
		const candidates = rivalKeys(mine, registration, holder, state);
		for (const other of candidates)
			if (await stillWants(other, service.id, context, state, identity)) rivals.add(service.id);
	}
	return rivals;
}

/** @param holder whom the entry is stamped with; nobody but one that outranks it goes before that */
function rivalKeys(
	mine: Claim,
	found: Registration | undefined,
	holder: Key | undefined,
	{ claims }: State,
): readonly Key[] {
	const others = claims.others(mine.service.id, mine.key);
	if (holder === undefined) return others.filter((other) => goesBefore(other, mine, found)).map(({ key }) => key);
	const above = others.filter((other) => outranks(other.service, mine.service)).map(({ key }) => key);
	const isBelow = others.some((other) => other.key === holder && outranks(mine.service, other.service));
	return holder === mine.key || isBelow ? above : [...above, holder];
}
