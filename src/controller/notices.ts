import type { OmissionReason } from '../derive/derive.ts';
import type { LogLevel } from '../log.ts';
import type { Decision } from '../plan/decide.ts';
import type { Context } from './context.ts';
import type { State } from './state.ts';
import { flappingReason, meddlings, type ServiceView, unnamedHolder, type View, type Views } from './views.ts';

/** How much a port that yields no service is worth a line: what the user asked for is not, what nobody can want is. */
const levels: Readonly<Record<OmissionReason, LogLevel>> = {
	'not-published': 'debug',
	'not-running': 'debug',
	'out-of-scope': 'debug',
	'no-ports': 'debug',
	ignored: 'debug',
	'not-explicit': 'debug',
	'own-container': 'debug',
	'ports-pending': 'debug',
	'no-address': 'info',
	'base-not-running': 'info',
	'no-host-address': 'warn',
	'bad-id': 'warn',
	'duplicate-id': 'warn',
	'not-healthy-yet': 'info',
	draining: 'info',
};

/**
 * Shows a key as it was just seen, and tells the log what is new about it; what stays as it was is not told again.
 *
 * @returns whether it stands otherwise than before
 */
export function show({ log, metrics }: Pick<Context, 'log' | 'metrics'>, views: Views, view: View): boolean {
	const before = views.get(view.key);
	views.set(view);
	const container = view.container?.name;
	const hadWarning = new Set(before?.warnings.map(({ text }) => text));
	for (const { code, text } of view.warnings.filter(({ text }) => !hadWarning.has(text))) {
		log.warn({ container }, text);
		if (code.startsWith('meta-'))
			metrics.increment('reconsul_meta_dropped_total', { reason: code.slice('meta-'.length) as MetaReason });
	}
	const hadOmission = new Set(before?.omitted.map(({ port, reason }) => `${port} ${reason}`));
	for (const { port, reason, detail } of view.omitted)
		if (!hadOmission.has(`${port} ${reason}`))
			log[levels[reason]]({ container, port, reason }, `not a service: ${detail}`);
	const stood = new Set(before?.services.map(standing));
	for (const it of view.services)
		if (isNews(it) && !stood.has(standing(it)))
			log.warn({ container, id: it.service.id, state: it.state }, it.reason ?? it.state);
	const [then, now] = [before, views.get(view.key)].map((it) => new Set([...standings(it)]));
	return (then ?? new Set()).symmetricDifference(now ?? new Set()).size > 0;
}

/** Somebody who goes on for days is told of once an hour, not once for each of a host's services. */
const toldEveryMs = 3_600_000;

/** Tells the log that another program keeps undoing what we write, by one service as an example. */
export function tellOfMeddler(
	{ log, clock }: Pick<Context, 'log' | 'clock'>,
	state: Pick<State, 'meddlerToldAt'>,
	decisions: readonly Decision[],
): void {
	const contest = decisions.find((it) => it.kind === 'contested');
	if (contest === undefined || clock.now() - (state.meddlerToldAt ?? Number.NEGATIVE_INFINITY) < toldEveryMs) return;
	state.meddlerToldAt = clock.now();
	const { desired, because } = contest.repair;
	const { id } = desired;
	// Only one of us writes a hash like ours, and only other options make it another one.
	const isTwin = because.some(({ field }) => field === 'spec');
	const [who, suspect] = isTwin
		? ['another reconsul of our owner', 'a second one, with other options,']
		: ['another program', 'registrator still'];
	log.warn(
		{ id, state: 'contested' },
		`${who} keeps changing services of ours (is ${suspect} running?), for instance ${id}: ${meddlings[contest.meddling]}`,
	);
}

/** Told once of a service, however often it comes and goes until it has been calm again. */
export function tellOfFlapping(
	{ log }: Pick<Context, 'log'>,
	{ flapping }: Pick<State, 'flapping'>,
	decisions: readonly Decision[],
): void {
	for (const it of decisions)
		if (it.kind === 'flapping' && flapping.isNews(it.start.desired.id))
			log.warn({ id: it.start.desired.id, state: 'flapping' }, flappingReason);
}

type MetaReason =
	Extract<View['warnings'][number]['code'], `meta-${string}`> extends `meta-${infer Reason}` ? Reason : never;

/** What waits for a write that is about to come is none, and neither is a conflict before it has a name. */
const isNews = ({ state, held, reason }: ServiceView): boolean =>
	(state === 'conflict' && reason !== unnamedHolder) || (state === 'held' && held !== 'unreplaced');

function* standings(view: View | undefined): Iterable<string> {
	for (const it of view?.services ?? []) yield standing(it);
	for (const { port, reason } of view?.omitted ?? []) yield `${port} ${reason}`;
}

const standing = ({ service, state, reason }: ServiceView): string => `${service.id} ${state} ${reason}`;
