import type { Branch, Node, Template } from './ast.ts';
import { positionOf, TemplateError } from './errors.ts';
import { assign, pipeline, type Run, spend } from './evaluate.ts';
import { maxTextLength, output } from './format.ts';
import { containerValue, isMap, isSlice, isTrue, sortedEntries, typeOf, type Value } from './values.ts';

const maxDepth = 100;

type Jump = 'break' | 'continue' | undefined;

/**
 * Evaluates a template on the inspect document of a container.
 *
 * @throws TemplateError with `line:column` where Go would fail, and where it takes too many steps or writes too much
 */
export function execute(template: Template, data: unknown, variables: Readonly<Record<string, string>> = {}): string {
	const dot = containerValue(data);
	const run: Run = {
		template,
		parts: [],
		length: 0,
		steps: 0,
		depth: 0,
		variables: [
			{ name: '$', value: dot },
			...Object.entries(variables).map(([name, value]) => ({ name: `$${name}`, value })),
		],
		offset: 0,
	};
	try {
		walk(run, dot, template.main);
	} catch (error) {
		if (!(error instanceof TemplateError)) throw error;
		throw new TemplateError(`${positionOf(template.text, run.offset)}: ${error.message}`, { cause: error });
	}
	return run.parts.join('');
}

function write(run: Run, text: string): void {
	run.length += text.length;
	if (run.length > maxTextLength) throw new TemplateError(`it writes more than ${maxTextLength} characters`);
	run.parts.push(text);
}

/** @returns which jump ended the list early, for the `range` around it */
function walk(run: Run, dot: Value, nodes: readonly Node[]): Jump {
	for (const node of nodes) {
		run.offset = node.offset;
		spend(run, 1);
		const jump = walkNode(run, dot, node);
		if (jump !== undefined) return jump;
	}
	return undefined;
}

function walkNode(run: Run, dot: Value, node: Node): Jump {
	switch (node.kind) {
		case 'text':
			write(run, node.text);
			return undefined;
		case 'action': {
			const value = pipeline(run, dot, node.pipe);
			if (node.pipe.variables.length === 0) write(run, output(value));
			return undefined;
		}
		case 'template':
			callTemplate(run, node.name, node.pipe === undefined ? undefined : pipeline(run, dot, node.pipe));
			return undefined;
		case 'range':
			return scoped(run, () => range(run, dot, node));
		case 'if':
		case 'with':
			return scoped(run, () => {
				const value = pipeline(run, dot, node.pipe);
				if (isTrue(value)) return walk(run, node.kind === 'with' ? value : dot, node.body);
				return walk(run, dot, node.otherwise);
			});
		default:
			return node.kind;
	}
}

function scoped<T>(run: Run, body: () => T): T {
	const mark = run.variables.length;
	const result = body();
	run.variables.length = mark;
	return result;
}

function callTemplate(run: Run, name: string, dot: Value): void {
	const nodes = run.template.definitions.get(name);
	if (nodes === undefined) throw new TemplateError(`template ${JSON.stringify(name)} is not defined`);
	run.depth += 1;
	if (run.depth > maxDepth) throw new TemplateError(`templates call each other more than ${maxDepth} levels deep`);
	const outer = run.variables;
	run.variables = [{ name: '$', value: dot }];
	walk(run, dot, nodes);
	run.variables = outer;
	run.depth -= 1;
}

function range(run: Run, dot: Value, { pipe, body, otherwise }: Branch): Jump {
	const items = pairsOf(pipeline(run, dot, pipe), pipe.variables.length);
	const mark = run.variables.length;
	let isEmpty = true;
	for (const [key, item] of items) {
		isEmpty = false;
		spend(run, 1);
		const [first, second] = pipe.variables;
		// With one variable it is the element; with two, the first is the key.
		if (first !== undefined) assign(run, first, second === undefined ? item : key, pipe.assigns);
		if (second !== undefined) assign(run, second, item, pipe.assigns);
		const jump = walk(run, item, body);
		run.variables.length = mark;
		if (jump === 'break') break;
	}
	return isEmpty ? walk(run, dot, otherwise) : undefined;
}

function* pairsOf(value: Value, variables: number): Generator<readonly [Value, Value]> {
	if (value === undefined || value === null) return;
	if (isSlice(value)) {
		for (const [at, item] of value.entries()) yield [BigInt(at), item];
	} else if (isMap(value)) yield* sortedEntries(value);
	else if (typeof value === 'bigint') {
		if (variables > 1) throw new TemplateError(`range over ${value} has one variable only`);
		for (let at = 0n; at < value; at += 1n) yield [undefined, at];
	} else throw new TemplateError(`range can't iterate over a value of type ${typeOf(value)}`);
}
