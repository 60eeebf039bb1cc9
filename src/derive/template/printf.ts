import { TemplateError } from './errors.ts';
import { exponential, general, joined, maxTextLength, print, printScalar, specialOf } from './format.ts';
import { isMap, isNamed, isSlice, isStruct, typeOf, type Value } from './values.ts';

/** One `%…` of a format. */
interface Directive {
	readonly flags: string;
	readonly width: number;
	readonly precision: number | undefined;
	readonly verb: string;
}

const directive = /%([-+# 0]*)(\d*)(?:(\.)(\d*))?(.|$)/gsu;

/**
 * Go's fmt.Sprintf, without `*`, argument indexes and `%#v`. What does not fit is written the way Go does: `%!d(string=hi)`.
 *
 * @throws TemplateError where the result grows too long, or the format has what is left out here
 */
export function sprintf(format: string, values: readonly Value[]): string {
	const parts: string[] = [];
	let length = 0;
	let end = 0;
	let used = 0;
	const push = (text: string): void => {
		length += text.length;
		if (length > maxTextLength) throw new TemplateError(`printf writes more than ${maxTextLength} characters`);
		parts.push(text);
	};
	for (const match of format.matchAll(directive)) {
		push(format.slice(end, match.index));
		end = match.index + match[0].length;
		const asked = directiveOf(match);
		if (asked.verb === '%') push('%');
		else if (asked.verb === '') push('%!(NOVERB)');
		else if (used >= values.length) push(`%!${asked.verb}(MISSING)`);
		else push(formatted(values[used++], asked));
	}
	push(format.slice(end));
	if (used < values.length) {
		const extra = values.slice(used).map((value) => (value == null ? '<nil>' : `${typeOf(value)}=${print(value)}`));
		push(`%!(EXTRA ${joined(extra, ', ')})`);
	}
	return parts.join('');
}

function directiveOf([text, flags = '', width = '', point, precision = '', verb = '']: RegExpExecArray): Directive {
	if (verb === '*' || verb === '[') throw new TemplateError(`printf does not support ${text} here`);
	if (verb === 'v' && flags.includes('#')) throw new TemplateError('printf does not support %#v here');
	if (Number(width) > maxTextLength || Number(precision) > maxTextLength)
		throw new TemplateError(`printf writes more than ${maxTextLength} characters`);
	return { flags, width: Number(width), precision: point === undefined ? undefined : Number(precision), verb };
}

function formatted(value: Value, asked: Directive): string {
	const { verb, flags } = asked;
	// `%+v` names fields; it is not the sign of a number.
	const plain = verb === 'v' ? { ...asked, flags: flags.replaceAll('+', '') } : asked;
	if (verb === 'T') return padded(value == null ? '<nil>' : typeOf(value), asked, false);
	const isWhole = isSlice(value) || isMap(value) || isStruct(value);
	if (isWhole) return print(value, (inner) => scalarOf(inner, plain), verb === 'v' && flags.includes('+'));
	return scalarOf(value, plain);
}

function scalarOf(value: Value, asked: Directive): string {
	const text = textOf(value, asked);
	if (text !== undefined) return padded(text, asked, typeof value === 'bigint' || typeof value === 'number');
	return `%!${asked.verb}(${value == null ? '<nil>' : `${typeOf(value)}=${printScalar(value)}`})`;
}

/** @returns `undefined` where the verb does not suit the value */
function textOf(value: Value, asked: Directive): string | undefined {
	if (typeof value === 'string') return stringVerbs[asked.verb]?.(value, asked);
	if (typeof value === 'bigint') return integerText(value, asked);
	if (typeof value === 'number') return floatText(value, asked);
	if (typeof value === 'boolean') return asked.verb === 'v' || asked.verb === 't' ? String(value) : undefined;
	if (isNamed(value)) return stringVerbs[asked.verb]?.(value.text, asked);
	return asked.verb === 'v' ? '<nil>' : undefined;
}

function padded(text: string, { flags, width }: Directive, isNumber: boolean): string {
	const missing = width - [...text].length;
	if (missing <= 0) return text;
	if (flags.includes('-')) return text + ' '.repeat(missing);
	if (!flags.includes('0')) return ' '.repeat(missing) + text;
	const [sign = ''] = isNumber ? (/^[-+ ]/.exec(text) ?? []) : [];
	return sign + '0'.repeat(missing) + text.slice(sign.length);
}

type StringVerb = (text: string, asked: Directive) => string;

const cut: StringVerb = (text, { precision }) =>
	precision === undefined ? text : [...text].slice(0, precision).join('');
const hex: StringVerb = (text, { flags, precision }) => {
	const prefix = flags.includes('#') ? '0x' : '';
	const bytes = [...Buffer.from(text).subarray(0, precision)].map((byte) => byte.toString(16).padStart(2, '0'));
	if (flags.includes(' ')) return bytes.map((byte) => `${prefix}${byte}`).join(' ');
	return bytes.length === 0 ? '' : `${prefix}${bytes.join('')}`;
};
const stringVerbs: Readonly<Record<string, StringVerb | undefined>> = {
	v: cut,
	s: cut,
	q: (text, asked) => quote(cut(text, asked), '"'),
	x: hex,
	X: (text, asked) => hex(text, asked).toUpperCase(),
};

const escapes: Readonly<Record<string, string>> = {
	'\x07': '\\a',
	'\b': '\\b',
	'\f': '\\f',
	'\n': '\\n',
	'\r': '\\r',
	'\t': '\\t',
	'\v': '\\v',
	'\\': '\\\\',
};

/** strconv.Quote: what cannot be printed is written as an escape. */
export const quote = (text: string, mark: string): string => {
	const inner = [...text].map((character) => {
		if (character === mark) return `\\${mark}`;
		const short = escapes[character];
		if (short !== undefined) return short;
		if (/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)) return character;
		const code = character.codePointAt(0) ?? 0;
		if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
		return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
	});
	return `${mark}${inner.join('')}${mark}`;
};

const bases: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
const prefixes: Readonly<Record<string, string>> = { b: '0b', o: '0', x: '0x', X: '0X' };

function integerText(value: bigint, { verb, flags, precision }: Directive): string | undefined {
	const isRune = value >= 0n && value <= 0x10ffffn && (value < 0xd800n || value > 0xdfffn);
	const character = String.fromCodePoint(isRune ? Number(value) : 0xfffd);
	if (verb === 'c') return character;
	if (verb === 'q') return quote(character, "'");
	if (verb === 'U') return `U+${BigInt.asUintN(64, value).toString(16).toUpperCase().padStart(4, '0')}`;
	const base = bases[verb];
	if (base === undefined) return undefined;
	const magnitude = (value < 0n ? -value : value).toString(base).padStart(precision ?? 0, '0');
	const digits = verb === 'X' ? magnitude.toUpperCase() : magnitude;
	const prefix = verb === 'O' ? '0o' : flags.includes('#') ? (prefixes[verb] ?? '') : '';
	return `${signOf(value < 0n, flags)}${prefix}${precision === 0 && value === 0n ? '' : digits}`;
}

const signOf = (isNegative: boolean, flags: string): string =>
	isNegative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';

function floatText(value: number, { verb, flags, precision }: Directive): string | undefined {
	const lower = verb.toLowerCase();
	if (!['v', 'e', 'f', 'g'].includes(lower) || verb === 'V') return undefined;
	const digits = Math.min(precision ?? 6, 100);
	const size = Math.abs(value);
	const text =
		specialOf(size)?.replace('+', '') ??
		(lower === 'e' ? exponential(size, digits) : lower === 'f' ? fixed(size, digits) : general(size, precision));
	const isNegative = value < 0 || Object.is(value, -0);
	const sign = signOf(isNegative, flags) || (text === 'Inf' ? '+' : '');
	return `${sign}${verb === lower ? text : text.toUpperCase()}`;
}

/** toFixed gives up at 1e21, and rounds a half up where Go rounds it to the even digit. */
function fixed(value: number, digits: number): string {
	if (value >= 1e21) return `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
	const exact = value.toFixed(100);
	const kept = exact.indexOf('.') + 1 + digits;
	const truncated = exact.slice(0, digits === 0 ? kept - 1 : kept);
	const isTieToEven = /^50*$/.test(exact.slice(kept)) && /[02468]$/.test(truncated);
	return isTieToEven ? truncated : value.toFixed(digits);
}
