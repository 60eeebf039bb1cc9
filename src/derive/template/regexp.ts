import { automaton, type Expression } from './automaton.ts';
import { classAt, escapedSet, type Flags, setTest, single } from './character-classes.ts';
import { TemplateError } from './errors.ts';

/** Go's own limit, and one on nesting, for the sake of the stack. */
const maxRepeat = 1_000;
const maxDepth = 100;
const maxPatternLength = 1_000;

interface Reader {
	readonly pattern: string;
	at: number;
	depth: number;
	flags: Flags;
}

/**
 * A regular expression of Go, matched the way Go does it: in time linear in the text. JavaScript's own would let a label of
 * a stranger's container stop the daemon.
 *
 * @returns whether the pattern occurs in a text
 * @throws TemplateError where the pattern is not one
 */
export function parsePattern(pattern: string): (text: string) => boolean {
	if (pattern.length > maxPatternLength)
		throw new TemplateError(`a pattern has at most ${maxPatternLength} characters`);
	const reader: Reader = { pattern, at: 0, depth: 0, flags: { ignoreCase: false, multiline: false, dotAll: false } };
	const expression = alternatives(reader);
	if (reader.at < pattern.length) throw flaw(reader, 'unexpected )');
	return automaton(expression);
}

const flaw = ({ pattern, at }: Reader, message: string): TemplateError =>
	new TemplateError(`bad pattern ${JSON.stringify(pattern)}: ${message} at ${at}`);

const startsWith = ({ pattern, at }: Reader, text: string): boolean => pattern.startsWith(text, at);

/** @returns the match at the reader's place, which moves behind it */
function take(reader: Reader, sticky: RegExp): RegExpExecArray | undefined {
	sticky.lastIndex = reader.at;
	const match = sticky.exec(reader.pattern) ?? undefined;
	reader.at += match?.[0].length ?? 0;
	return match;
}

function alternatives(reader: Reader): Expression {
	reader.depth += 1;
	if (reader.depth > maxDepth) throw flaw(reader, 'groups are nested too deep');
	const branches: Expression[] = [];
	do branches.push(sequence(reader));
	while (take(reader, /\|/y) !== undefined);
	reader.depth -= 1;
	return { kind: 'any-of', items: branches };
}

function sequence(reader: Reader): Expression {
	const items: Expression[] = [];
	while (reader.at < reader.pattern.length && !startsWith(reader, '|') && !startsWith(reader, ')')) {
		const flags = take(reader, /\(\?([imsU]*)(?:-([imsU]+))?\)/y);
		if (flags !== undefined) reader.flags = withFlags(reader.flags, flags[1], flags[2]);
		else items.push(...quoted(reader), ...repeated(reader));
	}
	return { kind: 'sequence', items };
}

const withFlags = (flags: Flags, on = '', off = ''): Flags => {
	const value = (letter: string, before: boolean): boolean => (on.includes(letter) || before) && !off.includes(letter);
	return {
		ignoreCase: value('i', flags.ignoreCase),
		multiline: value('m', flags.multiline),
		dotAll: value('s', flags.dotAll),
	};
};

/** `\Q…\E` is literal. */
function quoted(reader: Reader): readonly Expression[] {
	const [, literal = ''] = take(reader, /\\Q([\s\S]*?)(?:\\E|$)/y) ?? [];
	return [...literal].map((character) => single(character, reader.flags));
}

function repeated(reader: Reader): readonly Expression[] {
	if (reader.at >= reader.pattern.length || startsWith(reader, '|') || startsWith(reader, ')')) return [];
	let item = atom(reader);
	const operator = take(reader, /(?:([*+?])|\{(\d+)(,)?(\d+)?\})\??/y);
	if (operator !== undefined) {
		const [, sign, from, comma, to] = operator;
		const min = sign === undefined ? Number(from) : sign === '+' ? 1 : 0;
		const max = bound(sign, min, comma, to);
		if (min > maxRepeat || (max !== undefined && (max > maxRepeat || max < min)))
			throw flaw(reader, 'bad repeat count');
		item = { kind: 'repeat', item, min, max };
		if (/[*+?]/.test(reader.pattern.charAt(reader.at))) throw flaw(reader, 'invalid nested repetition operator');
	}
	return [item];
}

function bound(
	sign: string | undefined,
	min: number,
	comma: string | undefined,
	to: string | undefined,
): number | undefined {
	if (sign !== undefined) return sign === '?' ? 1 : undefined;
	if (comma === undefined) return min;
	return to === undefined ? undefined : Number(to);
}

const assertions: Readonly<Record<string, 'text-start' | 'text-end' | 'boundary' | 'no-boundary'>> = {
	'\\A': 'text-start',
	'\\z': 'text-end',
	'\\b': 'boundary',
	'\\B': 'no-boundary',
};

function atom(reader: Reader): Expression {
	const { flags, pattern } = reader;
	const [assertion] = take(reader, /\\[AzbB]/y) ?? [];
	if (assertion !== undefined) return { kind: 'assert', what: assertions[assertion] ?? 'boundary' };
	if (startsWith(reader, '(')) return group(reader);
	if (startsWith(reader, '[')) {
		const { test, end } = classAt(pattern, reader.at, flags);
		reader.at = end;
		return { kind: 'character', test };
	}
	if (startsWith(reader, '\\')) {
		const { set, end } = escapedSet(pattern, reader.at);
		reader.at = end;
		return { kind: 'character', test: setTest(set, flags, false) };
	}
	const [character = ''] = take(reader, /[\s\S]/uy) ?? [];
	if (character === '^') return { kind: 'assert', what: flags.multiline ? 'line-start' : 'text-start' };
	if (character === '$') return { kind: 'assert', what: flags.multiline ? 'line-end' : 'text-end' };
	if (character === '.') return { kind: 'character', test: flags.dotAll ? () => true : (found) => found !== '\n' };
	if ('*+?'.includes(character)) throw flaw(reader, `missing argument to repetition operator ${character}`);
	return single(character, flags);
}

/** Flags that are set inside a group end with it. */
function group(reader: Reader): Expression {
	const [, on, off] = take(reader, /\((?:\?(?:P?<\w+>|([imsU]*)(?:-([imsU]+))?:))?/y) ?? [];
	if (startsWith(reader, '?')) throw flaw(reader, 'invalid or unsupported Perl syntax');
	const outer = reader.flags;
	reader.flags = withFlags(outer, on, off);
	const item = alternatives(reader);
	reader.flags = outer;
	if (take(reader, /\)/y) === undefined) throw flaw(reader, 'missing closing )');
	return item;
}
