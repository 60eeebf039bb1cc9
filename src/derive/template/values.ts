import { type Shape, shapes } from './shapes.ts';

/**
 * The values of a template, Go's kinds told apart by JavaScript's: an int is a bigint, a float a number, an array a slice.
 * `undefined` is Go's "no value", what a missing key of a map yields; `null` is nil.
 */
export type Value =
	| undefined
	| null
	| boolean
	| string
	| bigint
	| number
	| readonly Value[]
	| MapValue
	| Struct
	| Named;

/** Entries by key in no order; `range` and printing sort. */
export interface MapValue {
	readonly kind: 'map';
	readonly entries: ReadonlyMap<string, Value>;
	/** What `index` yields for a key that is not there. */
	readonly zero: Value;
}

/** Fields are read when asked for: a template names three of the three hundred. */
export interface Struct {
	readonly kind: 'struct';
	readonly name: string;
	readonly shape: Shape;
	readonly json: Json;
}

/** A time or a duration, which can be printed and told from zero; and the nil pointer, which prints as `<nil>`. */
export interface Named {
	readonly kind: 'time' | 'duration' | 'pointer';
	readonly text: string;
	readonly isTrue: boolean;
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

export const isSlice = (value: Value): value is readonly Value[] => Array.isArray(value);
export const isMap = (value: Value): value is MapValue => isObject(value) && value['kind'] === 'map';
export const isStruct = (value: Value): value is Struct => isObject(value) && value['kind'] === 'struct';
export const isNamed = (value: Value): value is Named => isObject(value) && !isMap(value) && !isStruct(value);

/** The inspect document of a container as registrator's templates see it. */
export const containerValue = (inspect: unknown): Value => structOf('Container', inspect);

const structOf = (name: string, json: unknown): Struct => ({
	kind: 'struct',
	name,
	shape: shapes.get(name) ?? new Map(),
	json: isObject(json) ? json : {},
});

/** JSON as a value of Go's type; what is missing, null or of another type becomes the zero value. */
function read(type: string, json: unknown): Value {
	if (type.startsWith('*')) return isObject(json) ? structOf(type.slice(1), json) : nilPointer;
	if (type.startsWith('[]')) return Array.isArray(json) ? json.map((item) => read(type.slice(2), item)) : [];
	if (type.startsWith('map[]')) return mapOf(json, (item) => read(type.slice(5), item));
	return (scalars[type] ?? ((value) => structOf(type, value)))(json);
}

const mapOf = (json: unknown, readItem: (json: unknown) => Value): MapValue => ({
	kind: 'map',
	entries: new Map(Object.entries(isObject(json) ? json : {}).map(([key, item]) => [key, readItem(item)])),
	zero: readItem(undefined),
});

const scalars: Readonly<Record<string, (json: unknown) => Value>> = {
	string: (json) => (typeof json === 'string' ? json : ''),
	bool: (json) => json === true,
	int: (json) => (Number.isSafeInteger(json) ? BigInt(json as number) : 0n),
	time: (json) => timeOf(typeof json === 'string' ? json : ''),
	duration: (json) => durationOf(typeof json === 'number' ? json : 0),
};

const nilPointer: Named = { kind: 'pointer', text: '<nil>', isTrue: false };

/** Go prints a time without the `T`, with its zone twice, and without trailing zeros. */
function timeOf(text: string): Named {
	const [, day, clock, fraction = '', zone = 'Z'] =
		/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
	const offset = zone.replace(':', '');
	const [date, time] = day === undefined ? ['0001-01-01', '00:00:00'] : [day, clock];
	const seconds = `${time}${fraction.replace(/\.?0+$/, '')}`;
	return {
		kind: 'time',
		text: `${date} ${seconds} ${zone === 'Z' ? '+0000 UTC' : `${offset} ${offset}`}`,
		isTrue: true,
	};
}

/** Nanoseconds as Go prints them: `1m30s`, `1.5s`, `100ms`. */
function durationOf(nanoseconds: number): Named {
	const size = Math.abs(nanoseconds);
	const sign = nanoseconds < 0 ? '-' : '';
	const [unit, factor] = size >= 1e6 ? ['ms', 1e6] : size >= 1e3 ? ['µs', 1e3] : ['ns', 1];
	const text = size === 0 ? '0s' : size < 1e9 ? `${size / factor}${unit}` : clockOf(size);
	return { kind: 'duration', text: `${sign}${text}`, isTrue: size !== 0 };
}

function clockOf(nanoseconds: number): string {
	const seconds = Math.floor(nanoseconds / 1e9);
	const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
	const fraction = (nanoseconds % 1e9).toString().padStart(9, '0').replace(/0+$/, '');
	const rest = `${seconds % 60}${fraction === '' ? '' : `.${fraction}`}s`;
	return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${rest}`;
}

/** Deeper than anything Docker says, and no deeper than the stack. */
const maxDepth = 100;

/** What the struct does not know but Docker sends: better shown than refused. Objects of this kind are maps. */
export function jsonValue(json: unknown, depth = 0): Value {
	if (typeof json === 'number') return Number.isSafeInteger(json) ? BigInt(json) : json;
	if (typeof json === 'string' || typeof json === 'boolean') return json;
	if (depth === maxDepth) return null;
	const inner = (item: unknown): Value => jsonValue(item, depth + 1);
	if (Array.isArray(json)) return json.map(inner);
	return isObject(json) ? { ...mapOf(json, inner), zero: undefined } : null;
}

export type Field = { readonly found: true; readonly value: Value } | { readonly found: false };

export function fieldOf({ shape, json }: Struct, name: string): Field {
	const field = shape.get(name);
	const key = field?.jsonKey ?? name;
	const own = Object.hasOwn(json, key) ? json[key] : undefined;
	if (field !== undefined) return { found: true, value: read(field.type, own) };
	return own === undefined ? { found: false } : { found: true, value: jsonValue(own) };
}

export const isTrue = (value: Value): boolean => {
	if (isSlice(value)) return value.length > 0;
	if (isMap(value)) return value.entries.size > 0;
	if (isStruct(value)) return true;
	if (isNamed(value)) return value.isTrue;
	return Boolean(value);
};

/** As messages name it. */
export function typeOf(value: Value): string {
	if (value === undefined || value === null) return 'nil';
	if (isSlice(value)) return 'slice';
	if (isStruct(value)) return value.name;
	if (isMap(value) || isNamed(value)) return value.kind;
	return { bigint: 'int', number: 'float64', boolean: 'bool' }[typeof value as string] ?? 'string';
}

/** Go sorts keys by their bytes, JavaScript by UTF-16 units, which differs above U+FFFF. */
export const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export const sortedEntries = ({ entries }: MapValue): readonly (readonly [string, Value])[] =>
	[...entries].sort(([a], [b]) => compareBytes(a, b));
