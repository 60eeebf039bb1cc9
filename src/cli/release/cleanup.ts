import type { Config } from '../../config/config.ts';
import type { Context } from '../../controller/context.ts';
import { type Host, IdentityHolder } from '../../controller/identity.ts';
import { wire } from '../../daemon/wiring.ts';
import { createLogger } from '../../log.ts';
import { createMetrics } from '../../metrics/metrics.ts';
import type { Registration } from '../../model.ts';
import { complain, print } from '../print.ts';
import { type Progress, progressOn, readingOn } from '../progress.ts';
import { obstacleTo, workOff } from './belongings.ts';
import { cleanupText, type Surroundings } from './cleanup-text.ts';

/**
 * Removes what one owner registered, of whichever engine and whether the containers run or not. It is the one place that
 * deletes without proof: the user has seen the list and said yes.
 *
 * @param isConfirmed whether to do it, as against showing it
 * @returns the exit code: 0 when nothing of the owner's is left, 2 when there is and `isConfirmed` is not, 1 for an error
 */
export async function cleanup(config: Config, isConfirmed: boolean): Promise<0 | 1 | 2> {
	const log = createLogger({ level: 'error', format: config.logFormat });
	const { signal } = new AbortController();
	const { context, host } = await wire(config, { log, metrics: createMetrics(''), signal });
	const { registry } = context;
	const progress = progressOn();
	try {
		const owner = await ownerOf(context, host);
		// Exactly: former host names and the like are for the daemon, which has proof.
		const isOurs = ({ stamp, kind }: Registration): boolean => kind === '' && stamp?.owner === owner;
		const { registrations, doubt } = await registry.list(signal);
		const entries = registrations.filter(isOurs).sort((a, b) => (a.id < b.id ? -1 : 1));
		progress.show('asking Docker which containers run');
		const around = entries.length === 0 ? undefined : await surroundings(context, progress);
		progress.clear();
		await print(cleanupText(entries, owner, around));
		if (doubt !== undefined) complain(`there may be more: ${doubt}`);
		const obstacle = await obstacleTo(config.listen, owner, 'registers everything again');
		if (obstacle !== undefined) complain(obstacle);
		if (!isConfirmed && entries.length > 0) await print('nothing was written; --yes does it\n');
		if (!isConfirmed) return entries.length > 0 ? 2 : doubt === undefined ? 0 : 1;
		if (obstacle !== undefined) return 1;
		const act = ({ id }: Registration): Promise<void> => registry.deregister(id, signal);
		const told = (done: number): void => {
			if (done === entries.length) progress.clear();
			else progress.show(`removing: ${done} of ${entries.length} done`);
		};
		const task = { owner, isOurs, act, words: { verb: 'clean up', done: 'removed' }, told };
		return (await workOff(entries, task, context)) && doubt === undefined ? 0 : 1;
	} catch (error) {
		progress.clear();
		complain(error);
		return 1;
	}
}

/** The engine has to be asked only where the host name may be its. */
async function ownerOf(context: Context, host: Host): Promise<string> {
	const { owner, hostname } = context.settings;
	if (owner !== '' || hostname !== '') return owner || hostname;
	try {
		return (await new IdentityHolder(context, host).current()).ownership.owner;
	} catch (cause) {
		const { message } = cause as Error;
		throw new Error(`${message}; --owner says whose entries to remove where Docker cannot be asked`, { cause });
	}
}

/** Only to be shown. */
async function surroundings({ source, signal }: Context, progress: Progress): Promise<Surroundings | undefined> {
	try {
		const [{ id }, containers] = await Promise.all([
			source.info(signal),
			source.list(signal, () => {}, readingOn(progress)),
		]);
		return { engine: id, running: new Map(containers.map((container) => [container.id, container])) };
	} catch {
		return undefined;
	}
}
