import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { Context } from '../controller/context.ts';
import { IdentityHolder } from '../controller/identity.ts';
import { wire } from '../daemon/wiring.ts';
import { createLogger } from '../log.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { Registration } from '../model.ts';
import { type Ownership, standingOf } from '../plan/ownership.ts';
import { listenerAt } from './daemon-owner.ts';
import { complain, print } from './print.ts';
import { type Belongings, belongingsOf, belongingsText } from './release-text.ts';

/** A daemon that goes on puts its stamp back as soon as its watch shows that it is gone. */
const watchMs = 1_500;

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
	try {
		const { ownership } = await new IdentityHolder(context, host).current();
		const { registrations } = await context.registry.list(signal);
		const belongings = belongingsOf(registrations, ownership);
		await print(belongingsText(belongings, ownership));
		const obstacle = await obstacleTo(config, ownership);
		if (obstacle !== undefined) complain(obstacle);
		if (isConfirmed) return obstacle === undefined && (await released(belongings, context, ownership)) ? 0 : 1;
		if (belongings.ours.length === 0) return 0;
		await print('nothing was written; --yes does it\n');
		return 2;
	} catch (error) {
		complain(error);
		return 1;
	}
}

/** A daemon that runs would undo it. */
async function obstacleTo({ listen }: Config, { owner }: Ownership): Promise<string | undefined> {
	const listener = await listenerAt(listen);
	if (listener.kind === 'none' || (listener.owner !== undefined && listener.owner !== owner)) return undefined;
	const whose = listener.owner === undefined ? 'does not tell its owner' : `has the owner ${listener.owner}`;
	return `a reconsul that runs at ${listen} ${whose}; stop it first, else it takes everything back at once (--listen= asks nobody)`;
}

/** @returns whether all of it could be done, and was not undone */
async function released({ ours }: Belongings, context: Context, ownership: Ownership): Promise<boolean> {
	if (ours.length === 0) return true;
	const { isDryRun } = context.settings;
	let failures = 0;
	for (const { id } of ours)
		try {
			await releaseOne(id, context, ownership);
		} catch (error) {
			failures += 1;
			complain(`${id}: ${error instanceof Error ? error.message : String(error)}`);
		}
	const retaken = isDryRun ? [] : await retakenOf(ours, context, ownership);
	if (retaken.length > 0)
		complain(
			`${retaken.length} were taken back at once, ${retaken[0]?.id} for one: a reconsul of owner ${ownership.owner} still runs somewhere; stop it, and release again`,
		);
	const done = ours.length - failures;
	await print(`${isDryRun ? 'would have released' : 'released'} ${done} of ${ours.length}\n`);
	return failures === 0 && retaken.length === 0;
}

/** Reads it once more: what was removed meanwhile shall not come back, and what is somebody else's now is theirs. */
async function releaseOne(id: string, { registry, signal }: Context, ownership: Ownership): Promise<void> {
	const found = await registry.get(id, signal);
	if (found !== undefined && standingOf(found, ownership) === 'ours') await registry.release(found, signal);
}

async function retakenOf(
	ours: readonly Registration[],
	{ registry, signal }: Context,
	ownership: Ownership,
): Promise<readonly Registration[]> {
	await delay(watchMs);
	const ids = new Set(ours.map(({ id }) => id));
	const { registrations } = await registry.list(signal);
	return registrations.filter((found) => ids.has(found.id) && standingOf(found, ownership) === 'ours');
}
