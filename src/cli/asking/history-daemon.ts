import type { IncomingMessage } from 'node:http';
import type { HistoryEntry } from '../../controller/history.ts';
import { askDaemonAt, bodyOf, daemonAddress, NoDaemonError } from './daemon-http.ts';

/** A daemon that is asked for its history; `token` only where it wants one. */
export interface AskedDaemon {
	readonly listen: string;
	readonly token: string | undefined;
}

const maxAnswer = 64 * 1024 * 1024;
const firstWordMs = 10_000;
/** The daemon shows that it is there more often than that. */
const silenceMs = 60_000;

/** @throws Error that says what to do, where no daemon answers, or this one does not tell us */
export async function pastOf(
	daemon: AskedDaemon,
	query: URLSearchParams,
): Promise<{ readonly newest: number; readonly isCut: boolean; readonly entries: readonly HistoryEntry[] }> {
	const response = await open(daemon, `/api/history?${query}`);
	const { text, isWhole } = await bodyOf(response, maxAnswer);
	if (!isWhole) throw new Error(`${daemon.listen}: the answer is cut, or too long to be a history`);
	return JSON.parse(text);
}

/**
 * What happens from now on, until the stream ends.
 *
 * @throws as `pastOf`
 */
export async function* eventsOf(daemon: AskedDaemon, query: URLSearchParams): AsyncIterable<HistoryEntry> {
	const response = await open(daemon, `/api/events?${query}`);
	response.setTimeout(silenceMs, () => response.destroy(new Error('it has fallen silent')));
	let rest = '';
	for await (const chunk of response.setEncoding('utf8')) {
		const lines = `${rest}${chunk}`.split('\n');
		rest = lines.pop() ?? '';
		// One line of data is one event: JSON has no line breaks.
		for (const line of lines) if (line.startsWith('data: ')) yield JSON.parse(line.slice('data: '.length));
	}
}

async function open({ listen, token }: AskedDaemon, path: string): Promise<IncomingMessage> {
	const address = daemonAddress(listen);
	if (address === undefined)
		throw new Error('the history is asked of a running daemon, and --listen is empty: say where it listens');
	const { where } = address;
	const response = await askDaemonAt(address, { path, token, timeoutMs: firstWordMs }).catch((error: unknown) => {
		throw error instanceof NoDaemonError
			? new Error(`${error.message}; is it running there? --listen says where else`)
			: error;
	});
	if (response.statusCode === 200) return response;
	response.destroy();
	const { statusCode = 0 } = response;
	throw new Error(`the reconsul at ${where} does not tell: ${flaws[statusCode] ?? `it answers ${statusCode}`}`);
}

const flaws: Readonly<Record<number, string>> = {
	403: 'it answers its own machine only; give it --api-token-file or --api=public, and this command the same file',
	404: 'it is older than this command, and has no history',
	503: 'too many others listen already',
};
