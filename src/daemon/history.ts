import { concerns, type History, type HistoryEntry, type Interest } from '../controller/history.ts';
import type { Feed } from '../server/events.ts';

/** The history as the server gives it out: at once, or as it goes on. */

const usualEntries = 200;
const maxEntries = 2_000;

interface HistoryAnswer {
	/** The sequence to ask on from. */
	readonly newest: number;
	/** Whether something that was asked for is forgotten, or left out. */
	readonly isCut: boolean;
	readonly entries: readonly HistoryEntry[];
}

/**
 * The answer of `/api/history`, oldest first: what follows `since`, or the newest; of what `container`, `service` (id or name)
 * or `subject` (either of these) say, and `limit`.
 */
export function historyAnswer(history: History, query: URLSearchParams): HistoryAnswer {
	const { since = 0, limit = usualEntries } = { since: numberIn(query, 'since'), limit: numberIn(query, 'limit') };
	const most = Math.min(Math.max(1, limit), maxEntries);
	const interest = interestIn(query);
	const all = [...history.after(since)].filter((entry) => concerns(entry, interest));
	// Who names the last that is known goes on from there; who does not wants to know what is new.
	const entries = query.has('since') ? all.slice(0, most) : all.slice(-most);
	const isForgotten = since < history.forgotten && history.forgotten > history.began;
	const isShort = query.has('since') && entries.length < all.length;
	return {
		newest: isShort ? (entries.at(-1)?.sequence ?? history.last) : history.last,
		isCut: isForgotten || entries.length < all.length,
		entries,
	};
}

/** `/api/events`: from `since` or the last event that the client had on, else only what is new. */
export function historyFeed(history: History, query: URLSearchParams, lastEventId: string | undefined): Feed {
	const interest = interestIn(query);
	return {
		since: number(lastEventId) ?? numberIn(query, 'since') ?? history.last,
		last: () => history.last,
		*after(id) {
			for (const entry of history.after(id)) if (concerns(entry, interest)) yield { id: entry.sequence, data: entry };
		},
		onNews: (listener) => history.onNews(listener),
	};
}

const interestIn = (query: URLSearchParams): Interest => ({
	container: query.get('container') ?? undefined,
	service: query.get('service') ?? undefined,
	subject: query.get('subject') ?? undefined,
});

const numberIn = (query: URLSearchParams, name: string): number | undefined => number(query.get(name) ?? undefined);

/** What is no number is as good as nothing. */
const number = (text: string | undefined): number | undefined =>
	text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
