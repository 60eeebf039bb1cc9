import type { Config } from '../../config/config.ts';
import { IdentityHolder } from '../../controller/identity.ts';
import { wire } from '../../daemon/wiring.ts';
import { createLogger } from '../../log.ts';
import { createMetrics } from '../../metrics/metrics.ts';
import type { Registration } from '../../model.ts';
import { standingOf } from '../../plan/ownership.ts';
import { complain, print } from '../print.ts';
import { obstacleTo, workOff } from './belongings.ts';
import { belongingsOf, belongingsText } from './text.ts';

/**
 * The way back: takes our stamp off what we registered, and the checks that only we gave it, so that registrator finds what
 * it knows. The services stay.
 *
 * @param isConfirmed whether to do it, as against showing it
 * @returns the exit code: 0 when nothing of ours is left to release, 2 when there is and `isConfirmed` is not, 1 for an error
 */
export async function release(config: Config, isConfirmed: boolean): Promise<0 | 1 | 2> {
	const log = createLogger({ level: 'error', format: config.logFormat });
	const { signal } = new AbortController();
	const { context, host } = await wire(config, { log, metrics: createMetrics(''), signal });
	const { registry } = context;
	try {
		const { ownership } = await new IdentityHolder(context, host).current();
		const { registrations } = await registry.list(signal);
		const belongings = belongingsOf(registrations, ownership);
		await print(belongingsText(belongings, ownership));
		const { owner } = ownership;
		const obstacle = await obstacleTo(config.listen, owner, 'takes everything back');
		if (obstacle !== undefined) complain(obstacle);
		if (isConfirmed) {
			const task = {
				owner,
				isOurs: (found: Registration) => standingOf(found, ownership) === 'ours',
				act: registry.release,
				words: { verb: 'release', done: 'released' },
			};
			return obstacle === undefined && (await workOff(belongings.ours, task, context)) ? 0 : 1;
		}
		if (belongings.ours.length === 0) return 0;
		await print('nothing was written; --yes does it\n');
		return 2;
	} catch (error) {
		complain(error);
		return 1;
	}
}
