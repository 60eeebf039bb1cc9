import { get, type IncomingMessage, type RequestOptions } from 'node:http';
import type { HistoryEntry } from '../controller/history.ts';
import { hostPort, parseListen, reachableHost } from '../server/listen.ts';

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
	let text = '';
	for await (const chunk of response.setEncoding('utf8')) {
		text += chunk;
		if (text.length > maxAnswer) throw new Error(`${daemon.listen}: the answer is too long to be a history`);
	}
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
	const address = parseListen(listen);
	if (address === undefined)
		throw new Error('the history is asked of a running daemon, and --listen is empty: say where it listens');
	const isUnix = address.kind === 'unix';
	const where = isUnix ? address.path : hostPort(reachableHost(address), address.port);
	const to = isUnix ? { socketPath: address.path } : { host: reachableHost(address), port: address.port };
	const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
	const response = await answered({ ...to, path, headers, agent: false, maxHeaderSize: 8_192 }, where);
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

async function answered(options: RequestOptions, where: string): Promise<IncomingMessage> {
	const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
	const remedy = 'is it running there? --listen says where else';
	const request = get(options);
	request.once('response', resolve);
	request.once('error', (error: NodeJS.ErrnoException) =>
		reject(new Error(`no reconsul answers at ${where} (${error.code ?? error.message}); ${remedy}`)),
	);
	const timer = setTimeout(() => request.destroy(new Error('no answer within 10 s')), firstWordMs);
	try {
		const response = await promise;
		if (response.headers['server'] === 'reconsul') return response;
		response.destroy();
		throw new Error(`something else than reconsul answers at ${where}; ${remedy}`);
	} finally {
		clearTimeout(timer);
	}
}
