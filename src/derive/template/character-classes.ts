import type { Expression } from './automaton.ts';
import { TemplateError } from './errors.ts';

export interface Flags {
	readonly ignoreCase: boolean;
	readonly multiline: boolean;
	readonly dotAll: boolean;
}

type Test = (character: string) => boolean;

/** Go's ASCII sets, as they stand between the brackets of JavaScript's `u` expressions. */
const perl: Readonly<Record<string, string>> = {
	d: '0-9',
	D: '\\x00-\\/:-\\u{10ffff}',
	w: '0-9A-Za-z_',
	W: '\\x00-\\/:-@\\[-\\^`\\{-\\u{10ffff}',
	s: '\\t\\n\\f\\r ',
	S: '\\x00-\\x08\\x0b\\x0e-\\x1f!-\\u{10ffff}',
};

const posix: Readonly<Record<string, string>> = {
	alnum: '0-9A-Za-z',
	alpha: 'A-Za-z',
	ascii: '\\x00-\\x7f',
	blank: '\\t ',
	cntrl: '\\x00-\\x1f\\x7f',
	digit: '0-9',
	graph: '!-~',
	lower: 'a-z',
	print: ' -~',
	punct: '!-\\/:-@\\[-`\\{-~',
	space: '\\t\\n\\v\\f\\r ',
	upper: 'A-Z',
	word: '0-9A-Za-z_',
	xdigit: '0-9A-Fa-f',
};

const controls: Readonly<Record<string, string>> = { a: '\x07', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

const literal = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** A set that JavaScript has compiled asks about one character at a time, which leaves nothing to backtrack. */
export function setTest(set: string, { ignoreCase }: Flags, negated: boolean): Test {
	try {
		const compiled = new RegExp(`^[${negated ? '^' : ''}${set}]$`, ignoreCase ? 'iu' : 'u');
		return (character) => compiled.test(character);
	} catch (cause) {
		throw new TemplateError('bad pattern: a character class is not one', { cause });
	}
}

export const single = (character: string, flags: Flags): Expression => ({
	kind: 'character',
	test: flags.ignoreCase ? setTest(literal(character), flags, false) : (found) => found === character,
});

const escapeSequence =
	/\\(?:([dDwWsS])|([pP])(?:\{(\^?)(\w+)\}|([A-Z]))|x\{([\da-fA-F]{1,6})\}|x([\da-fA-F]{2})|(0[0-7]{0,2}|[1-7][0-7]{1,2})|([afnrtv])|([!-/:-@[-`{-~]))/uy;

/** What a backslash and what follows it stand for. */
export function escapedSet(pattern: string, offset: number): { readonly set: string; readonly end: number } {
	escapeSequence.lastIndex = offset;
	const match = escapeSequence.exec(pattern);
	if (match === null)
		throw new TemplateError(`bad pattern ${JSON.stringify(pattern)}: invalid escape sequence at ${offset}`);
	const [all, set, p, caret, name, letter, long, short, octal, control, punctuation] = match;
	const end = offset + all.length;
	if (set !== undefined) return { set: perl[set] ?? '', end };
	if (p !== undefined) return { set: propertySet(name ?? letter ?? '', (p === 'P') !== (caret === '^')), end };
	const code = octal === undefined ? Number.parseInt(long ?? short ?? '', 16) : Number.parseInt(octal, 8);
	if (code > 0x10ffff)
		throw new TemplateError(`bad pattern ${JSON.stringify(pattern)}: no such character at ${offset}`);
	const character = controls[control ?? ''] ?? punctuation ?? String.fromCodePoint(code);
	return { set: literal(character), end };
}

function propertySet(name: string, negated: boolean): string {
	for (const property of [name, `Script=${name}`]) {
		const set = `\\${negated ? 'P' : 'p'}{${property}}`;
		try {
			new RegExp(set, 'u');
			return set;
		} catch {
			// Go names categories and scripts alike; JavaScript wants to be told which.
		}
	}
	throw new TemplateError(`bad pattern: there is no character class \\p{${name}}`);
}

/** `[a-z\d[:alpha:]]`, from its opening bracket on. */
export function classAt(pattern: string, offset: number, flags: Flags): { readonly test: Test; readonly end: number } {
	const flaw = (): TemplateError =>
		new TemplateError(`bad pattern ${JSON.stringify(pattern)}: missing closing ] at ${offset}`);
	const negated = pattern.charAt(offset + 1) === '^';
	const first = offset + (negated ? 2 : 1);
	let set = '';
	for (let at = first; at < pattern.length; ) {
		const character = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
		if (character === ']' && at > first) return { test: setTest(set, flags, negated), end: at + 1 };
		const [named, name = ''] = /^\[:(\w+):\]/.exec(pattern.slice(at, at + 12)) ?? [];
		if (named !== undefined) {
			set += posix[name] ?? ']';
			at += named.length;
		} else if (character === '\\') {
			const escaped = escapedSet(pattern, at);
			set += escaped.set;
			at = escaped.end;
		} else {
			const isRange = character === '-' && at > first && !pattern.startsWith('-]', at);
			set += isRange ? '-' : literal(character);
			at += character.length;
		}
	}
	throw flaw();
}
