export interface Taken {
	readonly statuses: readonly number[];
	/** The beginning of an answer whose end has not come yet. */
	readonly rest: string;
}

/** What a plain answer of the agent's is far below. */
const longestHead = 16 * 1024;
const longestBody = 64 * 1024;

/**
 * Takes the whole answers off the front of what came over a connection, one character a byte. An answer that says how long its
 * body is, as the agent's all do that have a short one, can be read; anything else is `unreadable`, and so is all that follows.
 */
export function takeStatuses(text: string): Taken | 'unreadable' {
	const statuses: number[] = [];
	let from = 0;
	for (;;) {
		const headEnd = text.indexOf('\r\n\r\n', from);
		if (headEnd < 0) break;
		const head = text.slice(from, headEnd);
		const [, status] = /^HTTP\/1\.1 ([2-5]\d\d)(?: |\r\n|$)/.exec(head) ?? [];
		const [given = '', ...others] = [...head.matchAll(/\r\ncontent-length *:(.*)/gi)].map(([, value = '']) =>
			value.trim(),
		);
		const length = /^\d{1,6}$/.test(given) ? Number(given) : Number.POSITIVE_INFINITY;
		if (status === undefined || others.length > 0 || length > longestBody || isOdd(head)) return 'unreadable';
		const end = headEnd + 4 + length;
		if (end > text.length) break;
		statuses.push(Number(status));
		from = end;
	}
	const rest = text.slice(from);
	const isEndless =
		rest.length > longestHead + longestBody || (rest.length > longestHead && !rest.includes('\r\n\r\n'));
	return isEndless || !mayBegin(rest) ? 'unreadable' : { statuses, rest };
}

/** A body that is framed otherwise, or none where a length may stand. */
const isOdd = (head: string): boolean => /\r\ntransfer-encoding *:/i.test(head) || /^HTTP\/1\.1 (?:204|304)/.test(head);

const mayBegin = (rest: string): boolean => 'HTTP/1.1 '.startsWith(rest.slice(0, 9));
