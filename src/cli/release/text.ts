import type { Registration } from '../../model.ts';
import { type Ownership, standingOf } from '../../plan/ownership.ts';
import { hostPort } from '../../server/listen.ts';
import { clean, columns } from '../columns.ts';

/** What the agent has of our owner's. */
export interface Belongings {
	/** To be released. */
	readonly ours: readonly Registration[];
	/** Further names of a service, which registrator cannot know: without our stamp nobody would ever remove them. */
	readonly aliases: readonly Registration[];
	/** Registered from another Docker engine, so perhaps by a daemon of another host. */
	readonly elsewhere: readonly Registration[];
}

const isAlias = ({ id }: Registration): boolean => id.includes(':alias:');

export function belongingsOf(registrations: readonly Registration[], ownership: Ownership): Belongings {
	const owned = registrations.filter((found) => standingOf(found, ownership) === 'ours').sort(byId);
	const isHere = ({ stamp }: Registration): boolean => ownership.takeOver || stamp?.engine === ownership.engine;
	const here = owned.filter(isHere);
	return {
		ours: here.filter((found) => !isAlias(found)),
		aliases: here.filter(isAlias),
		elsewhere: owned.filter((found) => !isHere(found)),
	};
}

const byId = (a: Registration, b: Registration): number => (a.id < b.id ? -1 : 1);

export function belongingsText({ ours, aliases, elsewhere }: Belongings, { owner }: Ownership): string {
	const sections: readonly (readonly [all: readonly Registration[], heading: string])[] = [
		[
			ours,
			'release: entries that lose our stamp, and the checks that only we gave them; they stay as they are otherwise',
		],
		[
			aliases,
			'kept: further names (reconsul.aliases), which registrator does not know; deregister them when nobody needs them',
		],
		[elsewhere, `kept: entries of owner ${clean(owner)} from another Docker engine (--take-over counts them in)`],
	];
	const shown = sections.filter(([all]) => all.length > 0);
	if (shown.length === 0) return `there is nothing of owner ${clean(owner)} to release\n`;
	return shown
		.flatMap(([all, heading]) => [
			heading.replace(':', ` ${all.length}:`),
			...columns(all.map(({ id, name, address, port }) => [id, name, hostPort(address, port)])).map(
				(line) => `  ${line}`,
			),
			'',
		])
		.join('\n')
		.concat('\n');
}
