import { NEVER } from 'rxjs';
import type { CheckState, Registration, ServiceId } from '../model.ts';
import { type Registry, RegistryError, type RegistryList, type ServiceChecks } from './registry.ts';

/** An agent's answers, so that the same questions can be asked again elsewhere. All of it is JSON. */
export interface RecordedRegistry {
	readonly list: Recorded<RegistryList>;
	/** Of all services. */
	readonly checks: Recorded<readonly RecordedChecks[]>;
	/** What was asked for by its id; `null` where there is none. */
	readonly asked: readonly { readonly id: ServiceId; readonly answer: Recorded<Registration | null> }[];
	/** Checks that were asked for by their service. */
	readonly askedChecks: readonly { readonly id: ServiceId; readonly answer: Recorded<readonly RecordedChecks[]> }[];
	readonly address: Recorded<string>;
	readonly token: Recorded<string | null>;
}

export interface RecordedChecks {
	readonly service: ServiceId;
	readonly checks: readonly (CheckState & { readonly id: string })[];
}

export interface RecordedFailure {
	readonly class: RegistryError['class'] | undefined;
	readonly message: string;
	readonly status?: number | undefined;
}

export type Recorded<T> = { readonly value: T } | { readonly failure: RecordedFailure };

const unasked: Recorded<never> = { failure: { class: 'invalid', message: 'it was not asked when this was recorded' } };

/** An agent that is as it was, and what it answered to questions; the last answer counts. Writes are none of its business. */
export function recordingRegistry(registry: Registry): {
	readonly registry: Registry;
	readonly recorded: () => RecordedRegistry;
} {
	const kept: { -readonly [Key in 'list' | 'checks' | 'address' | 'token']: RecordedRegistry[Key] } = {
		list: unasked,
		checks: unasked,
		address: unasked,
		token: unasked,
	};
	const asked = new Map<ServiceId, Recorded<Registration | null>>();
	const askedChecks = new Map<ServiceId, Recorded<readonly RecordedChecks[]>>();
	return {
		registry: {
			...registry,
			list: async (signal) => keep(registry.list(signal), (answer) => (kept.list = answer)),
			checks: (signal, id) =>
				keep(registry.checks(signal, id), (answer) => {
					const told = mapped(answer, checksWritten);
					if (id === undefined) kept.checks = told;
					else askedChecks.set(id, told);
				}),
			get: (id, signal) =>
				keep(registry.get(id, signal), (answer) =>
					asked.set(
						id,
						mapped(answer, (found) => found ?? null),
					),
				),
			advertisedAddress: (signal) => keep(registry.advertisedAddress(signal), (answer) => (kept.address = answer)),
			tokenFingerprint: (signal) =>
				keep(registry.tokenFingerprint(signal), (answer) => (kept.token = mapped(answer, (token) => token ?? null))),
		},
		recorded: () => ({
			...kept,
			asked: [...asked].map(([id, answer]) => ({ id, answer })),
			askedChecks: [...askedChecks].map(([id, answer]) => ({ id, answer })),
		}),
	};
}

/** Answers as was recorded, and refuses to write. */
export function recordedRegistry({ list, checks, asked, askedChecks, address, token }: RecordedRegistry): Registry {
	const answers = new Map(asked.map(({ id, answer }) => [id, answer]));
	const checkAnswers = new Map(askedChecks.map(({ id, answer }) => [id, answer]));
	const refuse = async (): Promise<never> => {
		throw new RegistryError('invalid', 'a recording cannot be written to');
	};
	return {
		list: async () => answerIn(list),
		get: async (id) => {
			const answer = answers.get(id);
			if (answer !== undefined) return answerIn(answer) ?? undefined;
			return answerIn(list).registrations.find((found) => found.id === id);
		},
		checks: async (_, id) => {
			const answer = id === undefined ? undefined : checkAnswers.get(id);
			const all = checksRead(answerIn(answer ?? checks));
			return id === undefined ? all : new Map([...all].filter(([service]) => service === id));
		},
		advertisedAddress: async () => answerIn(address),
		tokenFingerprint: async () => answerIn(token) ?? undefined,
		changes: () => NEVER,
		register: refuse,
		release: refuse,
		deregister: refuse,
		heartbeats: refuse,
		report: refuse,
		maintain: refuse,
	};
}

async function keep<T>(answer: Promise<T>, note: (answer: Recorded<T>) => void): Promise<T> {
	try {
		const value = await answer;
		note({ value });
		return value;
	} catch (error) {
		note({ failure: failureOf(error) });
		throw error;
	}
}

const mapped = <T, U>(answer: Recorded<T>, change: (value: T) => U): Recorded<U> =>
	'value' in answer ? { value: change(answer.value) } : answer;

const checksWritten = (found: ServiceChecks): readonly RecordedChecks[] =>
	[...found].map(([service, checks]) => ({
		service,
		checks: [...checks].map(([id, { status, output, notes }]) => ({ id, status, output, notes })),
	}));

const checksRead = (recorded: readonly RecordedChecks[]): ServiceChecks =>
	new Map(recorded.map(({ service, checks }) => [service, new Map(checks.map((it) => [it.id, it]))]));

function failureOf(error: unknown): RecordedFailure {
	const message = error instanceof Error ? error.message : String(error);
	return error instanceof RegistryError
		? { class: error.class, message, status: error.status }
		: { class: undefined, message };
}

function answerIn<T>(answer: Recorded<T>): T {
	if ('value' in answer) return answer.value;
	const { class: errorClass = 'unavailable', message, status } = answer.failure;
	throw new RegistryError(errorClass, message, status === undefined ? {} : { status });
}
