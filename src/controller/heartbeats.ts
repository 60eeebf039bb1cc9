import type { Check, CheckReport, CheckState } from '../model.ts';
import type { Key } from '../plan/ownership.ts';
import type { Heartbeat } from '../registry/registry.ts';
import type { Context } from './context.ts';
import type { State } from './state.ts';

/** How many go out together. */
const longestBurst = 64;
/** How often it is looked what is due; no TTL can be kept that is not a few times as long. */
const tickMs = 1_000;
const longestSlotMs = 5_000;

/** Reports go out in bursts, which costs less processor time than a few each second. */
const slotMs = (periodMs: number): number =>
	Math.min(longestSlotMs, Math.max(tickMs, Math.floor(periodMs / 4 / tickMs) * tickMs));

/** At the beginning of the slot: never later than asked. */
const dueAfter = (now: number, gapMs: number, periodMs: number): number =>
	Math.floor((now + gapMs) / slotMs(periodMs)) * slotMs(periodMs);

interface Beat extends Heartbeat {
	readonly key: Key;
}

/**
 * Reports every check that is due by its own period, for all reasons there are to report one: `-ttl`, `heartbeat` labels,
 * `--health-ttl`. One timer for all: what is due is looked up once a second. The first reports come at once, since an earlier
 * daemon may have left little time, and the second ones at a random point of the period, so that they stay apart.
 *
 * @param suspect told of a key whose check the agent does not know: its service is not as we left it
 * @returns stops it
 */
export function startHeartbeats(
	context: Context,
	{ index, checkStates }: Pick<State, 'index' | 'checkStates'>,
	suspect: (key: Key) => void,
	random: () => number = Math.random,
): () => void {
	const { clock } = context;
	const dueAt = new Map<string, number>();
	const look = (now: number): readonly Beat[] => {
		const beats: Beat[] = [];
		let kept = 0;
		for (const { key, desired } of index.expectations().values())
			for (const check of desired.checks) {
				const { id, beatMs } = check;
				if (beatMs === undefined) continue;
				kept += 1;
				const due = dueAt.get(id);
				if (due !== undefined && due > now) continue;
				dueAt.set(id, dueAfter(now, due === undefined ? beatMs * random() : beatMs, beatMs));
				const beat = beatOf(check, key, checkStates.get(desired.id)?.get(id));
				if (beat !== undefined) beats.push(beat);
			}
		if (dueAt.size > kept) forgetOthers(dueAt, index);
		return beats;
	};
	let cancel = (): void => {};
	let isStopped = false;
	const tick = async (): Promise<void> => {
		const beats = look(clock.now());
		for (let from = 0; from < beats.length && !isStopped; from += longestBurst)
			await send(context, beats.slice(from, from + longestBurst), suspect);
		// Not before the last is answered: they do not pile up before an agent that hangs.
		if (!isStopped) cancel = clock.after(tickMs, () => void tick());
	};
	cancel = clock.after(tickMs, () => void tick());
	return () => {
		isStopped = true;
		cancel();
	};
}

/** @param state how a check stands that says more than that we are here; repeated word by word, so that it writes nothing to the catalog */
function beatOf({ id, report }: Check, key: Key, state: CheckState | undefined): Beat | undefined {
	if (report === undefined) return { checkId: id, key };
	// Nobody has looked at it yet; whoever does will report it.
	return state && { checkId: id, key, said: state as CheckReport };
}

async function send(
	{ registry, metrics, signal }: Context,
	beats: readonly Beat[],
	suspect: (key: Key) => void,
): Promise<void> {
	const errors = await registry.heartbeats(beats, signal).catch((error: unknown) => {
		if (signal.aborted) return [];
		throw error;
	});
	errors.forEach((error, n) => {
		metrics.increment('reconsul_heartbeats_total', { result: error === undefined ? 'ok' : 'error' });
		const beat = beats[n];
		if (error?.class === 'invalid' && beat !== undefined) suspect(beat.key);
	});
}

/** A check that comes back is reported at once. */
function forgetOthers(dueAt: Map<string, number>, index: State['index']): void {
	const checks = [...index.expectations().values()].flatMap(({ desired }) => desired.checks);
	const kept = new Set(checks.flatMap(({ id, beatMs }) => (beatMs === undefined ? [] : id)));
	for (const id of dueAt.keys()) if (!kept.has(id)) dueAt.delete(id);
}
