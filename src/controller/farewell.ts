import { standingOf } from '../plan/ownership.ts';
import type { Context } from './context.ts';
import type { Identity } from './identity.ts';
import type { State } from './state.ts';
import type { Writer } from './writer.ts';

/**
 * Takes everything of ours out of the agent, reading each entry once more: somebody may have taken it over since.
 *
 * @throws what the first one failed with that could not be taken out, when all the others are done
 */
export async function deregisterAll(
	{ registry, signal }: Context,
	{ index, views }: State,
	writer: Writer,
	{ ownership }: Identity,
): Promise<void> {
	const entries = [...index.keys()].flatMap((key) => [...index.idsOf(key)].map((id) => ({ key, id })));
	const outcomes = await Promise.allSettled(
		entries.map(async ({ key, id }) => {
			const observed = await registry.get(id, signal);
			if (observed === undefined || standingOf(observed, ownership) !== 'ours') return;
			if (observed.stamp?.engine !== ownership.engine) return;
			const because = [{ field: 'orphaned', desired: undefined, observed: id }] as const;
			const container = views.get(key)?.container?.name;
			await writer.deregister({ kind: 'deregister', observed, because }, { key, container, since: undefined });
		}),
	);
	// Only now, since the process ends with the first failure that it hears of.
	const failed = outcomes.find((outcome) => outcome.status === 'rejected');
	if (failed !== undefined) throw failed.reason;
}
