import { dockerSource } from '../../../src/source/docker.ts';
import type { Source, SourceChange } from '../../../src/source/source.ts';
import { eventually } from '../../support/lab.ts';
import { type HttpEngine, httpEngine, json } from './http-engine.ts';

export const soon = (): AbortSignal => AbortSignal.timeout(15_000);
export const idOf = (n: number): string => n.toString(16).padStart(64, '0');

/** One row of a list. */
export const row = (n: number, change: object = {}): object => ({
	Id: idOf(n),
	Names: [`/c${n}`],
	State: 'running',
	...change,
});

export const inspect = (n: number, change: object = {}): object => ({
	Id: idOf(n),
	Name: `/c${n}`,
	State: { Running: true, StartedAt: 'once' },
	...change,
});

export const restarted = { State: { Running: true, StartedAt: 'twice' } };

/** A source on an engine that is played. */
export interface DockerBench extends AsyncDisposable {
	readonly http: HttpEngine;
	readonly source: Source;
	readonly seen: readonly SourceChange[];
	/** Lists these from now on, each to be inspected. */
	holds(...numbers: readonly number[]): void;
	/** What was asked for by this, with short ids. */
	asking(run: () => Promise<unknown>): Promise<readonly string[]>;
	/** When each listed container started. */
	starts(): Promise<readonly string[]>;
	listen(): void;
	connected(): Promise<void>;
	heard(kind: SourceChange['kind'], count?: number): Promise<void>;
	announce(n: number, action?: string): void;
	leave(): void;
}

export async function dockerBench(concurrency = 16): Promise<DockerBench> {
	const http = await httpEngine();
	const source = dockerSource({ docker: { socketPath: http.socketPath }, random: () => 0, concurrency });
	const seen: SourceChange[] = [];
	let leave = (): void => {};
	const bench: DockerBench = {
		http,
		source,
		seen,
		holds: (...numbers) => {
			http.on('/containers/json', json(numbers.map((n) => row(n))));
			for (const n of numbers) http.on(`/containers/${idOf(n)}/json`, json(inspect(n)));
		},
		asking: async (run) => {
			const before = http.asked.length;
			await run();
			return http.asked.slice(before).map((one) => one.replace(/0{50,}/, ''));
		},
		starts: async () => (await source.list(soon())).map(({ startedAt }) => startedAt),
		listen: () => {
			const subscription = source.changes().subscribe((change) => seen.push(change));
			leave = () => subscription.unsubscribe();
		},
		connected: async () => {
			bench.listen();
			await bench.heard('connected');
		},
		heard: async (kind, count = 1) => {
			const times = (): number => seen.filter((change) => change.kind === kind).length;
			await eventually(`${count} × ${kind}`, () => times() >= count, { everyMs: 1 });
		},
		announce: (n, action = 'start') => {
			const event = { Type: 'container', Action: action, Actor: { ID: idOf(n) }, time: 1 };
			for (const listener of http.listeners) listener.write(`${JSON.stringify(event)}\n`);
		},
		leave: () => leave(),
		[Symbol.asyncDispose]: async () => {
			leave();
			await http[Symbol.asyncDispose]();
		},
	};
	return bench;
}
