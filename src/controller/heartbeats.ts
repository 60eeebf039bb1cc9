import PQueue from 'p-queue';
import { ttlCheckId } from '../derive/checks.ts';
import type { Key } from '../plan/ownership.ts';
import { RegistryError } from '../registry/registry.ts';
import type { Context } from './context.ts';
import type { ServiceIndex } from './service-index.ts';

const concurrency = 8;

/** Reports one check as passing. That the agent does not know it means that the service is not as we left it: its key is looked at. */
export const beater =
	({ registry, metrics, signal }: Context, suspect: (key: Key) => void) =>
	async (checkId: string, key: Key): Promise<void> => {
		try {
			await registry.heartbeat(checkId, signal);
			metrics.increment('reconsul_heartbeats_total', { result: 'ok' });
		} catch (error) {
			metrics.increment('reconsul_heartbeats_total', { result: 'error' });
			if (error instanceof RegistryError && error.class === 'invalid') suspect(key);
		}
	};

/**
 * Reports the checks that `-ttl` added as passing, every `-ttl-refresh` seconds.
 *
 * @returns stops it
 */
export function startHeartbeats(context: Context, index: ServiceIndex, suspect: (key: Key) => void): () => void {
	const { settings, clock } = context;
	if (settings.derive.ttlSeconds === 0 || settings.ttlRefreshMs === 0) return () => {};
	const pool = new PQueue({ concurrency });
	const beat = beater(context, suspect);
	let cancel = (): void => {};
	const round = async (): Promise<void> => {
		// Beats that are late already are not sent twice.
		pool.clear();
		const beats = [...index.expectations()].map(([id, { key }]) => pool.add(() => beat(ttlCheckId(id), key)));
		cancel = clock.after(settings.ttlRefreshMs, () => void round());
		await Promise.allSettled(beats);
	};
	cancel = clock.after(settings.ttlRefreshMs, () => void round());
	return () => {
		cancel();
		pool.clear();
	};
}
