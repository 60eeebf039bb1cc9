import { setTimeout as delay } from 'node:timers/promises';
import type { HistoryEntry } from '../controller/history.ts';
import { tokenFile } from '../registry/consul/token.ts';
import { type AskedDaemon, eventsOf, pastOf } from './asking/history-daemon.ts';
import { historyLine } from './history-text.ts';
import { complain, print } from './print.ts';
import { hasColors } from './terminal.ts';

export interface HistoryRequest {
	/** A container's name or id, or a service's; all of it where there is none. */
	readonly subject: string | undefined;
	/** One JSON object a line. */
	readonly isJson: boolean;
	/** Goes on with what happens, until somebody ends it. */
	readonly follows: boolean;
	readonly listen: string;
	/** Empty for none. */
	readonly apiTokenFile: string;
}

/** Between two attempts to find a daemon again that was there. */
const returnMs = 1_000;

/**
 * Prints what the running daemon remembers, oldest first.
 *
 * @returns the exit code: 0, or 1 where no daemon tells us
 */
export async function history(request: HistoryRequest): Promise<0 | 1> {
	const { subject, isJson, follows } = request;
	const isPainted = !isJson && hasColors(process.stdout, process.env);
	const show = (entry: HistoryEntry): Promise<void> =>
		print(`${isJson ? JSON.stringify(entry) : historyLine(entry, isPainted)}\n`);
	try {
		const daemon = await daemonOf(request);
		const query = new URLSearchParams(subject === undefined ? {} : { subject });
		const { entries, newest, isCut } = await pastOf(daemon, new URLSearchParams([...query, ['limit', '2000']]));
		if (isCut && !isJson) complain('older entries are forgotten');
		for (const entry of entries) await show(entry);
		if (entries.length === 0) complain(`nothing has happened${subject === undefined ? '' : ` to ${subject}`} yet`);
		if (follows) await follow(daemon, query, newest, show);
		return 0;
	} catch (error) {
		complain(error);
		return 1;
	}
}

async function daemonOf({ listen, apiTokenFile }: HistoryRequest): Promise<AskedDaemon> {
	return { listen, token: apiTokenFile === '' ? undefined : await tokenFile(apiTokenFile).token() };
}

/** Whoever reads may have seen enough; else it ends with the process. */
async function follow(
	daemon: AskedDaemon,
	query: URLSearchParams,
	newest: number,
	show: (entry: HistoryEntry) => Promise<void>,
): Promise<void> {
	const gone = new AbortController();
	process.stdout.once('error', () => gone.abort());
	let known = newest;
	let isLost = false;
	while (!gone.signal.aborted) {
		try {
			for await (const entry of eventsOf(daemon, new URLSearchParams([...query, ['since', String(known)]]))) {
				isLost = false;
				known = entry.sequence;
				await show(entry);
				if (gone.signal.aborted) return;
			}
		} catch (error) {
			// Told once: it is followed over a restart of the daemon.
			if (!isLost) complain(`${(error as Error).message}; waiting for it`);
			isLost = true;
		}
		await delay(returnMs);
	}
}
