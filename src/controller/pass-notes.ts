import { isSucceeded } from '../plan/succession.ts';
import { messageOf } from './failures.ts';
import type { Pass } from './resync.ts';
import { decidedBy, isTelling, omittedIn } from './run-recorder.ts';
import type { State } from './state.ts';
import type { ResyncTrigger } from './triggers.ts';

/** Passes that come by themselves are worth an entry only where they find something. */
const routine: ReadonlySet<ResyncTrigger> = new Set(['tick', 'watch', 'retry']);

/** Enters full passes into the history, but for those that found everything as the last one left it. */
export class PassNotes {
	readonly #state: Pick<State, 'history' | 'views'>;
	#before = '';

	constructor(state: Pick<State, 'history' | 'views'>) {
		this.#state = state;
	}

	/** @param queued how many keys are looked at because of it */
	passed(trigger: ResyncTrigger, pass: Pass, queued: number, ms: number): void {
		const { drifting, judgements, news, doubt } = pass;
		const held = judgements.flatMap(({ decisions }) => decisions.filter(({ kind }) => kind === 'hold')).length;
		const found = `${drifting.length} ${held} ${doubt}`;
		const isNews = !routine.has(trigger) || queued > 0 || found !== this.#before;
		this.#before = found;
		if (isNews)
			this.#state.history.add({ kind: 'pass', trigger, ms, result: 'ok', drifting: drifting.length, held, doubt });
		for (const { subject, decisions } of news)
			this.#state.history.add({
				kind: 'run',
				key: subject.key,
				container: this.#state.views.get(subject.key)?.container?.name,
				triggers: [{ from: 'pass', trigger }],
				services: decidedBy(decisions.filter((it) => !isSucceeded(it, subject.key))),
				omitted: omittedIn(subject.derivation),
				writes: [],
				ms: 0,
				result: 'ok',
			});
	}

	failed(trigger: ResyncTrigger, error: unknown, times: number, ms: number): void {
		this.#before = '';
		if (isTelling(times))
			this.#state.history.add({ kind: 'pass', trigger, ms, result: 'error', error: messageOf(error), times });
	}
}
