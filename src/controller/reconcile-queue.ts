import type { Key } from '../plan/ownership.ts';
import { retryDelayMs } from './backoff.ts';
import type { Context } from './context.ts';
import type { Reconciler } from './reconciler.ts';
import type { State } from './state.ts';
import { WorkQueue } from './workqueue.ts';

/** The queue of keys to bring in line, with its figures, and each run entered into the history. */
export function reconcileQueue(
	{ settings, clock, metrics, log }: Context,
	{ runs }: Pick<State, 'runs'>,
	reconciler: Reconciler,
): WorkQueue<Key> {
	const name = { name: 'reconcile' } as const;
	return new WorkQueue<Key>({
		concurrency: settings.concurrency,
		clock,
		retryDelayMs,
		run: async (key) => {
			const outcome = await reconciler.reconcile(key);
			const again = outcome.kind === 'done' && outcome.againAfterMs !== undefined ? 'requeue_after' : 'success';
			const result = outcome.kind === 'done' ? again : outcome.permanent ? 'permanent' : 'error';
			metrics.increment('reconsul_reconcile_total', { result });
			return outcome;
		},
		observer: {
			added: () => metrics.increment('workqueue_adds_total', name),
			retried: () => metrics.increment('workqueue_retries_total', name),
			started: (ms) => metrics.observe('workqueue_queue_duration_seconds', ms / 1_000, name),
			finished: (ms) => {
				metrics.observe('workqueue_work_duration_seconds', ms / 1_000, name);
				metrics.observe('reconsul_reconcile_duration_seconds', ms / 1_000);
			},
			settled: (key, nextMs) => runs.end(key, nextMs),
			crashed: (key, error) => log.error({ key, error }, 'a run of the queue failed in a way it should not'),
		},
	});
}
