import { positionOf, TemplateError } from './errors.ts';

export type TokenKind =
	| 'text'
	| 'open'
	| 'close'
	| 'space'
	| 'string'
	| 'raw'
	| 'char'
	| 'declare'
	| 'assign'
	| 'pipe'
	| 'paren'
	| 'comma'
	| 'variable'
	| 'field'
	| 'number'
	| 'dot'
	| 'word'
	| 'end';

export interface Token {
	readonly kind: TokenKind;
	readonly text: string;
	readonly offset: number;
}

/** In this order: the first that matches is it. Sticky, so that nothing is scanned twice. */
const inAction: readonly (readonly [kind: TokenKind, pattern: RegExp])[] = [
	['close', /(?:[ \t\r\n]+-)?\}\}/y],
	['space', /[ \t\r\n]+/y],
	['string', /"(?:[^"\\\n]|\\[^\n])*"/y],
	['raw', /`[^`]*`/y],
	['char', /'(?:[^'\\\n]|\\[^\n])*'/y],
	['declare', /:=/y],
	['assign', /=/y],
	['pipe', /\|/y],
	['paren', /[()]/y],
	['comma', /,/y],
	['variable', /\$[\p{L}\p{Nd}_]*/uy],
	['field', /\.(?!\d)[\p{L}\p{Nd}_]+/uy],
	[
		'number',
		/[+-]?(?:0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]+)?|0[oObB]?[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]+)?|[1-9][\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]+)?|\.\d[\d_]*(?:[eE][+-]?[\d_]+)?)/y,
	],
	['dot', /\./y],
	['word', /[\p{L}_][\p{L}\p{Nd}_]*/uy],
];

/** What may follow a name; Go insists, so that `$x=1` and `.a-b` are refused rather than read in a surprising way. */
const afterName = /$|[ \t\r\n.,|:()]|\}\}/y;
const afterNumber = /(?![\p{L}\p{Nd}_])/uy;
const followers: Partial<Readonly<Record<TokenKind, RegExp>>> = {
	variable: afterName,
	field: afterName,
	word: afterName,
	number: afterNumber,
};

const matchAt = (pattern: RegExp, text: string, offset: number): string | undefined => {
	pattern.lastIndex = offset;
	return pattern.exec(text)?.[0];
};

const leftTrim = /-[ \t\r\n]/y;
const comment = /\/\*[\s\S]*?\*\//y;
const close = /(?:[ \t\r\n]+-)?\}\}/y;

/**
 * Cuts a template into its parts. `{{-` and `-}}` have done their work on the texts beside them, comments are gone.
 *
 * @throws TemplateError with the position
 */
export function tokensOf(text: string): readonly Token[] {
	const tokens: Token[] = [];
	let at = 0;
	let trimsNext = false;
	while (at < text.length) {
		const open = text.indexOf('{{', at);
		const end = open < 0 ? text.length : open;
		const trimsHere = open >= 0 && matchAt(leftTrim, text, open + 2) !== undefined;
		pushText(tokens, text.slice(at, end), at, trimsNext, trimsHere);
		if (open < 0) break;
		const inside = open + (trimsHere ? 4 : 2);
		at = pushAction(tokens, text, open, inside);
		trimsNext = text[at - 3] === '-' && /[ \t\r\n]/.test(text[at - 4] ?? '');
	}
	return [...tokens, { kind: 'end', text: '', offset: text.length }];
}

function pushText(tokens: Token[], text: string, offset: number, trimsStart: boolean, trimsEnd: boolean): void {
	const start = trimsStart ? (/^[ \t\r\n]*/.exec(text)?.[0].length ?? 0) : 0;
	let end = text.length;
	while (trimsEnd && end > start && ' \t\r\n'.includes(text.charAt(end - 1))) end -= 1;
	if (end > start) tokens.push({ kind: 'text', text: text.slice(start, end), offset: offset + start });
}

/** @returns where the text after the action begins */
function pushAction(tokens: Token[], text: string, open: number, inside: number): number {
	if (text.startsWith('/*', inside)) return skipComment(text, inside);
	tokens.push({ kind: 'open', text: '{{', offset: open });
	let at = inside;
	while (at < text.length) {
		const token = tokenAt(text, at);
		at += token.text.length;
		tokens.push(token);
		if (token.kind === 'close') return at;
	}
	throw new TemplateError(`${positionOf(text, open)}: unclosed action: expected }}`);
}

function skipComment(text: string, offset: number): number {
	const body = matchAt(comment, text, offset);
	if (body === undefined) throw new TemplateError(`${positionOf(text, offset)}: unclosed comment: expected */`);
	const ending = matchAt(close, text, offset + body.length);
	if (ending === undefined)
		throw new TemplateError(`${positionOf(text, offset)}: comment ends before closing delimiter: expected */}}`);
	return offset + body.length + ending.length;
}

function tokenAt(text: string, offset: number): Token {
	for (const [kind, pattern] of inAction) {
		const found = matchAt(pattern, text, offset);
		if (found === undefined) continue;
		const follower = followers[kind];
		const after = offset + found.length;
		if (follower !== undefined && matchAt(follower, text, after) === undefined)
			throw new TemplateError(`${positionOf(text, after)}: unexpected ${characterAt(text, after)} after ${kind}`);
		return { kind, text: found, offset };
	}
	throw new TemplateError(`${positionOf(text, offset)}: unexpected ${characterAt(text, offset)} in an action`);
}

const characterAt = (text: string, offset: number): string =>
	JSON.stringify(String.fromCodePoint(text.codePointAt(offset) ?? 0xfffd));
