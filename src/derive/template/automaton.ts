import { TemplateError } from './errors.ts';

/** What a regular expression consists of, groups and greed left out: the only question is whether it matches. */
export type Expression =
	| { readonly kind: 'character'; readonly test: (character: string) => boolean }
	| { readonly kind: 'assert'; readonly what: Assertion }
	| { readonly kind: 'sequence' | 'any-of'; readonly items: readonly Expression[] }
	| { readonly kind: 'repeat'; readonly item: Expression; readonly min: number; readonly max: number | undefined };

export type Assertion = 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'boundary' | 'no-boundary';

/** A state goes on to all of `next`: after a character that passes the test, where there is one, else at once. */
interface State {
	readonly test: ((character: string) => boolean) | undefined;
	readonly assertion: Assertion | undefined;
	next: readonly number[];
}

const maxStates = 5_000;
/** States times characters of one text. */
const maxWork = 10_000_000;

/** Thompson's construction: all ways through the expression are walked at once, so that none is ever walked twice. */
export function automaton(expression: Expression): (text: string) => boolean {
	const states: State[] = [{ test: undefined, assertion: undefined, next: [] }];
	const start = build(states, expression, 0);
	return (text) => {
		if (text.length * states.length > maxWork) throw new TemplateError('a text is too long for the pattern');
		return matches(states, start, [...text]);
	};
}

/** The state 0 is the end. Built from the end to the start, as each state must know the next. */
function build(states: State[], expression: Expression, end: number): number {
	const add = (state: State): number => {
		if (states.length >= maxStates) throw new TemplateError('a pattern repeats too much');
		return states.push(state) - 1;
	};
	switch (expression.kind) {
		case 'character':
			return add({ test: expression.test, assertion: undefined, next: [end] });
		case 'assert':
			return add({ test: undefined, assertion: expression.what, next: [end] });
		case 'sequence':
			return expression.items.reduceRight((next, item) => build(states, item, next), end);
		case 'any-of':
			return add({
				test: undefined,
				assertion: undefined,
				next: expression.items.map((item) => build(states, item, end)),
			});
		case 'repeat': {
			const { item, min, max } = expression;
			let at = end;
			if (max === undefined) {
				at = add({ test: undefined, assertion: undefined, next: [] });
				const loop = states[at];
				if (loop !== undefined) loop.next = [build(states, item, at), end];
			} else
				for (let times = min; times < max; times += 1)
					at = add({ test: undefined, assertion: undefined, next: [build(states, item, at), end] });
			for (let times = 0; times < min; times += 1) at = build(states, item, at);
			return at;
		}
	}
}

function matches(states: readonly State[], start: number, text: readonly string[]): boolean {
	let current: readonly number[] = [];
	for (let at = 0; at <= text.length; at += 1) {
		// The pattern may begin anywhere.
		const reached = closure(states, [...current, start], text, at);
		if (reached.has(0)) return true;
		const character = text[at];
		if (character === undefined) return false;
		current = [...reached].flatMap((index) => {
			const state = states[index];
			return state?.test?.(character) === true ? state.next : [];
		});
	}
	return false;
}

/** All states that can be reached without a character. */
function closure(states: readonly State[], from: readonly number[], text: readonly string[], at: number): Set<number> {
	const reached = new Set<number>();
	const pending = [...from];
	for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
		if (reached.has(index)) continue;
		reached.add(index);
		const state = states[index];
		if (state === undefined || state.test !== undefined) continue;
		if (state.assertion === undefined || holds[state.assertion](text[at - 1], text[at])) pending.push(...state.next);
	}
	return reached;
}

const isWord = (character: string | undefined): boolean => character !== undefined && /^\w$/.test(character);

const holds: Readonly<Record<Assertion, (before: string | undefined, after: string | undefined) => boolean>> = {
	'text-start': (before) => before === undefined,
	'text-end': (_, after) => after === undefined,
	'line-start': (before) => before === undefined || before === '\n',
	'line-end': (_, after) => after === undefined || after === '\n',
	boundary: (before, after) => isWord(before) !== isWord(after),
	'no-boundary': (before, after) => isWord(before) === isWord(after),
};
