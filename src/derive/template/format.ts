import { TemplateError } from './errors.ts';
import { fieldOf, isMap, isNamed, isSlice, isStruct, sortedEntries, type Value } from './values.ts';

/** Characters of an output, and of every text on the way to it: a tag list is shorter by two orders of magnitude. */
export const maxTextLength = 65_536;

/** Joins texts, and refuses before the memory is taken rather than after. */
export function joined(parts: readonly string[], separator = ''): string {
	const length = parts.reduce((sum, part) => sum + part.length, separator.length * Math.max(0, parts.length - 1));
	if (length > maxTextLength) throw new TemplateError(`a text grows beyond ${maxTextLength} characters`);
	return parts.join(separator);
}

/** How the values inside a value are written: `%v` and its kin differ in this only. */
export type Scalar = (value: Value) => string;

/** Go's `%v`: `[a b]`, `map[a:1 b:2]`, `{a 1}`. */
export function print(value: Value, scalar: Scalar = printScalar, names = false): string {
	const inner = (item: Value): string => print(item, scalar, names);
	if (isSlice(value)) return `[${joined(value.map(inner), ' ')}]`;
	if (isMap(value))
		return `map[${joined(
			sortedEntries(value).map(([key, item]) => `${scalar(key)}:${inner(item)}`),
			' ',
		)}]`;
	if (!isStruct(value)) return scalar(value);
	const fields = [...value.shape.keys()].map((name) => {
		const field = fieldOf(value, name);
		return `${names ? `${name}:` : ''}${field.found ? inner(field.value) : ''}`;
	});
	return `{${joined(fields, ' ')}}`;
}

export function printScalar(value: Value): string {
	if (value === undefined || value === null) return '<nil>';
	if (isNamed(value)) return value.text;
	return typeof value === 'number' ? general(value, undefined) : String(value);
}

/** What an action writes: what is missing is said to be so. */
export const output = (value: Value): string => (value === undefined || value === null ? '<no value>' : print(value));

/** `fmt.Sprint`: a space between two values neither of which is a text. */
export const sprint = (values: readonly Value[]): string =>
	joined(
		values.flatMap((value, at) => {
			const before = values[at - 1];
			const isApart = at > 0 && typeof value !== 'string' && typeof before !== 'string';
			return [isApart ? ' ' : '', print(value)];
		}),
	);

/** Go writes at least two digits of an exponent: `1e+06`. */
export const exponential = (value: number, digits: number | undefined): string =>
	value.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2');

/** Go's `%g`: `%e` for exponents below -4 and from the precision on, which counts as 6 where the shortest form is asked for. */
export function general(value: number, precision: number | undefined): string {
	const special = specialOf(value);
	if (special !== undefined) return special;
	const significant = precision === undefined ? undefined : Math.max(precision, 1);
	const scientific = value.toExponential(significant === undefined ? undefined : Math.min(significant, 101) - 1);
	const [mantissa = '', exponentText = '0'] = scientific.split('e');
	const exponent = Number(exponentText);
	const digits = mantissa.replace(/[-.]/g, '').replace(/0+$/, '').length || 1;
	const isWhole = digits > exponent;
	const threshold = significant === undefined ? 6 : significant > digits && isWhole ? digits : significant;
	if (exponent < -4 || exponent >= threshold) return exponential(value, digits - 1);
	const sign = Object.is(value, -0) ? '-' : '';
	return `${sign}${value.toFixed(Math.min(100, Math.max(0, digits - 1 - exponent)))}`;
}

export function specialOf(value: number): string | undefined {
	if (Number.isNaN(value)) return 'NaN';
	return Number.isFinite(value) ? undefined : value > 0 ? '+Inf' : '-Inf';
}
