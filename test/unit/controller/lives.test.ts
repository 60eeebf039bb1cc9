import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Lives } from '../../../src/controller/lives.ts';

type Event = readonly [action: string, at: number];

/** What the last of the events says of the life that it ends. */
function lived(...events: readonly Event[]): number | undefined {
	const lives = new Lives();
	return events.map(([action, at]) => lives.heard('a', action, at, at)).at(-1);
}

suite('a container has ended by itself', () => {
	const rows: readonly [sentence: string, events: readonly Event[], livedMs: number | undefined][] = [
		[
			'where its process died and nobody had sent it a signal',
			[
				['start', 5],
				['die', 7],
			],
			2,
		],
		[
			'not where somebody had sent it one',
			[
				['start', 5],
				['kill', 6],
				['die', 7],
			],
			undefined,
		],
		[
			'though an earlier process was ended by a signal',
			[
				['start', 1],
				['kill', 2],
				['die', 3],
				['start', 5],
				['die', 7],
			],
			2,
		],
		['not for all we know where nobody saw its start', [['die', 7]], undefined],
		[
			'only once',
			[
				['start', 5],
				['die', 7],
				['die', 7],
			],
			undefined,
		],
		[
			'not by what Docker repeats of an earlier process',
			[
				['start', 5],
				['die', 4],
			],
			undefined,
		],
		[
			'not while it runs',
			[
				['start', 5],
				['rename', 6],
			],
			undefined,
		],
		[
			'not where it is only removed',
			[
				['start', 5],
				['destroy', 6],
			],
			undefined,
		],
	];
	for (const [sentence, events, livedMs] of rows) test(sentence, () => assert.equal(lived(...events), livedMs));

	test('not for all we know after a gap', () => {
		const lives = new Lives();
		lives.heard('a', 'start', 5, 5);
		lives.restart();
		assert.deepEqual([lives.heard('a', 'die', 7, 7), lives.runningSince('a')], [undefined, undefined]);
	});
});

test('a container runs since its start, by our clock, until it ends', () => {
	const lives = new Lives();
	lives.heard('a', 'start', 5_000, 12);
	assert.deepEqual([lives.runningSince('a'), lives.runningSince('b')], [12, undefined]);
	lives.heard('a', 'die', 6_000, 1_012);
	assert.equal(lives.runningSince('a'), undefined);
});
