import PQueue from 'p-queue';
import { parseDuration } from '../duration.ts';
import type { Key } from '../plan/ownership.ts';
import type { Context } from './context.ts';
import { beater } from './heartbeats.ts';
import type { ServiceIndex } from './service-index.ts';

const concurrency = 8;
/** How often it is looked what is due; no TTL can be kept that is not a few times as long. */
const tickMs = 1_000;
const beatsPerTtl = 3;

/**
 * Reports the checks as passing that `reconsul.check.<name>.heartbeat` hands to us, three times in the TTL of each.
 *
 * @returns stops it
 */
export function startLabelHeartbeats(context: Context, index: ServiceIndex, suspect: (key: Key) => void): () => void {
	const { clock } = context;
	const pool = new PQueue({ concurrency });
	const beat = beater(context, suspect);
	let dueAt = new Map<string, number>();
	const pending = new Set<string>();
	const send = async (id: string, key: Key): Promise<void> => {
		pending.add(id);
		await pool.add(() => beat(id, key));
		pending.delete(id);
	};
	const look = (): void => {
		const now = clock.now();
		const next = new Map<string, number>();
		for (const { key, desired } of index.expectations().values())
			for (const { id, ttl, isBeaten } of desired.checks) {
				if (isBeaten !== true) continue;
				const due = dueAt.get(id) ?? now;
				next.set(id, due > now ? due : now + (parseDuration(ttl ?? '') ?? 0) / beatsPerTtl);
				// A beat that is late already is not sent twice.
				if (due <= now && !pending.has(id)) void send(id, key);
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
