import { TemplateError } from './errors.ts';
import { fieldOf, isMap, isNamed, isStruct, type Struct, typeOf, type Value } from './values.ts';

/** `.name` of a value: a method, a field of a struct, an entry of a map. Own entries only; nothing is inherited. */
export function memberOf(value: Value, name: string): Value {
	if (value === undefined) return undefined;
	if (isMap(value)) return value.entries.get(name);
	if (isStruct(value)) {
		if (value.name === 'State' && name === 'StateString') return stateOf(value);
		const field = fieldOf(value, name);
		if (field.found) return field.value;
	}
	if (typeof value === 'string' && /^\d+(?:\/\w+)?$/.test(value)) {
		const [port, protocol = 'tcp'] = value.split('/');
		if (name === 'Port') return port;
		if (name === 'Proto') return protocol;
	}
	if (value === null || (isNamed(value) && value.kind === 'pointer'))
		throw new TemplateError(`nil pointer evaluating .${name}`);
	throw new TemplateError(`can't evaluate field ${name} in type ${typeOf(value)}`);
}

/** A method of the Docker client that registrator used. */
function stateOf(state: Struct): string {
	const is = (name: string): boolean => state.json[name] === true;
	if (is('Running')) return is('Paused') ? 'paused' : is('Restarting') ? 'restarting' : 'running';
	if (is('Dead')) return 'dead';
	return String(state.json['StartedAt'] ?? '0001').startsWith('0001') ? 'created' : 'exited';
}
