import { TemplateError } from './errors.ts';
import type { FunctionShape } from './functions.ts';
import { compareBytes, isMap, isNamed, isSlice, isStruct, typeOf, type Value } from './values.ts';

type Kind = 'bool' | 'int' | 'float' | 'string' | 'nil' | 'other';

function kindOf(value: Value): Kind {
	if (value === undefined || value === null || (isNamed(value) && value.kind === 'pointer')) return 'nil';
	const kinds: Readonly<Record<string, Kind>> = { boolean: 'bool', bigint: 'int', number: 'float', string: 'string' };
	return kinds[typeof value] ?? 'other';
}

function equal(first: Value, ...others: readonly Value[]): boolean {
	if (others.length === 0) throw new TemplateError('missing argument for comparison');
	return others.some((other) => {
		const [a, b] = [kindOf(first), kindOf(other)];
		if (a === 'nil' || b === 'nil') return a === b;
		if (a !== b) throw new TemplateError(`incompatible types for comparison: ${typeOf(first)} and ${typeOf(other)}`);
		if (isSlice(first) || isMap(first) || isStruct(first))
			throw new TemplateError(`non-comparable type ${typeOf(first)}`);
		if (isNamed(first) && isNamed(other)) return first.kind === other.kind && first.text === other.text;
		return first === other;
	});
}

function less(a: Value, b: Value): boolean {
	const kind = kindOf(a);
	if (kind === 'other' || kindOf(b) === 'other' || kind === 'nil' || kindOf(b) === 'nil' || kind === 'bool')
		throw new TemplateError(`invalid type for comparison: ${typeOf(a)} and ${typeOf(b)}`);
	if (typeof a === 'bigint' && typeof b === 'bigint') return a < b;
	if (typeof a === 'number' && typeof b === 'number') return a < b;
	if (typeof a === 'string' && typeof b === 'string') return compareBytes(a, b) < 0;
	throw new TemplateError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`);
}

const pair = (call: (a: Value, b: Value) => boolean): FunctionShape => ({ parameters: ['any', 'any'], call });

/** Go never converts: `eq 1 1.0` and `lt .Name 1` are errors, not false. */
export const comparisons: readonly (readonly [name: string, shape: FunctionShape])[] = [
	['eq', { parameters: ['any'], rest: 'any', call: equal }],
	['ne', pair((a, b) => !equal(a, b))],
	['lt', pair(less)],
	['le', pair((a, b) => less(a, b) || equal(a, b))],
	['gt', pair((a, b) => !(less(a, b) || equal(a, b)))],
	['ge', pair((a, b) => !less(a, b))],
];
