/** What page and script say in the same words. Plain functions that refer to each other only: their text goes into page.js. */

/** `12 s`, `3 min 5 s`, `2 h 4 min`, `5 d 1 h`. */
export function span(ms: number): string {
	const seconds = Math.max(0, Math.round(ms / 1000));
	if (seconds < 60) return `${seconds} s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return `${minutes} min`;
	const hours = Math.floor(minutes / 60);
	if (hours < 24) return `${hours} h ${minutes % 60} min`;
	return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Whether all words of the search are in the text, and the group chosen among those of the container. */
export function matches(text: string, groups: string, search: string, group: string): boolean {
	const words = search.toLowerCase().split(/\s+/);
	return words.every((word) => text.includes(word)) && (group === '' || groups.split(' ').includes(group));
}

export function counted(shown: number, all: number): string {
	if (all === 0) return 'No containers';
	return shown === all ? `${all} container${all === 1 ? '' : 's'}` : `${shown} of ${all} containers`;
}
