import { setInterval } from 'node:timers/promises';
import { type ConsulProcess, eventually, freePort, runContainer } from '../support/lab.ts';
import { recordedCases, titleOf } from '../support/recorded.ts';

/** A registration as registrator put it. */
export interface Body {
	readonly ID: string;
	readonly Name: string;
	readonly Port: number;
	readonly Address: string;
	readonly Tags?: readonly string[];
	readonly Meta?: Readonly<Record<string, string>>;
	readonly Check: { readonly TTL?: string } | null;
}

/** Containers as they were recorded with registrator, many of each, and what registrator put for them. */
export interface Fleet {
	readonly bodies: readonly Body[];
	readonly containers: readonly string[];
	/** Puts them all, as registrator does at its start and with every -resync. */
	register(consul: ConsulProcess): Promise<void>;
}

interface Kind {
	readonly title: string;
	/** What answers at the container's ports. */
	readonly command: string;
	readonly count: number;
}

const serve = (port: number): string =>
	`mkdir -p /w/health/endpoint && echo ok >/w/health/endpoint/path && exec httpd -f -p ${port} -h /w`;

const kinds: readonly Kind[] = [
	{ title: 'seed/seed-nginx-check-http', command: serve(80), count: 12 },
	{ title: 'seed/seed-redis-check-tcp', command: serve(6379), count: 12 },
	{ title: 'seed/seed-redis-metadata', command: serve(6379), count: 9 },
	{ title: 'checks/check-ttl', command: serve(80), count: 5 },
];

/** The flags under which the fleet's services are those of its bodies. */
export const fleetFlags: readonly string[] = ['--hostname=u1', '-ip', '127.0.0.1'];

type Recorded = ReturnType<typeof recordedCases>[number] & { readonly recorded: { readonly puts: readonly Body[] } };

/** Short enough to wait for, long enough for a machine with much to do. */
const patient = (text: string): string =>
	text
		.replace(/(_CHECK_INTERVAL=|"check_interval": ?"|"Interval": ?")1?5s/g, '$12s')
		.replace(/(_CHECK_TIMEOUT=|"check_timeout": ?"|"Timeout": ?")\d+s/g, '$19s');

export async function startFleet(prefix: string): Promise<Fleet> {
	const cases = new Map((recordedCases() as readonly Recorded[]).map((recorded) => [titleOf(recorded), recorded]));
	const started = kinds.flatMap(({ title, command, count }) => {
		const recorded = cases.get(title);
		if (recorded === undefined) throw new Error(`there is no recorded case ${title}`);
		return Array.from(
			{ length: count },
			(_, at) => () => startLike(recorded, `${prefix}-${title.split('-').at(-1)}-${at}`, command),
		);
	});
	const all: Awaited<ReturnType<typeof startLike>>[] = [];
	const queue = started.values();
	const work = async (): Promise<void> => {
		for (const start of queue) all.push(await start());
	};
	await Promise.all(Array.from({ length: 4 }, work));
	const bodies = all.flatMap((one) => one.bodies);
	return {
		bodies,
		containers: all.map(({ name }) => name),
		register: async (consul) => {
			await Promise.all(bodies.map((body) => consul.request('PUT', '/v1/agent/service/register', body)));
		},
	};
}

/** One container like the recorded one, on ports of its own. */
async function startLike(recorded: Recorded, name: string, command: string) {
	const [{ args = [], image = '', name: recordedName = '' } = {}] = recorded.containers;
	let body = patient(JSON.stringify(recorded.recorded.puts));
	const ownArgs: string[] = [];
	for (const arg of args) {
		const [, hostPort = '', port = ''] = /^(\d+):(\d+)$/.exec(arg) ?? [];
		if (hostPort === '') {
			ownArgs.push(patient(arg));
			continue;
		}
		const own = await freePort();
		body = body.replaceAll(`"Port":${hostPort}`, `"Port":${own}`).replaceAll(`:${hostPort}`, `:${own}`);
		ownArgs.push(`${own}:${port}`);
	}
	await runContainer('--name', name, ...ownArgs, image, 'sh', '-c', command);
	const bodies = body.replaceAll(`:${recordedName}:`, `:${name}:`).replaceAll('192.168.1.102', '127.0.0.1');
	return { name, bodies: JSON.parse(bodies) as readonly Body[] };
}

/** Somebody beats the TTL checks of the old language, as the application does. */
export async function beat(consul: ConsulProcess, { bodies }: Fleet): Promise<void> {
	for (const { ID, Check } of bodies)
		if (Check?.TTL !== undefined)
			await consul.request('PUT', `/v1/agent/check/pass/${encodeURIComponent(`service:${ID}`)}`);
}

interface CheckRow {
	readonly CheckID: string;
	readonly ServiceID: string;
	readonly Status: string;
}

/** Sees every change of health from now on, by a blocking query on all checks. */
export interface HealthWatch extends AsyncDisposable {
	/** `service:u1:a:80 passing`, as they were at first. */
	readonly first: readonly string[];
	/** What was otherwise later: a check that came, went or had another status. */
	readonly changes: readonly string[];
	/** Waits until nothing has changed for so many seconds, by a question that is answered only then. */
	still(seconds: number): Promise<void>;
}

export async function watchHealth(consul: ConsulProcess): Promise<HealthWatch> {
	const stop = new AbortController();
	const ask = async (
		index: string,
		seconds = 60,
	): Promise<{ readonly index: string; readonly lines: readonly string[] }> => {
		const url = `${consul.address}/v1/health/state/any?index=${index}&wait=${seconds}s`;
		const response = await fetch(url, { signal: stop.signal });
		const rows = (await response.json()) as readonly CheckRow[];
		const lines = rows.filter(({ ServiceID }) => ServiceID !== '').map(({ CheckID, Status }) => `${CheckID} ${Status}`);
		return { index: response.headers.get('x-consul-index') ?? '0', lines: lines.sort() };
	};
	const { lines: first, index } = await ask('0');
	const changes = new Set<string>();
	let seen = index;
	const watching = (async () => {
		while (!stop.signal.aborted) {
			const answer = await ask(seen);
			seen = answer.index;
			for (const line of new Set(answer.lines).symmetricDifference(new Set(first))) changes.add(line);
		}
	})().catch((error: unknown) => {
		if (!stop.signal.aborted) changes.add(`the watch failed: ${error}`);
	});
	return {
		first,
		get changes() {
			return [...changes];
		},
		still: async (seconds) => {
			for (let before = ''; before !== seen; ) {
				before = seen;
				await ask(seen, seconds);
			}
		},
		[Symbol.asyncDispose]: async () => {
			stop.abort();
			await watching;
		},
	};
}

/** A registrator with -resync 1, as far as Consul sees one. */
export interface OtherWriter extends AsyncDisposable {
	/** How often it has put everything again. */
	readonly rounds: number;
}

export function startOtherWriter(consul: ConsulProcess, fleet: Fleet): OtherWriter {
	const stop = new AbortController();
	let rounds = 0;
	const writing = (async () => {
		for await (const _ of setInterval(1_000, undefined, { signal: stop.signal })) {
			await fleet.register(consul);
			await beat(consul, fleet);
			rounds += 1;
		}
	})().catch((error: unknown) => {
		if (!stop.signal.aborted) throw error;
	});
	return {
		get rounds() {
			return rounds;
		},
		[Symbol.asyncDispose]: async () => {
			stop.abort();
			await writing;
		},
	};
}

/** Waits until every check of a service passes, and there are so many. */
export async function allPassing(consul: ConsulProcess, count: number): Promise<void> {
	await eventually(
		`${count} checks pass`,
		async () => {
			const rows = Object.values(
				(await consul.request('GET', '/v1/agent/checks')) as Readonly<Record<string, CheckRow>>,
			);
			const bad = rows.filter(({ Status }) => Status !== 'passing');
			if (rows.length !== count || bad.length > 0)
				throw new Error(`${rows.length} checks, not passing: ${bad.map(({ CheckID }) => CheckID).join(', ')}`);
			return true;
		},
		{ withinMs: 30_000, everyMs: 200 },
	);
}
