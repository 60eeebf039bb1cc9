import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { Controller } from '../../../src/controller/controller.ts';
import type { Container } from '../../../src/model.ts';
import { memorySource } from '../../../src/source/memory.ts';
import type { Reading, Source } from '../../../src/source/source.ts';
import { contextOf, plainHost, plainSettings } from './contexts.ts';
import { fakeTime } from './fake-time.ts';

/** A daemon whose engine is slow with the containers, and says how far it is when the test says so. */
async function slowWorld(t: TestContext) {
	const time = fakeTime(t);
	const lists: { readonly reading: Reading | undefined; readonly end: (all: readonly Container[]) => void }[] = [];
	const source: Source = {
		...memorySource(),
		list: (_signal, _passOver, reading) => {
			const { promise, resolve } = Promise.withResolvers<readonly Container[]>();
			lists.push({ reading, end: resolve });
			return promise;
		},
	};
	const { context, lines } = contextOf({
		source,
		clock: time.clock,
		settings: { ...plainSettings, intervalMs: 60_000 },
	});
	const controller = new Controller(context, plainHost);
	t.after(() => {
		for (const { end } of lists) end([]);
		void controller.stop();
	});
	controller.start();
	for (let turns = 0; lists.length === 0; turns++) {
		assert.ok(turns < 100, 'no pass begins');
		await time.settled();
	}
	const told = (): readonly string[] =>
		lines.flatMap(({ message }) => (message.startsWith('reading') ? [message] : []));
	return { time, lists, told };
}

suite('reading many containers', () => {
	test('is told of after two seconds, and every ten from then on, until it is done', async (t) => {
		const { time, lists, told } = await slowWorld(t);
		lists[0]?.reading?.(120, 300);
		await time.advance(1_999);
		assert.deepEqual(told(), []);
		await time.advance(1);
		assert.deepEqual(told(), ['reading 300 containers: 120 done']);
		lists[0]?.reading?.(280, 300);
		await time.advance(9_999);
		assert.equal(told().length, 1);
		await time.advance(1);
		assert.deepEqual(told().slice(1), ['reading 300 containers: 280 done']);
		lists[0]?.end([]);
		await time.advance(30_000);
		assert.equal(told().length, 2);
	});

	test('is not told of where it has not begun, or has ended', async (t) => {
		const { time, lists, told } = await slowWorld(t);
		await time.advance(30_000);
		lists[0]?.reading?.(300, 300);
		await time.advance(30_000);
		assert.deepEqual(told(), []);
	});

	test('is told of in the first pass only', async (t) => {
		const { time, lists, told } = await slowWorld(t);
		lists[0]?.end([]);
		await time.advance(70_000);
		assert.equal(lists.length, 2);
		lists[1]?.reading?.(1, 300);
		await time.advance(5_000);
		assert.deepEqual(told(), []);
	});
});
