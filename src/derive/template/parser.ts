import type { Node, Template } from './ast.ts';
import { type Cursor, expect, flaw, nested, next, peek, scoped, shown, skipSpace } from './cursor.ts';
import { positionOf, TemplateError } from './errors.ts';
import { type Token, tokensOf } from './lexer.ts';
import { unquote } from './literals.ts';
import { pipeOf } from './pipelines.ts';

/** Characters of a template; nobody writes one of this size, and everything below is linear in it. */
export const maxTemplateLength = 65_536;

/**
 * Reads a template in the language of Go's text/template.
 *
 * @param variables that whoever executes it gives, without the dollar sign
 * @throws TemplateError with `line:column` and what was expected there
 */
export function parseTemplate(text: string, variables: readonly string[] = []): Template {
	if (text.length > maxTemplateLength)
		throw new TemplateError(`a template has at most ${maxTemplateLength} characters, this one has ${text.length}`);
	const definitions = new Map<string, readonly Node[]>();
	const tokens = tokensOf(text);
	const known = ['$', ...variables.map((name) => `$${name}`)];
	const cursor: Cursor = { text, tokens, at: 0, depth: 0, rangeDepth: 0, variables: known, definitions };
	const { nodes, ending } = listOf(cursor, true);
	if (ending !== undefined) throw flaw(cursor, ending.token, `unexpected {{${ending.word}}}`);
	return { text, main: nodes, definitions };
}

interface Ending {
	readonly word: 'else' | 'end';
	readonly token: Token;
}
interface List {
	readonly nodes: readonly Node[];
	/** `undefined` at the end of the text. */
	readonly ending: Ending | undefined;
}

function listOf(cursor: Cursor, isTop = false): List {
	const nodes: Node[] = [];
	for (;;) {
		const token = next(cursor);
		if (token.kind === 'end') return { nodes, ending: undefined };
		if (token.kind === 'text') {
			nodes.push({ kind: 'text', offset: token.offset, text: token.text });
			continue;
		}
		const word = skipSpace(cursor);
		if (word.kind === 'word' && (word.text === 'else' || word.text === 'end')) {
			next(cursor);
			return { nodes, ending: { word: word.text, token: word } };
		}
		nodes.push(...nested(cursor, word, () => actionOf(cursor, word, isTop)));
	}
}

function actionOf(cursor: Cursor, word: Token, isTop: boolean): readonly Node[] {
	const keyword = word.kind === 'word' ? word.text : '';
	const statement = statements[keyword];
	if (statement !== undefined) {
		next(cursor);
		return statement(cursor, word, isTop);
	}
	return [{ kind: 'action', offset: word.offset, pipe: pipeOf(cursor, 'close', 'action') }];
}

type Statement = (cursor: Cursor, word: Token, isTop: boolean) => readonly Node[];

const branch =
	(kind: 'if' | 'with' | 'range'): Statement =>
	(cursor, word) =>
		scoped(cursor, () => {
			const pipe = pipeOf(cursor, 'close', kind);
			if (kind === 'range') cursor.rangeDepth += 1;
			const { nodes: body, ending } = listOf(cursor);
			if (kind === 'range') cursor.rangeDepth -= 1;
			const otherwise = ending?.word === 'else' ? elseOf(cursor, kind) : [];
			if (ending === undefined)
				throw flaw(cursor, peek(cursor), `expected {{end}} of {{${kind}}} at ${positionOf(cursor.text, word.offset)}`);
			if (ending.word === 'end') expect(cursor, 'close', '}} after end');
			return [{ kind, offset: word.offset, pipe, body, otherwise }];
		});

/** After the word `else`: `{{else if …}}` and `{{else with …}}` share the `{{end}}` of the first. */
function elseOf(cursor: Cursor, kind: string): readonly Node[] {
	const word = skipSpace(cursor);
	if (word.kind === 'word' && word.text === kind && kind !== 'range') {
		next(cursor);
		return nested(cursor, word, () => branch(kind === 'if' ? 'if' : 'with')(cursor, word, false));
	}
	expect(cursor, 'close', '}} after else');
	const { nodes, ending } = listOf(cursor);
	if (ending?.word !== 'end') throw flaw(cursor, ending?.token ?? peek(cursor), `expected {{end}} after {{else}}`);
	expect(cursor, 'close', '}} after end');
	return nodes;
}

const jump =
	(kind: 'break' | 'continue'): Statement =>
	(cursor, word) => {
		if (cursor.rangeDepth === 0) throw flaw(cursor, word, `{{${kind}}} outside {{range}}`);
		expect(cursor, 'close', `}} after ${kind}`);
		return [{ kind, offset: word.offset }];
	};

function nameOf(cursor: Cursor, clause: string): string {
	const token = skipSpace(cursor);
	if (token.kind !== 'string' && token.kind !== 'raw')
		throw flaw(cursor, token, `expected a quoted name after ${clause}, got ${shown(token)}`);
	next(cursor);
	const name = token.kind === 'raw' ? token.text.slice(1, -1) : unquote(token.text);
	if (name === undefined) throw flaw(cursor, token, 'bad escape in a string');
	return name;
}

/** A definition has variables of its own, and no `{{range}}` around it that it could leave. */
function defined(cursor: Cursor, word: Token, name: string): void {
	const { variables, rangeDepth } = cursor;
	cursor.variables = ['$'];
	cursor.rangeDepth = 0;
	const { nodes, ending } = listOf(cursor);
	if (ending?.word !== 'end') throw flaw(cursor, ending?.token ?? peek(cursor), `expected {{end}} of {{${word.text}}}`);
	expect(cursor, 'close', '}} after end');
	cursor.variables = variables;
	cursor.rangeDepth = rangeDepth;
	if (cursor.definitions.has(name)) throw flaw(cursor, word, `template ${JSON.stringify(name)} is defined twice`);
	cursor.definitions.set(name, nodes);
}

const statements: Readonly<Record<string, Statement | undefined>> = Object.assign(Object.create(null), {
	if: branch('if'),
	with: branch('with'),
	range: branch('range'),
	break: jump('break'),
	continue: jump('continue'),
	define: (cursor, word, isTop) => {
		if (!isTop) throw flaw(cursor, word, '{{define}} belongs to the top of a template');
		const name = nameOf(cursor, 'define');
		expect(cursor, 'close', '}} after the name');
		defined(cursor, word, name);
		return [];
	},
	template: (cursor, word) => {
		const name = nameOf(cursor, 'template');
		const isBare = skipSpace(cursor).kind === 'close';
		if (isBare) next(cursor);
		return [
			{ kind: 'template', offset: word.offset, name, pipe: isBare ? undefined : pipeOf(cursor, 'close', 'template') },
		];
	},
	block: (cursor, word) => {
		const name = nameOf(cursor, 'block');
		const pipe = pipeOf(cursor, 'close', 'block');
		defined(cursor, word, name);
		return [{ kind: 'template', offset: word.offset, name, pipe }];
	},
} satisfies Record<string, Statement>);
