/** One option; the tables of them are registrator-options.ts and reconsul-options.ts. */
interface Row {
	/** As typed behind the dashes; case matters. */
	readonly name: string;
	/** One sentence for the help, without its default. */
	readonly help: string;
	/** Its default under --recommended. */
	readonly recommended?: string | boolean;
}

export interface BooleanRow extends Row {
	readonly kind: 'boolean';
	readonly initial: false;
	/** Something to be told now; as a standing setting it would only stop the daemon from starting. */
	readonly hasNoVariable?: true;
}

export interface IntegerRow extends Row {
	readonly kind: 'integer';
	readonly placeholder: string;
	readonly initial: number;
	/** Absent where a check with a text of its own follows. */
	readonly min?: number;
	readonly max: number;
}

export interface DurationRow extends Row {
	readonly kind: 'duration';
	readonly placeholder: string;
	/** In Go's form, as people type it. */
	readonly initial: string;
	/** The word for 0, where there is one. */
	readonly zero?: string;
	/** In milliseconds; 0 is allowed besides. */
	readonly min: number;
	readonly max: number;
}

export interface StringRow extends Row {
	readonly kind: 'string' | 'list';
	readonly placeholder: string;
	readonly initial: string;
	/** What a text that is not empty has to look like. */
	readonly form?: { readonly pattern: RegExp; readonly rule: string };
}

export interface ChoiceRow extends Row {
	readonly kind: 'choice';
	readonly choices: readonly string[];
	readonly initial: string;
}

export type OptionRow = BooleanRow | IntegerRow | DurationRow | StringRow | ChoiceRow;

/** Node's timers fire at once when they are asked to wait for more than 2³¹ ms, and the period has 10 % of jitter. */
export const maxPeriodSeconds = 1_800_000;
export const maxTimerMs = 2_147_483_647;
