import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { News } from '../../../src/controller/news.ts';
import type { TrafficEvent } from '../../../src/derive/traffic.ts';

/** `[action, at]`, or that everything so far was dealt with. */
type Step = readonly [action: string, at: number] | 'settled';

const seen = (isRunning: boolean, ...follows: readonly TrafficEvent[]) => ({ isRunning, follows: new Set(follows) });

function told(steps: readonly Step[], wasRunning = true): News {
	const news = new News();
	for (const step of steps)
		if (step === 'settled') news.settle('a', news.pending('a')?.count ?? -1);
		else news.heard('a', step[0], step[1], seen(wasRunning));
	return news;
}

suite('which events can change what is wanted', () => {
	const rows: readonly [
		sentence: string,
		before: readonly Step[],
		wasRunning: boolean,
		action: string,
		can: boolean,
	][] = [
		['a start', [], false, 'start', true],
		['an end', [], true, 'die', true],
		['a removal', [], false, 'destroy', true],
		['a new name, running or not', [], false, 'rename', true],
		['a network joined while it runs', [], true, 'connect', true],
		['a network left while it runs', [], true, 'disconnect', true],
		['not a network joined before the start', [], false, 'connect', false],
		['not a network left after the end', [['die', 1]], true, 'disconnect', false],
		['a network joined after the start was heard', [['start', 1]], false, 'connect', true],
		['not a signal where nobody drains', [], true, 'kill', false],
		['not a pause where nobody asked', [], true, 'pause', false],
		['not other limits', [], true, 'update', false],
		['not a word that every object knows', [], true, 'constructor', false],
	];
	for (const [sentence, before, wasRunning, action, can] of rows)
		test(sentence, () => {
			const news = told([...before, 'settled'], wasRunning);
			assert.equal(news.heard('a', action, 2, seen(wasRunning)), can);
			assert.equal(news.pending('a') !== undefined, can);
		});

	test('what only some containers follow can for these, while they run', () => {
		for (const action of ['kill', 'pause', 'unpause', 'health_status'] as const) {
			assert.equal(new News().heard('a', action, 1, seen(true, action)), true, action);
			assert.equal(new News().heard('a', action, 1, seen(false, action)), false, action);
		}
	});

	test('it can also for one that has started and that nobody has looked at yet', () => {
		const news = told([['start', 1]], false);
		assert.equal(news.heard('a', 'health_status', 2, undefined), true);
	});
});

suite('since when something is to be dealt with', () => {
	const rows: readonly [
		sentence: string,
		steps: readonly Step[],
		since: number | undefined,
		endedAt: number | undefined,
	][] = [
		['nothing is, unless something was heard', [], undefined, undefined],
		['since the event', [['start', 5]], 5, undefined],
		['not once it has been dealt with', [['start', 5], 'settled'], undefined, undefined],
		['since the next event after that', [['start', 5], 'settled', ['rename', 9]], 9, undefined],
		[
			'since the first of several that tell the same',
			[
				['start', 5],
				['connect', 7],
				['rename', 9],
			],
			5,
			undefined,
		],
		[
			'since the end, not since the removal',
			[
				['die', 5],
				['destroy', 7],
			],
			5,
			5,
		],
		[
			'since the end, where a start was not dealt with yet',
			[
				['start', 5],
				['die', 7],
			],
			7,
			7,
		],
		[
			'since the start that followed an end',
			[
				['die', 5],
				['start', 7],
			],
			7,
			undefined,
		],
		['since a removal without an end', [['destroy', 5]], 5, 5],
		['an end that was dealt with is no longer to be', [['die', 5], 'settled'], undefined, undefined],
		['what concerns nothing is not to be dealt with', [['kill', 5]], undefined, undefined],
	];
	for (const [sentence, steps, since, endedAt] of rows)
		test(sentence, () => {
			const news = told(steps);
			assert.deepEqual([news.pending('a')?.since, news.endedAt('a')], [since, endedAt]);
		});

	test('what is heard while the rest is being dealt with stays to be dealt with', () => {
		const news = told([['start', 5]]);
		const pending = news.pending('a');
		news.heard('a', 'rename', 6, seen(true));
		news.settle('a', pending?.count ?? 0);
		assert.equal(news.pending('a')?.since, 5);
		news.settle('a', news.pending('a')?.count ?? 0);
		assert.equal(news.pending('a'), undefined);
	});

	test('of another container nothing is known', () => {
		const news = told([['die', 5]]);
		assert.deepEqual([news.pending('b'), news.endedAt('b'), news.hasSeenEnd('b')], [undefined, undefined, false]);
		news.settle('b', 1);
		assert.equal(news.pending('a')?.since, 5);
	});
});

suite('which ends were seen', () => {
	const rows: readonly [
		sentence: string,
		steps: readonly Step[],
		hasSeenEnd: boolean,
		isRunning: boolean | 'unknown',
	][] = [
		['none without events', [], false, 'unknown'],
		['none by a rename', [['rename', 1]], false, 'unknown'],
		['none by a start', [['start', 1]], false, true],
		['one by an end', [['die', 1]], true, false],
		['one by a removal', [['destroy', 1]], true, false],
		['one that was dealt with', [['die', 1], 'settled'], true, false],
		[
			'none any more once it has started again',
			[
				['die', 1],
				['start', 2],
			],
			false,
			true,
		],
		[
			'one that a rename does not undo',
			[
				['die', 1],
				['rename', 2],
			],
			true,
			false,
		],
	];
	for (const [sentence, steps, hasSeenEnd, isRunning] of rows)
		test(sentence, () => {
			const news = told(steps);
			assert.equal(news.hasSeenEnd('a'), hasSeenEnd);
			for (const otherwise of [true, false])
				assert.equal(news.isRunning('a', otherwise), isRunning === 'unknown' ? otherwise : isRunning);
		});

	test('after a gap none: anything may have started and ended in it', () => {
		const news = told([['die', 1]]);
		news.restart();
		assert.deepEqual([news.hasSeenEnd('a'), news.endedAt('a'), news.isRunning('a', true)], [false, undefined, true]);
		assert.equal(news.pending('a')?.since, 1, 'and what was not dealt with still is to be');
	});
});

suite('what is forgotten', () => {
	const rows: readonly [sentence: string, steps: readonly Step[], isOfInterest: boolean, isKept: boolean][] = [
		['what was dealt with and is of no more interest', [['die', 1], 'settled'], false, false],
		['not what is still of interest', [['die', 1], 'settled'], true, true],
		['not what is still to be dealt with', [['die', 1]], false, true],
	];
	for (const [sentence, steps, isOfInterest, isKept] of rows)
		test(sentence, () => {
			const news = told(steps);
			news.prune(() => isOfInterest);
			assert.equal(news.hasSeenEnd('a'), isKept);
		});
});
