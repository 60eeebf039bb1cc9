import { NEVER, type Observable, tap } from 'rxjs';
import type { Container, ContainerId } from '../model.ts';
import { containerOf } from './inspect.ts';
import { type EngineInfo, type PassOver, type Source, type SourceChange, SourceError } from './source.ts';

/** An engine's answers, so that the same questions can be asked again elsewhere. All of it is JSON. */
export interface RecordedSource {
	readonly info: Recorded<EngineInfo>;
	readonly list: Recorded<{
		readonly containers: readonly RecordedContainer[];
		/** Those that run and could not be read. */
		readonly unread: readonly { readonly id: ContainerId; readonly failure: RecordedFailure }[];
	}>;
	/** By the id or the name that was asked for; those of the list are not repeated. `null` where there is no such container. */
	readonly asked: readonly { readonly what: string; readonly answer: Recorded<RecordedContainer | null> }[];
	readonly changes: readonly unknown[];
}

export interface RecordedContainer {
	readonly inspect: unknown;
	readonly isFilteredOut?: boolean | undefined;
}

export interface RecordedFailure {
	readonly class: SourceError['class'] | undefined;
	readonly message: string;
}

export type Recorded<T> = { readonly value: T } | { readonly failure: RecordedFailure };

const unasked: Recorded<never> = { failure: { class: 'invalid', message: 'it was not asked when this was recorded' } };
const maxChanges = 10_000;

/** A source that is as it was, and keeps what it answers; the last answer to a question counts. */
export function recordingSource(source: Source): { readonly source: Source; readonly recorded: () => RecordedSource } {
	let info: RecordedSource['info'] = unasked;
	let list: RecordedSource['list'] = unasked;
	const asked = new Map<string, Recorded<RecordedContainer | null>>();
	const changes: unknown[] = [];
	const keep = async <T>(answer: Promise<T>, note: (answer: Recorded<T>) => void): Promise<T> => {
		try {
			const value = await answer;
			note({ value });
			return value;
		} catch (error) {
			note({ failure: failureOf(error) });
			throw error;
		}
	};
	return {
		source: {
			info: (signal) =>
				keep(source.info(signal), (answer) => {
					info = answer;
				}),
			list: (signal, passOver, ...rest) => {
				const unread: { id: ContainerId; failure: RecordedFailure }[] = [];
				const passed: PassOver = (id, error) => {
					unread.push({ id, failure: failureOf(error) });
					passOver?.(id, error);
				};
				const told = source.list(signal, passOver === undefined ? undefined : passed, ...rest);
				return keep(told, (answer) => {
					list = 'value' in answer ? { value: { containers: answer.value.map(written), unread } } : answer;
				});
			},
			get: (idOrName, signal) =>
				keep(source.get(idOrName, signal), (answer) => {
					const found =
						'value' in answer ? { value: answer.value === undefined ? null : written(answer.value) } : answer;
					asked.set(idOrName, found);
				}),
			changes: (): Observable<SourceChange> =>
				source.changes().pipe(
					tap((change) => {
						if (changes.length < maxChanges) changes.push(changeWritten(change));
					}),
				),
			reopen: (reason) => source.reopen(reason),
		},
		recorded: () => ({
			info,
			list,
			asked: [...asked].filter(([what]) => !isListed(what, list)).map(([what, answer]) => ({ what, answer })),
			changes,
		}),
	};
}

/** Answers as was recorded. */
export function recordedSource({ info, list, asked }: RecordedSource): Source {
	const answers = new Map(asked.map(({ what, answer }) => [what, answer]));
	const listed = 'value' in list ? list.value.containers.map(read) : [];
	return {
		info: async () => answerIn(info),
		list: async (_, passOver) => {
			for (const { id, failure } of answerIn(list).unread) passOver?.(id, errorOf(failure));
			return listed;
		},
		get: async (idOrName) => {
			const answer = answers.get(idOrName);
			if (answer === undefined) return listed.find(({ id, name }) => id === idOrName || name === idOrName);
			const found = answerIn(answer);
			return found === null ? undefined : read(found);
		},
		changes: () => NEVER,
		reopen: () => {},
	};
}

const written = ({ inspect, isFilteredOut }: Container): RecordedContainer => ({ inspect, isFilteredOut });

const read = ({ inspect, isFilteredOut }: RecordedContainer): Container => ({
	...containerOf(inspect),
	...(isFilteredOut === true ? { isFilteredOut } : {}),
});

function isListed(what: string, list: RecordedSource['list']): boolean {
	const listed = 'value' in list ? list.value.containers.map(read) : [];
	return listed.some(({ id, name }) => id === what || name === what);
}

const changeWritten = (change: SourceChange): unknown =>
	change.kind === 'disconnected' ? { ...change, error: failureOf(change.error) } : change;

const failureOf = (error: unknown): RecordedFailure => ({
	class: error instanceof SourceError ? error.class : undefined,
	message: error instanceof Error ? error.message : String(error),
});

const errorOf = ({ class: errorClass, message }: RecordedFailure): SourceError =>
	new SourceError(errorClass ?? 'invalid', message);

function answerIn<T>(answer: Recorded<T>): T {
	if ('value' in answer) return answer.value;
	throw errorOf(answer.failure);
}
