import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { suite, test } from 'node:test';
import { Lifetimes } from '../../faults/ourselves/lifetimes.ts';

type Told = readonly [action: string, at: number, name: string, id?: string];

/** As an engine tells it. */
async function after(...events: readonly Told[]): Promise<Lifetimes> {
	const lines = events.map(([Action, at, name, ID = 'one']) => {
		const event = { Action, timeNano: at * 1_000_000, Actor: { ID, Attributes: { name } } };
		return `${JSON.stringify(event)}\n`;
	});
	const stream = Readable.from(lines);
	const lifetimes = new Lifetimes(stream);
	await finished(stream);
	return lifetimes;
}

suite('when a container ran, by the engine’s events', () => {
	const forEver = Number.POSITIVE_INFINITY;
	const rows: readonly (readonly [sentence: string, events: readonly Told[], a: readonly object[]])[] = [
		['a name that was never told of', [['start', 1, 'b']], []],
		['one that runs', [['start', 1, 'a']], [{ from: 1, to: forEver }]],
		[
			'one that ended',
			[
				['start', 1, 'a'],
				['die', 2, 'a'],
			],
			[{ from: 1, to: 2 }],
		],
		[
			'one that was started again',
			[
				['start', 1, 'a'],
				['die', 2, 'a'],
				['start', 3, 'a'],
			],
			[
				{ from: 1, to: 2 },
				{ from: 3, to: forEver },
			],
		],
		[
			'one that was renamed away',
			[
				['start', 1, 'a'],
				['rename', 2, 'b'],
			],
			[{ from: 1, to: 2 }],
		],
		[
			'one that was renamed to it',
			[
				['start', 1, 'b'],
				['rename', 2, 'a'],
			],
			[{ from: 2, to: forEver }],
		],
		['one that was renamed while it did not run', [['rename', 2, 'a']], []],
		[
			'one whose name went to another',
			[
				['start', 1, 'a'],
				['die', 2, 'a'],
				['start', 3, 'a', 'two'],
			],
			[
				{ from: 1, to: 2 },
				{ from: 3, to: forEver },
			],
		],
	];
	for (const [sentence, events, lives] of rows)
		test(sentence, async () => {
			assert.deepEqual(await (await after(...events)).of('a'), lives);
		});
});
