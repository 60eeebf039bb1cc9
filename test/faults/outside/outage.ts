import { setTimeout as delay } from 'node:timers/promises';
import type { Fault as BrokenAnswer } from '../../support/faults.ts';
import { eventually } from '../../support/lab.ts';
import type { Pace } from '../fault.ts';
import type { Scene, SceneOptions } from './scene.ts';

/**
 * A fault of Consul or Docker as data. Three containers that stay and one called `ends` run and are registered when it begins; while it lasts
 * `ends` is removed and `comes` is started, unless the row says otherwise.
 */
export interface Outage {
	readonly name: string;
	readonly side: 'Consul' | 'Docker';
	/** In `make test` as well. */
	readonly isFast?: boolean;
	/** Instead of as often as others. */
	readonly times?: number;
	readonly scene?: SceneOptions;
	/** What has to be there before. */
	readonly start?: (scene: Scene) => Promise<void>;
	readonly fault: (scene: Scene, pace: Pace) => unknown;
	readonly meanwhile?: (scene: Scene) => Promise<void>;
	/** Settles when it has lasted long enough; unless said otherwise, when the proxies have spoiled three answers. */
	readonly lasts?: (scene: Scene, pace: Pace) => Promise<unknown>;
	/** What must be so while it lasts, or it fails the row. */
	readonly expect?: (scene: Scene) => Promise<void>;
	/** Ends it; the time is counted from here. A row without one is a fault that does not end. */
	readonly end?: (scene: Scene) => unknown;
	/** From the end until Docker and Consul agree again. */
	readonly withinMs?: number;
	/** After that. */
	readonly afterwards?: (scene: Scene) => Promise<void>;
}

/** The one or the other first, at a moment of chance. */
export const comeAndGo = async (scene: Scene): Promise<void> => {
	const deeds = [() => scene.run('comes'), () => scene.end('ends')];
	await delay(scene.random.below(200));
	for (const deed of scene.random.below(2) === 0 ? deeds : deeds.toReversed()) await deed();
};

export const spoiled = async (times: number, { toConsul, toDocker }: Scene): Promise<void> => {
	const met = (): boolean => toConsul.met + toDocker.met >= times;
	await eventually(`${times} answers are spoiled`, met, { withinMs: 30_000 });
};

export const mend = ({ toConsul, toDocker }: Scene): void => {
	toConsul.mend();
	toDocker.mend();
};

/** What Docker or Consul may answer instead of what they should, and whoever stands between them and us. */
export const brokenAnswers: readonly (readonly [name: string, fault: BrokenAnswer])[] = [
	['takes 2 s a call', { kind: 'delay', ms: 2_000 }],
	['hangs before the headers', { kind: 'hang', before: 'headers' }],
	['hangs after the headers', { kind: 'hang', before: 'body' }],
	['cuts its answers in mid-body', { kind: 'cut' }],
	['resets connections', { kind: 'reset' }],
	['answers 403', { kind: 'answer', status: 403, body: 'Permission denied' }],
	['answers 404', { kind: 'answer', status: 404, body: '404 page not found' }],
	['answers 429', { kind: 'answer', status: 429, body: 'Your IP is issuing too many requests' }],
	['answers 500', { kind: 'answer', status: 500, body: 'No cluster leader' }],
	['answers garbage', { kind: 'answer', status: 200, body: '<html>it works</html>' }],
	['answers half a JSON', { kind: 'rewrite', body: (text) => text.slice(0, Math.floor(text.length / 2)) }],
];

/** An array or an object with only the first half of what is in it; what is neither stays. */
export function truncated(text: string): string {
	const value: unknown = JSON.parse(text);
	if (Array.isArray(value)) return JSON.stringify(value.slice(0, value.length / 2));
	const entries = Object.entries(Object(value) as object);
	return JSON.stringify(Object.fromEntries(entries.slice(0, entries.length / 2)));
}
