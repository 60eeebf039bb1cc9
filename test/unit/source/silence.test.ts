import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { silenceMs, watchSilence } from '../../../src/source/silence.ts';
import { fakeClock } from '../../support/fake-clock.ts';

function watched(probe: (signal: AbortSignal) => Promise<void>) {
	const clock = fakeClock();
	const deaths: unknown[] = [];
	let probes = 0;
	const watch = watchSilence(
		clock,
		(signal) => {
			probes += 1;
			return probe(signal);
		},
		(error) => deaths.push(error),
	);
	return { clock, watch, deaths, probes: () => probes };
}

const alive = async (): Promise<void> => {};
const dead = async (): Promise<void> => {
	throw new Error('dead');
};

describe('a stream that says nothing', () => {
	test('is left alone for five seconds, then its engine is asked', () => {
		const { clock, probes } = watched(alive);
		assert.deepEqual([clock.due(), probes()], [[silenceMs], 0]);
		clock.next();
		assert.equal(probes(), 1);
	});

	test('is asked about once in five seconds while the engine answers', async () => {
		const { clock, deaths, probes } = watched(alive);
		for (let n = 1; n <= 10; n++) {
			clock.next();
			await turn();
			assert.equal(probes(), n);
		}
		assert.deepEqual([clock.now(), deaths], [10 * silenceMs, []]);
	});

	test('and an engine that does not answer is a stream lost, said once', async () => {
		const { clock, deaths, probes } = watched(dead);
		clock.next();
		await turn();
		assert.deepEqual([deaths.length, probes(), clock.due()], [1, 1, []]);
	});

	test('a busy stream never costs a question', () => {
		const { clock, watch, probes } = watched(dead);
		clock.pass(3_000);
		watch.heard();
		clock.next();
		assert.deepEqual([probes(), clock.due()], [0, [3_000]]);
	});

	test('what is heard while the question is open outweighs that nobody answers it', async () => {
		const { promise, reject } = Promise.withResolvers<void>();
		const { clock, watch, deaths } = watched(() => promise);
		clock.next();
		clock.pass(1_000);
		watch.heard();
		reject(new Error('dead'));
		await turn();
		assert.deepEqual([deaths, clock.due()], [[], [silenceMs]]);
	});

	for (const [sentence, outcome] of [
		['fails', dead],
		['succeeds', alive],
	] as const)
		test(`a watch that was stopped says nothing more when its question ${sentence}`, async () => {
			const gate = Promise.withResolvers<void>();
			const { clock, watch, deaths } = watched(() => gate.promise.then(outcome));
			clock.next();
			watch.stop();
			gate.resolve();
			await turn();
			assert.deepEqual([deaths, clock.due()], [[], []]);
		});

	test('stopping a watch takes back its question', () => {
		let asked: AbortSignal | undefined;
		const { clock, watch } = watched(async (signal) => {
			asked = signal;
		});
		clock.next();
		watch.stop();
		assert.equal(asked?.aborted, true);
	});
});
