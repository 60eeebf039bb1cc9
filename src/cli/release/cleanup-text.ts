import type { Container, ContainerId, Registration } from '../../model.ts';
import { hostPort } from '../../server/listen.ts';
import { clean, columns } from '../columns.ts';

/** What the engine of this host says, where it can be asked. */
export interface Surroundings {
	readonly engine: string;
	readonly running: ReadonlyMap<ContainerId, Pick<Container, 'name'>>;
}

type Place = 'running' | 'gone' | 'elsewhere' | 'unknown';

const headings: Readonly<Record<Place, string>> = {
	running: 'entries of containers that run here',
	gone: 'entries of containers that do not run here',
	elsewhere: 'entries that were registered from another Docker engine, perhaps by a reconsul of another host',
	unknown: 'entries; Docker cannot be asked whether their containers run',
};

function placeOf({ stamp }: Registration, around: Surroundings | undefined): Place {
	if (around === undefined) return 'unknown';
	if (stamp?.engine !== around.engine) return 'elsewhere';
	return around.running.has(stamp.containerId) ? 'running' : 'gone';
}

/** What `reconsul cleanup` would remove, or is about to. */
export function cleanupText(entries: readonly Registration[], owner: string, around: Surroundings | undefined): string {
	if (entries.length === 0) return `there is nothing of owner ${clean(owner)} to remove\n`;
	const byPlace = Map.groupBy(entries, (found) => placeOf(found, around));
	const sections = (Object.keys(headings) as readonly Place[]).flatMap((place) => {
		const own = byPlace.get(place) ?? [];
		if (own.length === 0) return [];
		const lines = columns(
			own.map(({ id, name, address, port, stamp }) => {
				const containerId = stamp?.containerId ?? '';
				const container = around?.running.get(containerId)?.name ?? containerId.slice(0, 12);
				return [id, name, hostPort(address, port), container];
			}),
		);
		return [`remove ${own.length}: ${headings[place]}`, ...lines.map((line) => `  ${line}`), ''];
	});
	return `${sections.join('\n')}\n`;
}
