import PQueue from 'p-queue';
import type { Trace } from '../derive/trace.ts';
import type { ServiceId } from '../model.ts';
import { type Key, leftoverKey, leftoverOf } from '../plan/ownership.ts';
import type { Context } from './context.ts';
import type { Identity } from './identity.ts';
import { idsOf, inquire } from './inquiry.ts';
import { lookAt } from './look.ts';
import { type Judgement, type Pass, resync } from './resync.ts';
import type { State } from './state.ts';
import { dueBy, keptBy } from './upkeep.ts';

/** What a run of one key would do, were it to come now. */
export interface Rehearsal extends Judgement {
	readonly unread: ReadonlyMap<ServiceId, unknown>;
}

/** What a daemon that started now would do. */
export interface Rehearsals {
	readonly pass: Pass;
	readonly keys: readonly Rehearsal[];
	/** What it would do beside that under `-cleanup`; nothing where that is given. */
	readonly cleanup: readonly Rehearsal[];
}

/**
 * Makes a full pass, and of what it names the look that a run takes before it writes. Writes nothing.
 *
 * @throws RegistryError and SourceError, where one of them gave no complete answer
 */
export async function rehearse(context: Context, state: State, identity: Identity): Promise<Rehearsals> {
	const pass = await resync(context, state, identity);
	const pool = new PQueue({ concurrency: context.settings.concurrency });
	const look = (key: Key, as: Identity): Promise<Rehearsal> => pool.add(() => rehearseKey(key, context, state, as));
	const isSettled = ({ decisions, due }: Judgement): boolean =>
		due.length === 0 && decisions.every(({ kind }) => kind === 'unchanged');
	const keys = await Promise.all(
		pass.judgements.map(async (judgement) =>
			isSettled(judgement) ? { ...judgement, unread: new Map() } : look(judgement.subject.key, identity),
		),
	);
	const cleaning: Identity = { ...identity, ownership: { ...identity.ownership, cleanup: true } };
	return {
		pass,
		keys,
		cleanup: await Promise.all(staleKeys(pass, cleaning, identity).map((key) => look(key, cleaning))),
	};
}

/**
 * The look that a run of the key takes before it writes.
 *
 * @param trace told why its services are what they are
 * @throws SourceError unless the engine is sure
 */
export async function rehearseKey(
	key: Key,
	context: Context,
	state: State,
	identity: Identity,
	trace?: Trace,
): Promise<Rehearsal> {
	const subject = await lookAt(key, context, state, identity, trace);
	const { decisions, unread } = await inquire(subject, idsOf(subject, state), context, state);
	const due = dueBy(keptBy(decisions, subject.derivation), state.checkStates);
	return { subject, decisions, due, unread };
}

/** Entries of registrator's form that only `-cleanup` concerns, as far as the lists tell. */
function staleKeys({ registrations, judgements }: Pass, cleaning: Identity, identity: Identity): readonly Key[] {
	const wanted = new Set(judgements.flatMap(({ subject }) => subject.derivation.services.map(({ id }) => id)));
	return registrations
		.filter((found) => leftoverOf(found, identity.ownership) === undefined && !wanted.has(found.id))
		.filter((found) => leftoverOf(found, cleaning.ownership) !== undefined)
		.map(({ id }) => leftoverKey(id));
}
