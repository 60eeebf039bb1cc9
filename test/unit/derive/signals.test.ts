import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { signalName, signalNumber } from '../../../src/derive/signals.ts';

suite('signals as images, command lines and events write them', () => {
	const rows: readonly (readonly [text: string, number: number | undefined])[] = [
		['15', 15],
		['SIGTERM', 15],
		['term', 15],
		['sigint', 2],
		['QUIT', 3],
		['SIGRTMIN', 34],
		['SIGRTMIN+3', 37],
		['RTMAX-1', 63],
		['RTMAX', 64],
		[' SIGWINCH ', 28],
		['0', undefined],
		['65', undefined],
		['RTMIN+31', undefined],
		['', undefined],
		['SIG', undefined],
		['SIGNOTHING', undefined],
		['constructor', undefined],
	];
	for (const [text, number] of rows)
		test(`'${text}' is ${number ?? 'none'}`, () => assert.equal(signalNumber(text), number));

	test('have names that people know', () => {
		assert.deepEqual([signalName(15), signalName(37)], ['SIGTERM', 'signal 37']);
	});
});
