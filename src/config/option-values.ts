import { parseDuration } from '../duration.ts';
import type { DurationRow, IntegerRow, OptionRow, StringRow } from './option-rows.ts';
import type { OptionValue } from './options.ts';

/** A value, or why the text is none. The first two reasons are Go's words. */
export type Reading = { readonly value: OptionValue } | { readonly flaw: string };

const parseError: Reading = { flaw: 'parse error' };
const outOfRange: Reading = { flaw: 'value out of range' };

/** Reads what stands behind a flag or in a variable, as Go's `flag` package does. */
export function readValue(row: OptionRow, text: string): Reading {
	switch (row.kind) {
		case 'boolean':
			return readBoolean(text);
		case 'integer':
			return readInteger(row, text);
		case 'duration':
			return readPeriod(row, text);
		case 'choice':
			return row.choices.includes(text) ? { value: text } : { flaw: `must be ${oneOf(row.choices)}` };
		case 'string':
		case 'list':
			return readText(row, text);
	}
}

/** The value of an option that nobody mentions. */
export function initialValue(row: OptionRow, isRecommended = false): OptionValue {
	if (isRecommended && row.recommended !== undefined) return row.recommended;
	if (row.kind === 'list') return [];
	if (row.kind === 'duration') return parseDuration(row.initial) ?? 0;
	return row.initial;
}

export const oneOf = (choices: readonly string[]): string =>
	choices.length < 3 ? choices.join(' or ') : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;

const booleans: ReadonlyMap<string, boolean> = new Map([
	...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
	...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
]);

export function readBoolean(text: string): { readonly value: boolean } | { readonly flaw: string } {
	const value = booleans.get(text);
	return value === undefined ? { flaw: 'parse error' } : { value };
}

/** Go's base 0: `0x10`, `0b1`, `0o7`, `07`, and `_` between digits or behind the prefix. */
const integer = /^([+-]?)(?:(0x|0b|0o|0(?=[0-9_]))(_?[0-9a-f]+(?:_[0-9a-f]+)*)|([0-9]+(?:_[0-9]+)*))$/i;
const digitsOf: Readonly<Record<string, RegExp>> = { '0x': /^[0-9a-f]+$/i, '0b': /^[01]+$/, '0o': /^[0-7]+$/ };
const maxDigits = 80;

/** @returns `undefined` where Go finds no number */
export function parseInteger(text: string): bigint | undefined {
	const [found, sign, prefix, based = '', decimal = ''] = integer.exec(text) ?? [];
	if (found === undefined) return undefined;
	const base = prefix === '0' ? '0o' : prefix?.toLowerCase();
	const digits = (base === undefined ? decimal : based).replaceAll('_', '');
	if (base !== undefined && digitsOf[base]?.test(digits) !== true) return undefined;
	const size = BigInt(`${base ?? ''}${digits.length > maxDigits ? '7'.repeat(maxDigits) : digits}`);
	return sign === '-' ? -size : size;
}

function readInteger({ min, max }: IntegerRow, text: string): Reading {
	const value = parseInteger(text);
	if (value === undefined) return parseError;
	if (value < -(2n ** 63n) || value >= 2n ** 63n) return outOfRange;
	if (min !== undefined && value < min) return { flaw: min === 0 ? 'must not be negative' : `must be ${min} or more` };
	return value > max ? { flaw: `must be ${max} or less` } : { value: Number(value) };
}

function readPeriod({ min, max, zero }: DurationRow, text: string): Reading {
	const value = text === zero ? 0 : parseDuration(text);
	if (value === undefined) return parseError;
	const isIn = value === 0 || (value >= min && value <= max);
	return isIn ? { value } : { flaw: `must be ${zero ?? 0}, or from ${min / 1_000}s to ${max / 1_000}s` };
}

function readText({ kind, form }: StringRow, text: string): Reading {
	const flaw = text === '' || form === undefined || form.pattern.test(text) ? undefined : form.rule;
	if (flaw !== undefined) return { flaw };
	return { value: kind === 'list' ? (text === '' ? [] : [text]) : text };
}
