import { comparisons } from './comparisons.ts';
import { TemplateError } from './errors.ts';
import { joined, print, sprint } from './format.ts';
import { sprintf } from './printf.ts';
import { parsePattern } from './regexp.ts';
import { isMap, isNamed, isSlice, isTrue, type MapValue, typeOf, type Value } from './values.ts';

/** What a parameter takes; `texts` is a list of strings, `textMap` a map to strings. */
export type Parameter = 'any' | 'text' | 'int' | 'texts' | 'textMap';

export interface FunctionShape {
	readonly parameters: readonly Parameter[];
	/** What the arguments after those are. */
	readonly rest?: Parameter;
	/** The arguments fit the parameters: their number and their types. */
	readonly call: (...values: readonly Value[]) => Value;
}

/** Narrows what the parameters have promised; the fallbacks are never seen. */
const text = (value: Value): string => (typeof value === 'string' ? value : '');
const int = (value: Value): number => (typeof value === 'bigint' ? Number(value) : 0);
const texts = (value: Value): readonly string[] => (isSlice(value) ? value.map(text) : []);

export const lengthOf = (value: Value): number => {
	if (typeof value === 'string') return Buffer.byteLength(value);
	if (isSlice(value)) return value.length;
	if (isMap(value)) return value.entries.size;
	throw new TemplateError(`len of type ${typeOf(value)}`);
};

function position(index: Value, limit: number): number {
	if (typeof index !== 'bigint') throw new TemplateError(`cannot index slice/array with type ${typeOf(index)}`);
	if (index < 0n || index > BigInt(limit)) throw new TemplateError(`index out of range: ${index}`);
	return Number(index);
}

function indexable(item: Value): Value {
	if (item === undefined || item === null) throw new TemplateError('index of untyped nil');
	return item;
}

function indexed(item: Value, index: Value): Value {
	if (isMap(item)) {
		if (typeof index !== 'string') throw new TemplateError(`value has type ${typeOf(index)}; should be string`);
		return item.entries.has(index) ? item.entries.get(index) : item.zero;
	}
	if (isSlice(item)) return item[position(index, item.length - 1)];
	if (typeof item === 'string') {
		const bytes = Buffer.from(item);
		return BigInt(bytes[position(index, bytes.length - 1)] ?? 0);
	}
	throw new TemplateError(isNamed(item) ? 'index of nil pointer' : `can't index item of type ${typeOf(item)}`);
}

function sliced(item: Value, ...indexes: readonly Value[]): Value {
	if (typeof item !== 'string' && !isSlice(item)) throw new TemplateError(`can't slice item of type ${typeOf(item)}`);
	if (indexes.length > (isSlice(item) ? 3 : 2)) throw new TemplateError(`too many slice indexes: ${indexes.length}`);
	const length = lengthOf(item);
	const [start = 0, end = length, limit = length] = indexes.map((index) => position(index, length));
	if (start > end || end > limit) throw new TemplateError(`invalid slice index: ${start} > ${end}`);
	return isSlice(item) ? item.slice(start, end) : byteSlice(item, start, end);
}

/** Go counts bytes; half a character becomes U+FFFD, which Consul would have shown as such. */
const byteSlice = (value: string, start: number, end: number): string =>
	Buffer.from(value).subarray(start, end).toString();

/** From registrator: negative counts from the end, and what is out of range is the first or the last. */
function clamped(list: readonly string[], index: number): string {
	if (list.length === 0) throw new TemplateError('the list is empty');
	const at = index < 0 ? Math.max(0, list.length + index) : Math.min(index, list.length - 1);
	return list[at] ?? '';
}

/** From registrator: bounds out of range give the whole text, bounds in the wrong order the text from the first on. */
function strSlice(value: Value, ...bounds: readonly Value[]): string {
	const [start = 0, end] = bounds.map(int);
	const length = Buffer.byteLength(text(value));
	const isWithin = bounds.length > 0 && bounds.length < 3 && start <= length && (end ?? 0) <= length;
	if (!isWithin) return text(value);
	if (start < 0 || (end !== undefined && end < 0 && start === 0))
		throw new TemplateError('strSlice: slice bounds out of range');
	return byteSlice(text(value), start, end === undefined || end < start ? length : end);
}

/** strings.Replace: at most `count` times, a negative count for all; an empty `old` stands before each character. */
function replaced(count: number, old: string, by: string, value: string): string {
	if (old === by || count === 0) return value;
	const parts = old === '' ? ['', ...value, ''] : value.split(old);
	const limit = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
	const rest = parts.slice(limit).join(old);
	return joined([...parts.slice(0, limit), rest], by);
}

/** Go maps one character to one: `ß` has no upper case. */
const eachCharacter = (value: string, change: (character: string) => string): string =>
	value.replace(/./gsu, (character) => {
		const changed = change(character);
		return [...changed].length === 1 ? changed : character;
	});

const splitAt = (separator: string, value: string): readonly string[] =>
	separator === '' ? [...value] : value.split(separator);

/** From registrator, where it read what httpGet had fetched: keys joined by `::`, `[n]` for the elements of a list. */
function jsonParse(document: string, path: string): string {
	let value: unknown;
	try {
		value = JSON.parse(document);
	} catch {
		return '';
	}
	for (const key of path.split('::')) {
		const name = Array.isArray(value) ? /^\[(\d+)\]$/.exec(key)?.[1] : key;
		if (typeof value !== 'object' || value === null || name === undefined || !Object.hasOwn(value, name)) return '';
		value = (value as Readonly<Record<string, unknown>>)[name];
	}
	return typeof value === 'string' ? value : JSON.stringify(value);
}

/** These say of a missing value what an action would. */
const shownAll = (values: readonly Value[]): string =>
	sprint(values.map((value) => (value === undefined || value === null ? '<no value>' : value)));

const escaped =
	(table: Readonly<Record<string, string>>, pattern: RegExp) =>
	(...values: readonly Value[]): string => {
		const plain = shownAll(values);
		return joined([plain.replace(pattern, (found) => table[found] ?? unicodeEscape(found))]);
	};
const unicodeEscape = (character: string): string =>
	`\\u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
const htmlEscapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;', '\0': '\ufffd' };
const scriptEscapes = {
	'\\': '\\\\',
	"'": "\\'",
	'"': '\\"',
	'<': '\\u003C',
	'>': '\\u003E',
	'&': '\\u0026',
	'=': '\\u003D',
};
const queryEscape = (...values: readonly Value[]): string =>
	encodeURIComponent(shownAll(values).toWellFormed())
		.replace(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`)
		.replaceAll('%20', '+');

/** `and` and `or` stop at the value that decides, so the evaluator asks these instead of calling them. */
export const shortCircuits: ReadonlyMap<string, (value: Value) => boolean> = new Map([
	['and', (value: Value) => !isTrue(value)],
	['or', isTrue],
]);

const lastOf = (...values: readonly Value[]): Value => values.at(-1);
const matching = (pattern: Value, list: Value): readonly string[] => texts(list).filter(parsePattern(text(pattern)));

/** Go's own functions, then registrator's. */
export const functions: ReadonlyMap<string, FunctionShape> = new Map<string, FunctionShape>([
	['and', { parameters: ['any'], rest: 'any', call: lastOf }],
	['or', { parameters: ['any'], rest: 'any', call: lastOf }],
	['not', { parameters: ['any'], call: (value) => !isTrue(value) }],
	['len', { parameters: ['any'], call: (value) => BigInt(lengthOf(value)) }],
	['index', { parameters: ['any'], rest: 'any', call: (item, ...keys) => keys.reduce(indexed, indexable(item)) }],
	['slice', { parameters: ['any'], rest: 'any', call: sliced }],
	['print', { parameters: [], rest: 'any', call: (...values) => sprint(values) }],
	[
		'println',
		{
			parameters: [],
			rest: 'any',
			call: (...values) =>
				`${joined(
					values.map((value) => print(value)),
					' ',
				)}\n`,
		},
	],
	['printf', { parameters: ['text'], rest: 'any', call: (format, ...values) => sprintf(text(format), values) }],
	['html', { parameters: [], rest: 'any', call: escaped(htmlEscapes, /[&<>"'\0]/g) }],
	[
		'js',
		{
			parameters: [],
			rest: 'any',
			call: escaped(scriptEscapes, /[\\'"<>&=\p{Cc}]|(?! )[^\p{L}\p{M}\p{N}\p{P}\p{S}]/gu),
		},
	],
	['urlquery', { parameters: [], rest: 'any', call: queryEscape }],
	...comparisons,
	['strSlice', { parameters: ['text'], rest: 'int', call: strSlice }],
	['sIndex', { parameters: ['int', 'texts'], call: (at, list) => clamped(texts(list), int(at)) }],
	['mIndex', { parameters: ['text', 'textMap'], call: (key, map) => (map as MapValue).entries.get(text(key)) ?? '' }],
	[
		'toUpper',
		{ parameters: ['text'], call: (value) => eachCharacter(text(value), (character) => character.toUpperCase()) },
	],
	[
		'toLower',
		{ parameters: ['text'], call: (value) => eachCharacter(text(value), (character) => character.toLowerCase()) },
	],
	[
		'replace',
		{
			parameters: ['int', 'text', 'text', 'text'],
			call: (count, old, by, value) => replaced(int(count), text(old), text(by), text(value)),
		},
	],
	['join', { parameters: ['text', 'texts'], call: (separator, list) => joined(texts(list), text(separator)) }],
	['split', { parameters: ['text', 'text'], call: (separator, value) => splitAt(text(separator), text(value)) }],
	[
		'splitIndex',
		{
			parameters: ['int', 'text', 'text'],
			call: (at, separator, value) => clamped(splitAt(text(separator), text(value)), int(at)),
		},
	],
	['matchFirstElement', { parameters: ['text', 'texts'], call: (pattern, list) => matching(pattern, list)[0] ?? '' }],
	['matchAllElements', { parameters: ['text', 'texts'], call: matching }],
	['jsonParse', { parameters: ['text', 'text'], call: (document, path) => jsonParse(text(document), text(path)) }],
]);

/** Refused when the template is read, with the reason. */
export const refusedFunctions: ReadonlyMap<string, string> = new Map([
	['httpGet', 'a request from inside a template has no deadline that could suit every container'],
	['call', 'there are no functions in what Docker says of a container'],
]);
