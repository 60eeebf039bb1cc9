import type { Context } from '../../controller/context.ts';
import type { Registration, ServiceId } from '../../model.ts';
import { listenerAt } from '../asking/daemon-owner.ts';
import { complain, print } from '../print.ts';

/** What the verbs have in common that work off one owner's entries, while a daemon of that owner may be writing them. */

/** A daemon that goes on writes what it misses as soon as its watch shows that it is gone. */
const watchMs = 1_500;

/**
 * The daemon that would undo the work, if one listens on this host.
 *
 * @param undoing what it would do: `takes everything back`
 */
export async function obstacleTo(listen: string, owner: string, undoing: string): Promise<string | undefined> {
	const listener = await listenerAt(listen);
	if (listener.kind === 'none' || (listener.owner !== undefined && listener.owner !== owner)) return undefined;
	const whose = listener.owner === undefined ? 'does not tell its owner' : `has the owner ${listener.owner}`;
	return `a reconsul that runs at ${listen} ${whose}; stop it first, else it ${undoing} at once (--listen= asks nobody)`;
}

export interface Task {
	readonly owner: string;
	readonly isOurs: (found: Registration) => boolean;
	readonly act: (found: Registration, signal: AbortSignal) => Promise<void>;
	/** The verb, and what was done: `release`, `released`. */
	readonly words: { readonly verb: string; readonly done: string };
	/** Told how many are done, while they are. */
	readonly told?: (done: number) => void;
}

/**
 * Does it to each entry, which is read once more before: what was removed meanwhile shall not come back, and what is somebody
 * else's now is theirs.
 *
 * @returns whether all of it could be done, and was not undone
 */
export async function workOff(entries: readonly Registration[], task: Task, context: Context): Promise<boolean> {
	if (entries.length === 0) return true;
	const { registry, signal } = context;
	const { isDryRun } = context.settings;
	const { verb, done } = task.words;
	const failures = new Map<ServiceId, unknown>();
	for (const [at, { id }] of entries.entries()) {
		task.told?.(at);
		try {
			const found = await registry.get(id, signal);
			if (found !== undefined && task.isOurs(found)) await task.act(found, signal);
		} catch (error) {
			failures.set(id, error);
		}
	}
	const worked = entries.filter(({ id }) => !failures.has(id));
	const retaken = isDryRun ? [] : await retakenOf(worked, task, context);
	task.told?.(entries.length);
	for (const [id, error] of failures) complain(`${id}: ${error instanceof Error ? error.message : String(error)}`);
	if (retaken.length > 0)
		complain(
			`${retaken.length} were taken back at once, ${retaken[0]?.id} for one: a reconsul of owner ${task.owner} still runs somewhere; stop it, and ${verb} again`,
		);
	await print(`${isDryRun ? 'would have ' : ''}${done} ${worked.length} of ${entries.length}\n`);
	return failures.size === 0 && retaken.length === 0;
}

async function retakenOf(
	entries: readonly Registration[],
	{ isOurs }: Task,
	{ registry, clock, signal }: Context,
): Promise<readonly Registration[]> {
	await new Promise<void>((resolve) => clock.after(watchMs, resolve));
	const ids = new Set(entries.map(({ id }) => id));
	const { registrations } = await registry.list(signal);
	return registrations.filter((found) => ids.has(found.id) && isOurs(found));
}
