import type { ConnectionFact, HistoryEntry, PassFact, RunFact, RunTrigger, Written } from './history.ts';

/** An entry of the history in one sentence, for people. */

export type Tone = 'good' | 'warn' | 'bad';

const maxShown = 4;

interface Words {
	readonly subject: string;
	readonly text: string;
	/** How good or bad it is, where that is to be seen. */
	readonly tone: Tone | undefined;
}

/** An entry in words; the page shows them too. */
export function wordsOf(entry: HistoryEntry): Words {
	switch (entry.kind) {
		case 'run':
			return runWords(entry);
		case 'pass':
			return { subject: 'full pass', text: passText(entry), tone: entry.result === 'error' ? 'bad' : undefined };
		case 'connection':
			return { subject: sides[entry.side], text: connectionText(entry), tone: entry.state === 'lost' ? 'bad' : 'good' };
	}
}

const sides: Readonly<Record<ConnectionFact['side'], string>> = {
	docker: 'Docker',
	'docker-events': "Docker's events",
	consul: 'Consul',
	'consul-watch': 'watch on Consul',
};

const connectionText = ({ state, error }: ConnectionFact): string =>
	error === undefined ? state : `${state}: ${error}`;

function passText({ trigger, result, error, times, drifting = 0, held = 0, doubt, ms }: PassFact): string {
	const again = times === undefined || times === 1 ? '' : ` (${times} in a row)`;
	if (result === 'error') return `${trigger}: failed${again}: ${error}`;
	const parts = [
		drifting === 0 ? 'everything in line' : `${drifting} to look at`,
		...(held === 0 ? [] : [`${held} held`]),
		...(doubt === undefined ? [] : [`in doubt: ${doubt}`]),
	];
	return `${trigger}: ${parts.join(', ')} (${inTime(ms)})`;
}

function runWords(entry: RunFact): Words {
	const { triggers, writes, error, times, nextMs } = entry;
	const causes = triggers.map(triggerText).join(', ');
	const done = writes.map(writeText);
	const told = [...done, ...standings(entry), ...omissions(entry)];
	// A write that failed has told it.
	const failure = error !== undefined && writes.every((it) => it.error === undefined) ? [`failed: ${error}`] : [];
	const all = [...failure, ...told];
	const more = all.length > maxShown ? ` and ${all.length - maxShown} more` : '';
	const next = error === undefined || nextMs === undefined ? '' : `; again in ${inTime(nextMs)}`;
	const count = times === undefined || times === 1 ? '' : ` (${times} failures in a row)`;
	const shown = all.length === 0 ? 'nothing to do' : all.slice(0, maxShown).join('; ');
	return { subject: subjectOf(entry), text: `${causes} → ${shown}${more}${count}${next}`, tone: toneOf(entry) };
}

const toneOf = ({ result, writes, services, omitted }: RunFact): Tone | undefined => {
	if (result === 'error') return 'bad';
	if (services.some(({ state }) => state !== undefined && state !== 'registered') || omitted.length > 0) return 'warn';
	return writes.length > 0 ? 'good' : undefined;
};

const subjectOf = ({ container, key }: RunFact): string => container ?? (key.length === 64 ? key.slice(0, 12) : key);

function triggerText(trigger: RunTrigger): string {
	switch (trigger.from) {
		case 'event': {
			const detail = trigger.health ?? (trigger.signal === undefined ? '' : `signal ${trigger.signal}`);
			return detail === '' ? trigger.action : `${trigger.action} (${detail})`;
		}
		case 'pass':
			return `pass (${trigger.trigger})`;
		case 'container':
			return `because of ${trigger.key.slice(0, 12)}`;
		default:
			return triggerWords[trigger.from];
	}
}

const triggerWords: Readonly<Record<Exclude<RunTrigger['from'], 'event' | 'pass' | 'container'>, string>> = {
	watch: 'changed in Consul',
	heartbeat: 'check unknown to Consul',
	retry: 'tried again',
	again: 'looked at again',
	exit: '--deregister-on-exit',
};

const operations: Readonly<Record<Written['operation'], readonly [did: string, failed: string]>> = {
	register: ['registered', 'could not register'],
	deregister: ['deregistered', 'could not deregister'],
	report: ['reported the health of', 'could not report the health of'],
	maintain: ['put into maintenance', 'could not put into maintenance'],
	resume: ['ended the maintenance of', 'could not end the maintenance of'],
};

function writeText({ operation, id, because = [], afterMs, error }: Written): string {
	const [did, failed] = operations[operation];
	if (error !== undefined) return `${failed} ${id}: ${error}`;
	const why = because.length === 0 ? '' : ` (${because.join(', ')})`;
	const after = afterMs === undefined ? '' : `, ${inTime(afterMs)} after the event`;
	return `${did} ${id}${why}${after}`;
}

/** Those that were not written, and do not stand as they should. */
function standings({ services, writes }: RunFact): readonly string[] {
	const written = new Set(writes.map(({ id }) => id));
	return services
		.filter(({ id, state }) => !written.has(id) && state !== undefined && state !== 'registered')
		.map(({ id, state, reason }) => `${id} ${state}${reason === undefined ? '' : `: ${reason}`}`);
}

const omissions = ({ omitted }: RunFact): readonly string[] =>
	omitted.map(({ port, reason }) => `no service${port === undefined ? '' : ` at ${port}`}: ${reason}`);

const inTime = (ms: number): string => {
	if (ms < 1_000) return `${Math.round(ms)} ms`;
	return ms < 120_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
};
