import { type DestinationStream, destination as openDestination, pino } from 'pino';
import { maskValue } from './server/mask.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

/** What the rest of the program logs with. Errors go into the fields; they are cut down to what may be shown. */
export type Logger = Readonly<Record<LogLevel, (fields: LogFields, message: string) => void>>;

export interface LoggerOptions {
	readonly level: LogLevel;
	/** One JSON object a line, or short lines for a terminal. */
	readonly format: 'json' | 'text';
	/** Standard error unless given. */
	readonly destination?: DestinationStream;
}

const maxText = 500;
const maxErrorText = 300;
const maxItems = 20;
const maxDepth = 4;

/** Writes before it returns, so that the last words of a process are not lost; a reader that went away stops nothing. */
export function createLogger({ level, format, destination = standardError() }: LoggerOptions): Logger {
	const stream = format === 'json' ? destination : asText(destination);
	const options = {
		level,
		base: null,
		messageKey: 'message',
		timestamp: () => `,"time":"${new Date().toISOString()}"`,
		formatters: { level: (label: string) => ({ level: label }) },
	};
	const out = pino(options, stream);
	const write =
		(at: LogLevel): Logger[LogLevel] =>
		(fields, message) => {
			if (out.isLevelEnabled(at)) out[at](cleanFields(fields), cleanText(message, maxText));
		};
	return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

function standardError(): DestinationStream {
	const stream = openDestination({ fd: 2, sync: true });
	stream.on('error', () => {});
	return stream;
}

/**
 * Names, labels and answers are other people's words: cut to length, without what a terminal or a reader of lines would act
 * upon (control characters of both sets, marks that turn the direction of writing) and without URLs' passwords.
 */
export const cleanText = (text: string, max: number): string => {
	const masked = maskValue(text.slice(0, max * 4)).toWellFormed();
	const cut = masked.length > max || text.length > max * 4 ? `${masked.slice(0, max - 1)}…` : masked;
	return cut.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, escaped);
};

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const escaped = (character: string): string =>
	short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Keys that pino writes itself; a line with the same key twice reads differently in every reader. */
const taken: ReadonlySet<string> = new Set(['level', 'time', 'message']);

const cleanFields = (fields: LogFields): LogFields =>
	Object.fromEntries(
		Object.entries(fields)
			.slice(0, maxItems)
			.map(([key, value]) => [taken.has(key) ? `${key}_` : cleanText(key, 100), clean(value, 1)]),
	);

function clean(value: unknown, depth: number): unknown {
	if (typeof value === 'string') return cleanText(value, maxText);
	if (typeof value === 'bigint') return String(value);
	if (typeof value !== 'object' || value === null) return value;
	if (value instanceof Error) return cleanError(value);
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
	if (depth >= maxDepth) return '…';
	if (Array.isArray(value) || value instanceof Set) return cleanList([...value], depth);
	return cleanPairs(value instanceof Map ? [...value] : Object.entries(value), depth);
}

/** What has no prototype, or a `toString` that is none, cannot even be made a text. */
const wordOf = (value: unknown): string =>
	typeof value === 'function' || (typeof value === 'object' && value !== null) ? '…' : String(value);

const cleanList = (list: readonly unknown[], depth: number): readonly unknown[] => [
	...list.slice(0, maxItems).map((item) => clean(item, depth + 1)),
	...(list.length > maxItems ? [`… ${list.length - maxItems} more`] : []),
];

const cleanPairs = (pairs: readonly (readonly [unknown, unknown])[], depth: number): LogFields =>
	Object.fromEntries(
		pairs.slice(0, maxItems).map(([key, value]) => [cleanText(wordOf(key), 100), clean(value, depth + 1)]),
	);

/** What identifies an error. The clients hang whole responses, headers and tokens among them, on the ones they throw. */
function cleanError(error: Error): LogFields {
	const { cause } = error;
	return Object.fromEntries(
		Object.entries({
			name: cleanText(wordOf(error.name), 100),
			class: shortly(error, 'class'),
			code: shortly(error, 'code'),
			status: shortly(error, 'status'),
			message: cleanText(wordOf(error.message), maxErrorText),
			cause:
				cause instanceof Error ? cleanText(`${wordOf(cause.name)}: ${wordOf(cause.message)}`, maxErrorText) : undefined,
		}).filter(([, value]) => value !== undefined),
	);
}

function shortly(error: Error, key: string): string | number | undefined {
	const value: unknown = Reflect.get(error, key);
	return typeof value === 'string' ? cleanText(value, 100) : typeof value === 'number' ? value : undefined;
}

const asText = (destination: DestinationStream): DestinationStream => ({
	write: (line) => destination.write(textLine(JSON.parse(line))),
});

/** `12:01:02 INFO  registered u1:redis.0:6379 because=missing`, in the local time of the reader. */
export function textLine({ level, time, message, ...fields }: LogFields): string {
	const clock = new Date(String(time)).toTimeString().slice(0, 8);
	const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${shown(value)}`);
	return `${clock} ${String(level).toUpperCase().padEnd(5)} ${message}${pairs.join('')}\n`;
}

function shown(value: unknown): string {
	if (Array.isArray(value)) return value.map(shown).join(',');
	if (isCleanedError(value))
		return shown(`${[value.name, value.class, value.code, value.status].filter(Boolean).join(' ')}: ${value.message}`);
	if (typeof value === 'string') return /^[^\s"=,]+$/.test(value) ? value : JSON.stringify(value);
	return JSON.stringify(value) ?? 'undefined';
}

const isCleanedError = (
	value: unknown,
): value is Readonly<Record<'name' | 'class' | 'code' | 'status' | 'message', string>> =>
	typeof value === 'object' && value !== null && 'name' in value && 'message' in value;

/** A thing that can fail over and over: `failed` logs the first failure and every tenth, `recovered` that it is over. */
export interface Repeating {
	failed(error: unknown): void;
	recovered(): void;
}

/**
 * @param what what fails, as the subject of a sentence: `reading the catalog`
 * @param onSuppressed called for each failure that is not logged
 */
export function repeating(logger: Logger, what: string, onSuppressed: () => void = () => {}): Repeating {
	let times = 0;
	return {
		failed(error) {
			times += 1;
			if (times === 1) logger.warn({ error }, `${what}: failed; trying again`);
			else if (times % 10 === 0) logger.error({ times, error }, `${what}: still failing`);
			else onSuppressed();
		},
		recovered() {
			if (times > 0) logger.info({ times }, `${what}: works again`);
			times = 0;
		},
	};
}
