import type { Command, Operand, Pipe } from './ast.ts';
import { type Cursor, flaw, nested, next, peek, shown, skipSpace } from './cursor.ts';
import { functions, refusedFunctions } from './functions.ts';
import type { Token, TokenKind } from './lexer.ts';
import { numberOf, unquote, unquoteChar } from './literals.ts';

/** What stands inside `{{ }}` after the keyword, and inside parentheses: commands joined by `|`, the last first to be seen. */
export function pipeOf(cursor: Cursor, closing: 'close' | 'paren', context: string): Pipe {
	const { offset } = skipSpace(cursor);
	const { variables, assigns } = declarationsOf(cursor, context);
	const commands: Command[] = [];
	for (;;) {
		const token = skipSpace(cursor);
		if (token.kind === closing && token.text !== '(') {
			if (commands.length === 0) throw flaw(cursor, token, `missing value for ${context}`);
			next(cursor);
			return { offset, variables, assigns, commands };
		}
		const command = commandOf(cursor);
		if (commands.length > 0 && literals.has(command.first.kind))
			throw flaw(cursor, token, `a literal cannot be executed in stage ${commands.length + 1} of a pipeline`);
		commands.push(command);
	}
}

const literals: ReadonlySet<Operand['kind']> = new Set(['bool', 'dot', 'nil', 'int', 'float', 'string']);

/** `$x :=`, `$x =`, and for `range` `$i, $e :=`. */
function declarationsOf(cursor: Cursor, context: string): Pick<Pipe, 'variables' | 'assigns'> {
	const variables: string[] = [];
	const start = cursor.at;
	while (skipSpace(cursor).kind === 'variable') {
		const variable = next(cursor);
		const sign = skipSpace(cursor);
		const isLast = sign.kind === 'declare' || sign.kind === 'assign';
		if (!isLast && sign.kind !== 'comma') break;
		next(cursor);
		variables.push(variable.text);
		cursor.variables.push(variable.text);
		if (isLast) return { variables, assigns: sign.kind === 'assign' };
		if (context !== 'range' || variables.length === 2) throw flaw(cursor, sign, `too many declarations in ${context}`);
		const second = skipSpace(cursor);
		if (second.kind !== 'variable') throw flaw(cursor, second, `expected a variable, got ${shown(second)}`);
	}
	if (variables.length > 0) throw flaw(cursor, peek(cursor), `expected := or = after the variables of ${context}`);
	// A variable that is read, not declared: look at it again.
	cursor.at = start;
	return { variables: [], assigns: false };
}

function commandOf(cursor: Cursor): Command {
	const operands: Operand[] = [];
	const { offset } = skipSpace(cursor);
	for (;;) {
		const operand = operandOf(cursor);
		operands.push(operand);
		const token = peek(cursor);
		if (token.kind === 'space') {
			const after = skipSpace(cursor);
			if (after.kind !== 'pipe' && !isEnding(after)) continue;
		}
		const [first, ...rest] = operands;
		const ending = peek(cursor);
		if (first === undefined || !(ending.kind === 'pipe' || isEnding(ending)))
			throw flaw(cursor, ending, `expected a space, | or the end of the command, got ${shown(ending)}`);
		if (ending.kind === 'pipe') next(cursor);
		return { offset, first, rest };
	}
}

const isEnding = ({ kind, text }: Token): boolean => kind === 'close' || (kind === 'paren' && text === ')');

function operandOf(cursor: Cursor): Operand {
	const token = skipSpace(cursor);
	const base = (terms[token.kind] ?? unexpected)(cursor, next(cursor));
	const names: string[] = [];
	while (peek(cursor).kind === 'field') names.push(next(cursor).text.slice(1));
	if (names.length === 0) return base;
	if (base.kind === 'field' || base.kind === 'variable') return { ...base, names: [...base.names, ...names] };
	if (literals.has(base.kind)) throw flaw(cursor, token, `unexpected .${names[0]} after ${shown(token)}`);
	return { kind: 'chain', offset: token.offset, base, names };
}

type Term = (cursor: Cursor, token: Token) => Operand;

const unexpected: Term = (cursor, token) => {
	throw flaw(cursor, token, `expected a value, got ${shown(token)}`);
};

const words: ReadonlyMap<string, Term> = new Map<string, Term>([
	['true', (_, { offset }) => ({ kind: 'bool', offset, value: true })],
	['false', (_, { offset }) => ({ kind: 'bool', offset, value: false })],
	['nil', (_, { offset }) => ({ kind: 'nil', offset })],
]);

const terms: Readonly<Partial<Record<TokenKind, Term>>> = {
	dot: (_, { offset }) => ({ kind: 'dot', offset }),
	field: (_, { offset, text }) => ({ kind: 'field', offset, names: [text.slice(1)] }),
	variable: (cursor, token) => {
		if (!cursor.variables.includes(token.text)) throw flaw(cursor, token, `undefined variable ${token.text}`);
		return { kind: 'variable', offset: token.offset, name: token.text, names: [] };
	},
	word: (cursor, token) => {
		const word = words.get(token.text);
		if (word !== undefined) return word(cursor, token);
		const refusal = refusedFunctions.get(token.text);
		if (refusal !== undefined) throw flaw(cursor, token, `${token.text} is not supported: ${refusal}`);
		if (!functions.has(token.text)) throw flaw(cursor, token, `function ${JSON.stringify(token.text)} is not defined`);
		return { kind: 'function', offset: token.offset, name: token.text };
	},
	string: (cursor, token) => {
		const value = unquote(token.text);
		if (value === undefined) throw flaw(cursor, token, 'bad escape in a string');
		return { kind: 'string', offset: token.offset, value };
	},
	raw: (_, { offset, text }) => ({ kind: 'string', offset, value: text.slice(1, -1).replaceAll('\r', '') }),
	char: (cursor, token) => {
		const value = unquoteChar(token.text);
		if (value === undefined) throw flaw(cursor, token, `malformed character constant ${token.text}`);
		return { kind: 'int', offset: token.offset, value };
	},
	number: (cursor, token) => {
		const value = numberOf(token.text);
		if (value === undefined) throw flaw(cursor, token, `bad number ${JSON.stringify(token.text)}`);
		return typeof value === 'bigint'
			? { kind: 'int', offset: token.offset, value }
			: { kind: 'float', offset: token.offset, value };
	},
	paren: (cursor, token) => {
		if (token.text === ')') throw flaw(cursor, token, 'expected a value, got ")"');
		return nested(cursor, token, () => ({
			kind: 'pipe',
			offset: token.offset,
			pipe: pipeOf(cursor, 'paren', 'parenthesized pipeline'),
		}));
	},
};
