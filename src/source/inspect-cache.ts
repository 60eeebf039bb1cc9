import type { Container, ContainerId } from '../model.ts';

/**
 * What was inspected and has not changed since, so that a pass over 200 containers that do nothing costs one call. An entry
 * holds while the container's row in the list stays the same *and* no event told of it: a restart changes neither the row nor
 * the container's id, only the published port. Without an open event stream nothing is kept at all.
 */
export interface InspectCache {
	/** @returns what is known of the container, or asks `inspect` */
	get(id: ContainerId, row: string, inspect: () => Promise<Container | undefined>): Promise<Container | undefined>;
	/** Forgets one that something happened to. */
	drop(id: ContainerId): void;
	/** Forgets all but these. */
	keep(ids: ReadonlySet<ContainerId>): void;
	/** The event stream was opened or lost: whatever happened in between, nobody said so. */
	restart(isListening: boolean): void;
}

interface Entry {
	readonly row: string;
	container: Container | undefined;
}

export function inspectCache(): InspectCache {
	const entries = new Map<ContainerId, Entry>();
	let isListening = false;
	return {
		async get(id, row, inspect) {
			if (!isListening) return inspect();
			const known = entries.get(id);
			if (known?.container !== undefined && known.row === row) return known.container;
			// In place before the question is put: an event that comes before the answer takes it out again.
			const entry: Entry = { row, container: undefined };
			entries.set(id, entry);
			entry.container = await inspect();
			return entry.container;
		},
		drop: (id) => void entries.delete(id),
		keep: (ids) => {
			for (const id of entries.keys()) if (!ids.has(id)) entries.delete(id);
		},
		restart: (listening) => {
			isListening = listening;
			entries.clear();
		},
	};
}
