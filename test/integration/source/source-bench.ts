import type { Subscription } from 'rxjs';
import type { Source, SourceChange } from '../../../src/source/source.ts';
import { eventually } from '../../support/lab.ts';

/** A source, and hands to change what it shows. */
export interface SourceBench extends AsyncDisposable {
	readonly source: Source;
	/** @returns the new container's id */
	start(name: string, labels?: Readonly<Record<string, string>>): Promise<string>;
	startAgain(id: string): Promise<void>;
	stop(id: string): Promise<void>;
	remove(id: string): Promise<void>;
	rename(id: string, name: string): Promise<void>;
	pause(id: string): Promise<void>;
	unpause(id: string): Promise<void>;
	/** By a name that its process does not heed. */
	signal(id: string, name: 'HUP' | 'RTMIN+3'): Promise<void>;
	/** @returns the name of a network that no container is on */
	network(): Promise<string>;
	join(id: string, network: string): Promise<void>;
	leave(id: string, network: string): Promise<void>;
	/** Removes all containers and networks that were made. */
	clear(): Promise<void>;
}

export const soon = (): AbortSignal => AbortSignal.timeout(15_000);

let made = 0;
export const newName = (): string => `source-${process.pid}-${++made}`;

type Announced = Extract<SourceChange, { kind: 'changed' }>;

/** What a source announces from now on. */
export interface Heard extends Disposable {
	readonly changes: readonly SourceChange[];
	/** Waits for an event of the container, among those not waited for yet. */
	of(id: string, action: string, withinMs?: number): Promise<Announced>;
	connected(times: number, withinMs?: number): Promise<void>;
}

export async function listenTo(source: Source): Promise<Heard> {
	const changes: SourceChange[] = [];
	const subscription: Subscription = source.changes().subscribe((change) => changes.push(change));
	let from = 0;
	const heard: Heard = {
		changes,
		of: (id, action, withinMs = 5_000) =>
			eventually(
				`${action} of ${id.slice(0, 12)}`,
				() => {
					const at = changes.findIndex((change, n) => n >= from && isOf(change, id, action));
					const found = changes[at];
					if (found?.kind !== 'changed') return false;
					from = at + 1;
					return found;
				},
				{ withinMs, everyMs: 2 },
			),
		connected: async (times, withinMs = 20_000) => {
			await eventually(
				`connected ${times} times`,
				() => changes.filter(({ kind }) => kind === 'connected').length >= times,
				{ withinMs, everyMs: 2 },
			);
		},
		[Symbol.dispose]: () => subscription.unsubscribe(),
	};
	await heard.connected(1);
	return heard;
}

const isOf = (change: SourceChange, id: string, action: string): boolean =>
	change.kind === 'changed' && change.key === id && change.action === action;
