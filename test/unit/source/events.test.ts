import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { longestLine } from '../../../src/source/event-stream.ts';
import { dockerEvents, reopenDelayMs } from '../../../src/source/events.ts';
import { type SourceChange, SourceError } from '../../../src/source/source.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { eventually } from '../../support/lab.ts';
import { type PlayedEngine, playedEngine } from './played-engine.ts';

const id = 'feed'.padEnd(64, '0');
const line = (nano = '1795537406566878701', action = 'start'): string =>
	`{"Type":"container","Action":"${action}","Actor":{"ID":"${id}"},"timeNano":${nano}}\n`;

function followed(engine: PlayedEngine = playedEngine(), react = (_: SourceChange): void => {}) {
	const clock = fakeClock();
	const seen: SourceChange[] = [];
	const warnings: string[] = [];
	const events = dockerEvents({ engine, clock, random: () => 1, warn: (message) => void warnings.push(message) });
	const ends: unknown[] = [];
	const subscription = events.changes.subscribe({
		next: (change) => {
			seen.push(change);
			react(change);
		},
		error: (error) => ends.push(error),
		complete: () => ends.push('complete'),
	});
	/** Waits until this many changes were seen. */
	const until = (count: number): Promise<unknown> =>
		eventually(`${count} changes`, () => seen.length >= count, { withinMs: 2_000, everyMs: 1 });
	const said = (): readonly string[] =>
		seen.map((change) => {
			if (change.kind === 'disconnected') return `${change.kind} ${change.cause}`;
			return change.kind === 'changed' ? change.action : change.kind;
		});
	return { engine, clock, seen, said, warnings, ends, until, subscription, reopen: events.reopen };
}

type Followed = ReturnType<typeof followed>;

/** Opens attempt number `index` and waits until it was told of. */
async function accepted({ engine, seen, until }: Followed, index = 0) {
	const before = seen.length;
	const stream = (await engine.attempt(index)).accept();
	await until(before + 1);
	return stream;
}

describe("Docker's events", () => {
	test('are connected only when the engine has accepted', async () => {
		const it = followed();
		await it.engine.attempt(0);
		await turn();
		assert.deepEqual(it.said(), []);
		await accepted(it);
		assert.deepEqual(it.said(), ['connected']);
		it.subscription.unsubscribe();
	});

	test('arrive whole, however they were cut, inside a character too', async () => {
		const it = followed();
		const stream = await accepted(it);
		const bytes = Buffer.from(line().replace('"ID"', '"Attributes":{"name":"ü語"},"ID"') + line('1', 'die'));
		for (const byte of bytes) stream.write(Buffer.of(byte));
		await it.until(3);
		assert.deepEqual(it.seen.slice(1), [
			{ kind: 'changed', key: id, action: 'start', at: 1_795_537_406_566.8787 },
			{ kind: 'changed', key: id, action: 'die', at: 0.000_001 },
		]);
		it.subscription.unsubscribe();
	});

	const losses: readonly (readonly [sentence: string, lose: (it: Followed, stream: Stream) => void, said: string])[] = [
		['ends', (_, stream) => stream.end(), 'disconnected end'],
		['breaks', (_, stream) => stream.destroy(new Error('aborted')), 'disconnected error'],
		['closes without a word', (_, stream) => stream.destroy(), 'disconnected end'],
		['is found deaf by a pass', (it) => it.reopen('it was deaf'), 'disconnected error'],
		['belongs to an engine that does not answer', silenced(new SourceError('timeout', 'late')), 'disconnected probe'],
		[
			'has a line of more than a megabyte',
			(_, stream) => stream.write('x'.repeat(longestLine + 1)),
			'disconnected error',
		],
	];
	for (const [sentence, lose, said] of losses)
		test(`a stream that ${sentence} is reported once, closed and opened again`, async () => {
			const it = followed();
			const stream = await accepted(it);
			lose(it, stream);
			await it.until(2);
			assert.deepEqual(it.said(), ['connected', said]);
			assert.equal(stream.destroyed, true);
			assert.deepEqual(it.clock.due(), [200]);
			it.clock.next();
			await accepted(it, 1);
			assert.deepEqual([it.said(), it.ends], [['connected', said, 'connected'], []]);
			it.subscription.unsubscribe();
		});

	test('go on from the last one, which may come once more', async () => {
		const it = followed();
		const stream = await accepted(it);
		stream.write(line('1795537406566878701') + line('1795537405000000000'));
		await it.until(3);
		stream.end();
		await it.until(4);
		it.clock.next();
		const [first, second] = [await it.engine.attempt(0), await it.engine.attempt(1)];
		assert.deepEqual([first.since, second.since], [undefined, 1_795_537_406.566_877]);
		it.subscription.unsubscribe();
	});

	test('do not go on from before a line that was too long: it would come again', async () => {
		const it = followed();
		const stream = await accepted(it);
		stream.write(line());
		await it.until(2);
		stream.write('x'.repeat(longestLine + 1));
		await it.until(3);
		it.clock.next();
		assert.equal((await it.engine.attempt(1)).since, undefined);
		it.subscription.unsubscribe();
	});

	test('that are no events are passed over with one warning, and quoted nowhere', async () => {
		const it = followed();
		const stream = await accepted(it);
		stream.write(`secret\n{"secret":1}\n${line()}secret\n${line('1', 'die')}`);
		await it.until(3);
		assert.deepEqual(it.said(), ['connected', 'start', 'die']);
		assert.equal(it.warnings.length, 1);
		assert.doesNotMatch(it.warnings.join(), /secret/);
		it.subscription.unsubscribe();
	});

	test('of which no stream can be opened are tried for, ever more slowly, and the same reason is given once', async () => {
		const it = followed();
		const waits: number[] = [];
		for (let n = 0; n < 9; n++) {
			(await it.engine.attempt(n)).refuse(new SourceError('unreachable', n < 8 ? 'no socket' : 'another reason'));
			await eventually('it waits', () => it.clock.due().length === 1, { withinMs: 2_000, everyMs: 1 });
			waits.push(it.clock.next());
		}
		assert.deepEqual(waits, [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000]);
		assert.deepEqual(it.said(), ['disconnected error', 'disconnected error']);
		it.subscription.unsubscribe();
	});

	for (const [sentence, heldMs, wait] of [
		['two minutes', 120_000, 200],
		['less', 119_999, 400],
	] as const)
		test(`after a stream that held for ${sentence} the next wait is ${wait} ms`, async () => {
			const it = followed();
			(await it.engine.attempt(0)).refuse(new SourceError('unreachable', 'no socket'));
			await it.until(1);
			it.clock.next();
			const stream = await accepted(it, 1);
			it.clock.pass(heldMs);
			stream.end();
			await it.until(3);
			assert.deepEqual(it.clock.due(), [wait]);
			it.subscription.unsubscribe();
		});

	for (const errorClass of ['refused', 'invalid'] as const)
		test(`a proxy that finds the probe ${errorClass} is there`, async () => {
			const it = followed();
			const stream = await accepted(it);
			silenced(new SourceError(errorClass, 'no'))(it, stream);
			await eventually('the next probe is due', () => it.clock.due().length === 1, { withinMs: 2_000, everyMs: 1 });
			assert.deepEqual([it.said(), it.engine.probes()], [['connected'], 1]);
			it.subscription.unsubscribe();
		});

	test('leave nothing behind when nobody listens any more', async () => {
		const it = followed();
		const stream = await accepted(it);
		it.subscription.unsubscribe();
		assert.deepEqual([stream.destroyed, it.clock.due()], [true, []]);
		it.reopen('nobody is there');
		await turn();
		assert.deepEqual([it.engine.attempts(), it.said()], [1, ['connected']]);
	});

	test('leave nothing behind when nobody waits for them to be accepted', async () => {
		const it = followed();
		const attempt = await it.engine.attempt(0);
		it.subscription.unsubscribe();
		const stream = attempt.accept();
		await turn();
		assert.deepEqual([stream.destroyed, it.clock.due(), it.said()], [true, [], []]);
	});

	test('leave nothing behind when nobody waits for the next attempt', async () => {
		const it = followed();
		(await accepted(it)).end();
		await it.until(2);
		it.subscription.unsubscribe();
		assert.deepEqual(it.clock.due(), []);
	});

	test('of a stream that is given up are not told, even if they came with the one before', async () => {
		const it: Followed = followed(playedEngine(), (change) => {
			if (change.kind === 'changed') it.reopen('it was deaf');
		});
		const stream = await accepted(it);
		stream.write(line() + line('1', 'die'));
		await it.until(3);
		assert.deepEqual(it.said(), ['connected', 'start', 'disconnected error']);
		it.subscription.unsubscribe();
	});

	test('keep the engine from being asked whether it is there', async () => {
		const it = followed();
		const stream = await accepted(it);
		it.clock.pass(3_000);
		stream.write(line());
		await it.until(2);
		it.clock.next();
		assert.deepEqual([it.engine.probes(), it.clock.due()], [0, [3_000]]);
		it.subscription.unsubscribe();
	});

	test('are lost each time they are lost, also for the same reason', async () => {
		const it = followed();
		(await accepted(it)).end();
		await it.until(2);
		it.clock.next();
		(await accepted(it, 1)).end();
		await it.until(4);
		assert.deepEqual(it.said(), ['connected', 'disconnected end', 'connected', 'disconnected end']);
		it.subscription.unsubscribe();
	});

	test('are opened again once, however many ask for it', async () => {
		const it = followed();
		await accepted(it);
		it.reopen('one');
		it.reopen('two');
		assert.deepEqual([it.said(), it.clock.due()], [['connected', 'disconnected error'], [200]]);
		it.subscription.unsubscribe();
	});
});

type Stream = Awaited<ReturnType<typeof accepted>>;

function silenced(error: SourceError): (it: Followed, stream: Stream) => void {
	return ({ engine, clock }) => {
		engine.answerProbes(() => Promise.reject(error));
		clock.next();
	};
}

test('the wait before the stream is opened again is never above its bound, and may be nothing', () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
			const ms = reopenDelayMs(failures, () => random);
			assert.ok(ms >= 0 && ms <= Math.min(15_000, 200 * 2 ** (failures - 1)));
		}),
	);
});
