import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { delay, filter } from 'rxjs';
import { container, numbered } from './containers.ts';
import { stillWorld, unreachable, type World, world } from './world.ts';

const web = container({});

suite('who asks for a pass', () => {
	const listsAfter = async (made: World, ms: number, what: () => void): Promise<number> => {
		const before = made.calls.get('list') ?? 0;
		what();
		await made.time.advance(ms);
		return (made.calls.get('list') ?? 0) - before;
	};

	test('the clock, about once per interval', async (t) => {
		const made = await world(t);
		const passes = await listsAfter(made, 300_000, () => {});
		assert.ok(passes >= 9 && passes <= 11, `${passes} passes in ten intervals`);
	});

	test('nobody, with an interval of 0', async (t) => {
		const made = await world(t, { settings: { intervalMs: 0 } });
		assert.equal(await listsAfter(made, 300_000, () => {}), 0);
	});

	test('SIGHUP', async (t) => {
		const made = await world(t, { settings: { intervalMs: 0 } });
		assert.equal(await listsAfter(made, 1_000, () => process.emit('SIGHUP')), 1);
	});

	test('an event stream that is open again', async (t) => {
		const made = await world(t, { settings: { intervalMs: 0 } });
		made.source.disconnect();
		assert.equal(await listsAfter(made, 1_000, () => made.source.connect()), 1);
	});

	test('several at once make at most two', async (t) => {
		const made = await world(t, { settings: { intervalMs: 0 } });
		assert.equal(
			await listsAfter(made, 5_000, () => {
				for (let n = 0; n < 20; n++) process.emit('SIGHUP');
			}),
			2,
		);
	});
});

suite('a pass that is asked for while one runs', () => {
	/** A pass is on its way, and so many more were asked for. */
	const asking = async (t: TestContext, requests: number) => {
		const made = await world(t, { settings: { intervalMs: 0 } });
		const gate = Promise.withResolvers<void>();
		const before = made.calls.get('list') ?? 0;
		made.trouble.listing = gate.promise;
		made.controller.passes.request('tick');
		await made.time.settled();
		for (let n = 0; n < requests; n++) made.controller.passes.request('watch');
		await made.time.settled();
		const lists = (): number => (made.calls.get('list') ?? 0) - before;
		assert.equal(lists(), 1, 'two passes never run at once');
		return { ...made, gate, lists };
	};

	test('follows it, once', async (t) => {
		const { time, gate, lists, controller, log } = await asking(t, 3);
		gate.resolve();
		await time.advance(10_000);
		assert.equal(lists(), 2);
		assert.equal(log.metrics.count('reconsul_resync_total', { trigger: 'watch' }), 1);
		await controller.passes.idle();
	});

	test('does not follow by itself', async (t) => {
		const { time, gate, lists } = await asking(t, 0);
		gate.resolve();
		await time.advance(10_000);
		assert.equal(lists(), 1);
	});

	test('does not follow once the daemon is to stop', async (t) => {
		const { time, gate, lists, controller } = await asking(t, 3);
		const stopping = controller.stop();
		gate.resolve();
		await stopping;
		await time.advance(10_000);
		assert.equal(lists(), 1);
	});
});

suite('when a pass was last tried', () => {
	test('is the start, before the first', async (t) => {
		const { controller, time } = await stillWorld(t);
		assert.deepEqual(
			[controller.passes.attemptedAt, controller.passes.lastAttemptAt, controller.passes.lastSuccessAt],
			[time.clock.now(), 0, 0],
		);
	});

	test('moves on though it fails, unlike when it last went well', async (t) => {
		const { controller, time, trouble } = await world(t);
		const { passes } = controller;
		const wentWellAt = passes.lastSuccessAt;
		assert.ok(wentWellAt > 0);
		assert.equal(passes.error, undefined);
		trouble.all = unreachable;
		await time.advance(120_000);
		assert.ok(time.clock.now() - passes.attemptedAt <= 18_000);
		assert.ok(Date.now() - passes.lastAttemptAt <= 18_000);
		assert.deepEqual([passes.lastSuccessAt, passes.error], [wentWellAt, unreachable]);
		trouble.all = undefined;
		await time.advance(20_000);
		assert.ok(passes.lastSuccessAt > wentWellAt);
		assert.equal(passes.error, undefined);
	});
});

suite('an event stream that is deaf', () => {
	const before = numbered(0);
	const heard = numbered(1);
	for (const [sentence, happen] of [
		['a start', ({ source }: World) => void source.start(web)],
		['an end of a container whose start was heard', ({ source }: World) => source.stop(heard.id)],
		['an end of a container that ran before', ({ source }: World) => source.stop(before.id)],
	] as const)
		test(`is opened again after a pass found what it did not tell: ${sentence}`, async (t) => {
			const made = await stillWorld(t, { containers: [before] });
			const { source, controller, time, log } = made;
			const { changes, reopen } = source;
			let isDeaf = false;
			let reopened = 0;
			source.changes = () => changes().pipe(filter(() => !isDeaf));
			source.reopen = (reason) => {
				isDeaf = false;
				reopened += 1;
				reopen(reason);
			};
			controller.start();
			source.start(heard);
			await time.advance(100_000);
			assert.equal(reopened, 0);
			isDeaf = true;
			happen(made);
			await time.advance(36_000);
			assert.equal(reopened, 1);
			await time.advance(100_000);
			assert.deepEqual([reopened, log.said('warn').filter((line) => line.includes('missed something')).length], [1, 1]);
		});

	test('is not taken for one because an event is late', async (t) => {
		const made = await stillWorld(t);
		const { source, controller, time } = made;
		const { changes } = source;
		let reopened = 0;
		source.changes = () => changes().pipe(delay(1_500));
		source.reopen = () => {
			reopened += 1;
		};
		controller.start();
		for (let n = 0; n < 20; n++) {
			await time.advance(7_300);
			source.start(numbered(n));
		}
		assert.equal(reopened, 0);
	});
});
