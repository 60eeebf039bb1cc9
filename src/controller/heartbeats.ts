import PQueue from 'p-queue';
import type { Check, CheckReport, ServiceId } from '../model.ts';
import type { Key } from '../plan/ownership.ts';
import { RegistryError } from '../registry/registry.ts';
import type { Context } from './context.ts';
import type { State } from './state.ts';

const concurrency = 8;
/** How often it is looked what is due; no TTL can be kept that is not a few times as long. */
const tickMs = 1_000;
const longestSlotMs = 5_000;

/** Reports go out in bursts, which costs a fifth less processor time than a few each second. */
const slotMs = (periodMs: number): number =>
	Math.min(longestSlotMs, Math.max(tickMs, Math.floor(periodMs / 4 / tickMs) * tickMs));

/** At the beginning of the slot: never later than asked. */
const dueAfter = (now: number, gapMs: number, periodMs: number): number =>
	Math.floor((now + gapMs) / slotMs(periodMs)) * slotMs(periodMs);

interface Beat {
	readonly check: Check;
	readonly id: ServiceId;
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
	const pool = new PQueue({ concurrency });
	let dueAt = new Map<string, number>();
	const pending = new Set<string>();
	const send = async ({ check, id, key }: Beat): Promise<void> => {
		pending.add(check.id);
		await pool.add(() => beat(context, check, checkStates.get(id)?.get(check.id), () => suspect(key)));
		pending.delete(check.id);
	};
	const look = (): void => {
		const now = clock.now();
		const next = new Map<string, number>();
		for (const { key, desired } of index.expectations().values())
			for (const check of desired.checks) {
				if (check.beatMs === undefined) continue;
				const due = dueAt.get(check.id);
				const isDue = due === undefined || due <= now;
				const gap = due === undefined ? check.beatMs * random() : check.beatMs;
				next.set(check.id, isDue ? dueAfter(now, gap, check.beatMs) : due);
				// One that is late already is not sent twice.
				if (isDue && !pending.has(check.id)) void send({ check, id: desired.id, key });
			}
		dueAt = next;
	};
	let cancel = (): void => {};
	const tick = (): void => {
		look();
		cancel = clock.after(tickMs, tick);
	};
	cancel = clock.after(tickMs, tick);
	return () => {
		cancel();
		pool.clear();
	};
}

/** @param said how a check stands that says more than that we are here; repeated word by word, so that it writes nothing to the catalog */
async function beat(
	{ registry, metrics, signal }: Context,
	{ id, report }: Check,
	said: { readonly status: string; readonly output: string } | undefined,
	suspect: () => void,
): Promise<void> {
	// Nobody has looked at it yet; whoever does will report it.
	if (report !== undefined && said === undefined) return;
	try {
		if (report === undefined) await registry.heartbeat(id, signal);
		else await registry.report(id, said as CheckReport, signal);
		metrics.increment('reconsul_heartbeats_total', { result: 'ok' });
	} catch (error) {
		metrics.increment('reconsul_heartbeats_total', { result: 'error' });
		if (error instanceof RegistryError && error.class === 'invalid') suspect();
	}
}
