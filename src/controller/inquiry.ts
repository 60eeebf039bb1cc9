import type { Registration, ServiceId } from '../model.ts';
import { type Claim, goesBefore } from '../plan/claims.ts';
import type { Decision } from '../plan/decide.ts';
import { type Key, leftoverIdOf } from '../plan/ownership.ts';
import type { CheckIds } from '../registry/registry.ts';
import type { Context } from './context.ts';
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
	const checkIds = await suspectChecks(readable, context, state);
	const decisions = judge(readable, { found: present, rivals, brake: state.brake, checkIds }, context, state);
	return { decisions: decisions.map((decision) => inTurn(decision, subject, present)), found, unread };
}

/** The checks that a pass found to differ, read once more. */
async function suspectChecks(
	{ derivation }: Subject,
	{ registry, signal }: Context,
	{ checkSuspects }: State,
): Promise<CheckIds> {
	const ids = derivation.services.map(({ id }) => id).filter((id) => checkSuspects.has(id));
	const found = ids.map(
		async (id) => [id, (await registry.checkIds(signal, id)).get(id) ?? new Set<string>()] as const,
	);
	return new Map(await Promise.all(found));
}

/** A service is registered under its new id before a leftover of it goes, so that it is never absent. */
const inTurn = (
	decision: Decision,
	{ key, derivation }: Subject,
	present: ReadonlyMap<ServiceId, Registration>,
): Decision =>
	decision.kind === 'deregister' &&
	leftoverIdOf(key) !== undefined &&
	derivation.services.some(({ id }) => present.get(id)?.stamp === undefined)
		? { kind: 'hold', held: decision, reason: 'unreplaced' }
		: decision;

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
	const stillWants = async (other: Key, id: ServiceId): Promise<boolean> =>
		(await lookAt(other, context, state, identity)).derivation.services.some((service) => service.id === id);
	for (const service of derivation.services) {
		const registration = found.get(service.id);
		const holder = registration?.stamp?.containerId;
		if (holder === key) continue;
		const mine: Claim = { key, createdAt: container.createdAt, service };
		const candidates = holder !== undefined ? [holder] : rivalKeys(mine, registration, state);
		for (const other of candidates) if (await stillWants(other, service.id)) rivals.add(service.id);
	}
	return rivals;
}

function rivalKeys(mine: Claim, found: Registration | undefined, { claims }: State): readonly Key[] {
	const others = claims.others(mine.service.id, mine.key);
	return others.filter((other) => goesBefore(other, mine, found)).map(({ key }) => key);
}
