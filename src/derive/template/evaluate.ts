import { argumentsOf } from './arguments.ts';
import type { Command, Operand, Pipe, Template } from './ast.ts';
import { TemplateError } from './errors.ts';
import { maxTextLength } from './format.ts';
import { functions, shortCircuits } from './functions.ts';
import { memberOf } from './members.ts';
import type { Value } from './values.ts';

/** Nodes, values and iterations of one evaluation; a kilobyte of text counts as one more. */
const maxSteps = 50_000;

/** What one evaluation goes by. */
export interface Run {
	readonly template: Template;
	readonly parts: string[];
	length: number;
	steps: number;
	depth: number;
	/** The innermost last. */
	variables: { readonly name: string; value: Value }[];
	/** Where in the text it is, for messages. */
	offset: number;
}

/** No value came down the pipe, as opposed to Go's "no value". */
const nothing = Symbol('nothing');
type Piped = Value | typeof nothing;

export function spend(run: Run, steps: number): void {
	run.steps += steps;
	if (run.steps > maxSteps) throw new TemplateError(`it takes more than ${maxSteps} steps`);
}

/** The value of a pipeline, which its variables get too. */
export function pipeline(run: Run, dot: Value, { commands, variables, assigns }: Pipe): Value {
	let piped: Piped = nothing;
	for (const command of commands) piped = evaluate(run, dot, command, piped);
	const value = piped === nothing ? undefined : piped;
	for (const name of variables) assign(run, name, value, assigns);
	return value;
}

export function assign(run: Run, name: string, value: Value, isExisting: boolean): void {
	if (isExisting) variable(run, name).value = value;
	else run.variables.push({ name, value });
}

function variable({ variables }: Run, name: string): { value: Value } {
	const found = variables.findLast((entry) => entry.name === name);
	if (found === undefined) throw new TemplateError(`undefined variable ${name}`);
	return found;
}

function evaluate(run: Run, dot: Value, { first, rest, offset }: Command, piped: Piped): Value {
	run.offset = offset;
	if (first.kind === 'function') return call(run, dot, first.name, rest, piped);
	if (first.kind === 'nil') throw new TemplateError('nil is not a command');
	if (rest.length > 0 || piped !== nothing)
		throw new TemplateError(`${describe(first)} is no function, so it takes no arguments`);
	return operand(run, dot, first);
}

const describe = (first: Operand): string =>
	first.kind === 'field' || first.kind === 'chain'
		? `.${first.names.at(-1)}`
		: first.kind === 'variable'
			? first.name
			: first.kind;

function operand(run: Run, dot: Value, node: Operand): Value {
	spend(run, 1);
	run.offset = node.offset;
	switch (node.kind) {
		case 'dot':
			return dot;
		case 'nil':
			return null;
		case 'field':
			return node.names.reduce(memberOf, dot);
		case 'variable':
			return node.names.reduce(memberOf, variable(run, node.name).value);
		case 'chain':
			return node.names.reduce(memberOf, operand(run, dot, node.base));
		case 'pipe':
			return pipeline(run, dot, node.pipe);
		case 'function':
			return call(run, dot, node.name, [], nothing);
		default:
			return node.value;
	}
}

function call(run: Run, dot: Value, name: string, nodes: readonly Operand[], piped: Piped): Value {
	const shape = functions.get(name);
	if (shape === undefined) throw new TemplateError(`function ${JSON.stringify(name)} is not defined`);
	const { offset } = run;
	const decides = shortCircuits.get(name);
	const values: Value[] = [];
	for (const node of nodes) {
		const value = operand(run, dot, node);
		if (decides?.(value) === true) return value;
		values.push(value);
	}
	if (piped !== nothing) values.push(piped);
	run.offset = offset;
	spend(run, 1);
	const result = shape.call(...argumentsOf(name, shape, values));
	if (typeof result === 'string') {
		if (result.length > maxTextLength) throw new TemplateError(`${name} yields more than ${maxTextLength} characters`);
		spend(run, Math.floor(result.length / 1_024));
	}
	return result;
}
