import { TemplateError } from './errors.ts';
import type { FunctionShape, Parameter } from './functions.ts';
import { isMap, isSlice, typeOf, type Value } from './values.ts';

const isText = (value: Value): boolean => typeof value === 'string';

/** What each parameter takes, what it is called in Go, and what it makes of nil, where it takes that. */
const kinds: Readonly<
	Record<Parameter, { readonly name: string; readonly fits: (value: Value) => boolean; readonly empty?: Value }>
> = {
	any: { name: 'any', fits: () => true },
	text: { name: 'string', fits: isText },
	int: { name: 'int', fits: (value) => typeof value === 'bigint' },
	texts: { name: '[]string', fits: (value) => isSlice(value) && value.every(isText), empty: [] },
	textMap: {
		name: 'map[string]string',
		fits: (value) => isMap(value) && [...value.entries.values()].every(isText),
		empty: { kind: 'map', entries: new Map(), zero: '' },
	},
};

/**
 * The arguments a function gets.
 *
 * @throws TemplateError where their number or a type does not fit; Go never converts
 */
export function argumentsOf(
	name: string,
	{ parameters, rest }: FunctionShape,
	values: readonly Value[],
): readonly Value[] {
	const wanted = parameters.length;
	if (values.length < wanted || (rest === undefined && values.length > wanted)) {
		const least = rest === undefined ? '' : 'at least ';
		throw new TemplateError(`wrong number of args for ${name}: want ${least}${wanted} got ${values.length}`);
	}
	return values.map((value, at) => {
		const { name: type, fits, empty } = kinds[parameters[at] ?? rest ?? 'any'];
		if (fits(value)) return value;
		// A constant like 1.0 is an int where one is asked for.
		if (type === 'int' && Number.isSafeInteger(value)) return BigInt(value as number);
		if ((value === undefined || value === null) && empty !== undefined) return empty;
		throw new TemplateError(`${name}: wrong type for argument ${at + 1}; expected ${type}; got ${typeOf(value)}`);
	});
}
