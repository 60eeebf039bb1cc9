import type { Node } from './ast.ts';
import { positionOf, TemplateError } from './errors.ts';
import type { Token, TokenKind } from './lexer.ts';

const maxDepth = 100;

/** What parsing goes by: one token of look-ahead, and what is in scope. */
export interface Cursor {
	readonly text: string;
	readonly tokens: readonly Token[];
	at: number;
	depth: number;
	rangeDepth: number;
	variables: string[];
	readonly definitions: Map<string, readonly Node[]>;
}

const noToken: Token = { kind: 'end', text: '', offset: 0 };
/** Past the end it stays at the last token, which is the end. */
export const peek = ({ tokens, at }: Cursor): Token => tokens[at] ?? tokens.at(-1) ?? noToken;
export function next(cursor: Cursor): Token {
	const token = peek(cursor);
	cursor.at += 1;
	return token;
}
export function skipSpace(cursor: Cursor): Token {
	while (peek(cursor).kind === 'space') cursor.at += 1;
	return peek(cursor);
}
export const flaw = ({ text }: Cursor, { offset }: Token, message: string): TemplateError =>
	new TemplateError(`${positionOf(text, offset)}: ${message}`);

export const shown = ({ kind, text }: Token): string =>
	kind === 'end' ? 'the end of the template' : JSON.stringify(text);

export function expect(cursor: Cursor, kind: TokenKind, what: string): Token {
	const token = skipSpace(cursor);
	if (token.kind !== kind) throw flaw(cursor, token, `expected ${what}, got ${shown(token)}`);
	return next(cursor);
}

/** Keeps JavaScript's own stack out of it: `((((…` ends in an error that names a place. */
export function nested<T>(cursor: Cursor, token: Token, read: () => T): T {
	cursor.depth += 1;
	if (cursor.depth > maxDepth) throw flaw(cursor, token, `nested more than ${maxDepth} levels deep`);
	const result = read();
	cursor.depth -= 1;
	return result;
}

/** Variables live to the end of what declares them. */
export function scoped<T>(cursor: Cursor, read: () => T): T {
	const outer = [...cursor.variables];
	const result = read();
	cursor.variables = outer;
	return result;
}
