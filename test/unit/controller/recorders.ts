import type { LogFields, Logger, LogLevel } from '../../../src/log.ts';
import type { Metrics } from '../../../src/metrics/metrics.ts';

export interface LogLine {
	readonly level: LogLevel;
	readonly message: string;
	readonly fields: LogFields;
}

export interface LogRecorder {
	readonly log: Logger;
	readonly lines: LogLine[];
	/** The messages of these levels. */
	said(...levels: readonly LogLevel[]): readonly string[];
}

/** A logger that keeps what it is told. */
export function recordLog(): LogRecorder {
	const lines: LogLine[] = [];
	const at =
		(level: LogLevel): Logger[LogLevel] =>
		(fields, message) =>
			void lines.push({ level, message, fields });
	return {
		log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
		lines,
		said: (...levels) => lines.filter(({ level }) => levels.includes(level)).map(({ message }) => message),
	};
}

export interface MetricsRecorder extends Metrics {
	/** The sum of a counter's increments, or how often a histogram was told something, with these labels among others. */
	count(name: string, labels?: Readonly<Record<string, string>>): number;
	/** What a histogram was told, in seconds. */
	seconds(name: string): readonly number[];
}

type Labels = Readonly<Record<string, string>>;

/** Metrics that keep what they are told. The names and labels are checked by the compiler. */
export function recordMetrics(): MetricsRecorder {
	const told: { readonly name: string; readonly value: number; readonly labels: Labels }[] = [];
	const named = (name: string) => told.filter((it) => it.name === name);
	return {
		increment: (name: string, labels: Labels = {}, by = 1) => void told.push({ name, value: by, labels }),
		observe: (name: string, seconds: number, labels: Labels = {}) => void told.push({ name, value: seconds, labels }),
		gauge: () => {},
		buckets: async () => [],
		text: async () => '',
		contentType: '',
		count: (name, labels = {}) =>
			named(name).filter((it) => Object.entries(labels).every(([label, value]) => it.labels[label] === value)).length,
		seconds: (name) => named(name).map(({ value }) => value),
	};
}
