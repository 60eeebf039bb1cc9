import type { Logger } from '../log.ts';
import type { Key } from '../plan/ownership.ts';
import { classOf, isPermanent, messageOf, sideOf } from './failures.ts';

/** A failure that goes on is told once, then every tenth time, and at last that it is over. */
const everyNth = 10;
const maxRemembered = 1_000;

/** While a side is away, everything that needs it fails for one reason, which is told as one. */
const awayClasses: ReadonlySet<string> = new Set(['unreachable', 'timeout']);

export class ErrorReports {
	readonly #log: Logger;
	readonly #isSideAway: (side: 'consul' | 'docker') => boolean;
	readonly #counts = new Map<string, number>();

	/** @param isSideAway whether nothing of that side is answered, so that its failures are one */
	constructor(log: Logger, isSideAway: (side: 'consul' | 'docker') => boolean = () => true) {
		this.#log = log;
		this.#isSideAway = isSideAway;
	}

	failed(key: Key | 'resync', error: unknown): void {
		const side = sideOf(error);
		const isAway = awayClasses.has(classOf(error) ?? '') && side !== 'reconsul' && this.#isSideAway(side);
		const subject = isAway ? side : key;
		const times = (this.#counts.get(subject) ?? 0) + 1;
		if (times === 1 && this.#counts.size >= maxRemembered) return;
		this.#counts.set(subject, times);
		const fields = { subject: shortly(subject), times, error };
		const next = isPermanent(error) && key !== 'resync' ? putOff : 'trying again';
		if (times === 1) this.#log.warn(fields, `${messageOf(error)}; ${next}`);
		else if (times % everyNth === 0) this.#log.error(fields, `still failing: ${messageOf(error)}`);
	}

	/** `subject` is a key, or the side that answers again. */
	recovered(subject: Subject): void {
		const times = this.#counts.get(subject);
		if (times === undefined) return;
		this.#counts.delete(subject);
		this.#log.info({ subject: shortly(subject), times }, ends[subject] ?? 'what failed before no longer does');
	}
}

type Subject = Key | 'resync' | 'consul' | 'docker';

const putOff = 'tried again when its container changes, or after 10 minutes';

const ends: Readonly<Record<string, string>> = {
	consul: 'Consul answers again',
	docker: 'Docker answers again',
	resync: 'full passes succeed again',
};

/** Docker's own short form of a container's id. */
const shortly = (subject: string): string =>
	/^[0-9a-f]{64}$/.test(subject) ? subject.slice(0, 12) : subject.slice(0, 64);
