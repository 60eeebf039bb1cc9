import { defer, EMPTY, fromEvent, map, merge, type Observable, repeat, Subject, throttleTime, timer } from 'rxjs';
import type { RegistryChange } from '../registry/registry.ts';
import type { SourceChange } from '../source/source.ts';

/** Why a full pass is asked for; a closed set, used as a metric's label. */
export type ResyncTrigger = 'start' | 'tick' | 'connected' | 'watch' | 'signal' | 'confirm' | 'retry';

/** Everything that can set the controller in motion, as one stream. */
export type Trigger =
	| { readonly from: 'source'; readonly change: SourceChange }
	| { readonly from: 'registry'; readonly change: RegistryChange }
	| { readonly from: 'resync'; readonly trigger: ResyncTrigger };

export interface TriggerOptions {
	readonly source: Observable<SourceChange>;
	readonly registry: Observable<RegistryChange>;
	/** The period of the full pass in milliseconds; 0 for none. */
	readonly intervalMs: number;
	readonly random?: () => number;
}

/** Two passes begin at least this far apart; the first of a burst begins at once. */
export const resyncThrottleMs = 500;

export function triggers({ source, registry, intervalMs, random = Math.random }: TriggerOptions): Observable<Trigger> {
	const ticks =
		intervalMs === 0
			? EMPTY
			: // ±10 %, so that a fleet that was started together does not ask its servers together for ever.
				defer(() => timer(intervalMs * (0.9 + 0.2 * random()))).pipe(repeat());
	return merge(
		source.pipe(map((change): Trigger => ({ from: 'source', change }))),
		registry.pipe(map((change): Trigger => ({ from: 'registry', change }))),
		ticks.pipe(map((): Trigger => ({ from: 'resync', trigger: 'tick' }))),
		fromEvent(process, 'SIGHUP').pipe(map((): Trigger => ({ from: 'resync', trigger: 'signal' }))),
	);
}

/** After these it may be worth while to try again at once what failed before. */
export const returns: ReadonlySet<ResyncTrigger> = new Set(['start', 'connected', 'signal']);

/** Of two requests that become one pass the one that says more; else the later one. */
export const stronger = (before: ResyncTrigger | undefined, after: ResyncTrigger): ResyncTrigger =>
	before !== undefined && returns.has(before) && !returns.has(after) ? before : after;

/** Requests for a full pass: the first acts at once, those that follow within half a second become one. */
export function resyncRequests(): {
	readonly request: (trigger: ResyncTrigger) => void;
	readonly due: Observable<ResyncTrigger>;
} {
	const requests = new Subject<void>();
	let waiting: ResyncTrigger | undefined;
	return {
		request: (trigger) => {
			waiting = stronger(waiting, trigger);
			requests.next();
		},
		due: requests.pipe(
			throttleTime(resyncThrottleMs, undefined, { leading: true, trailing: true }),
			map(() => {
				const due = waiting ?? 'tick';
				waiting = undefined;
				return due;
			}),
		),
	};
}
