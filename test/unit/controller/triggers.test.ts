import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { NEVER, Subject } from 'rxjs';
import { type ResyncTrigger, resyncRequests, type Trigger, triggers } from '../../../src/controller/triggers.ts';
import type { RegistryChange } from '../../../src/registry/registry.ts';
import type { SourceChange } from '../../../src/source/source.ts';
import { containerId } from '../plan/samples.ts';
import { fakeTime } from './fake-time.ts';

function requesting(t: TestContext) {
	const time = fakeTime(t);
	const { request, due } = resyncRequests();
	const passes: [ms: number, trigger: ResyncTrigger][] = [];
	const start = time.clock.now();
	const subscription = due.subscribe((trigger) => passes.push([time.clock.now() - start, trigger]));
	t.after(() => subscription.unsubscribe());
	return { time, request, passes };
}

suite('requests for a full pass', () => {
	test('the first acts at once', (t) => {
		const { request, passes } = requesting(t);
		request('start');
		assert.deepEqual(passes, [[0, 'start']]);
	});

	test('those that follow within half a second become one, for the last reason', async (t) => {
		const { time, request, passes } = requesting(t);
		request('start');
		for (const trigger of ['connected', 'watch', 'connected'] as const) {
			request(trigger);
			await time.advance(100);
		}
		assert.deepEqual(passes, [[0, 'start']]);
		await time.advance(5_000);
		assert.deepEqual(passes, [
			[0, 'start'],
			[500, 'connected'],
		]);
	});

	test('one that says that something is back is not lost among others', async (t) => {
		const { time, request, passes } = requesting(t);
		request('start');
		for (const trigger of ['connected', 'watch', 'tick'] as const) request(trigger);
		await time.advance(5_000);
		assert.deepEqual(passes.at(-1), [500, 'connected']);
	});

	test('one alone is not repeated', async (t) => {
		const { time, request, passes } = requesting(t);
		request('tick');
		await time.advance(5_000);
		assert.equal(passes.length, 1);
	});

	test('one after a quiet time acts at once again', async (t) => {
		const { time, request, passes } = requesting(t);
		request('start');
		await time.advance(1_000);
		request('tick');
		assert.deepEqual(passes.at(-1), [1_000, 'tick']);
	});

	test('that never cease still cause two passes a second, no more and no fewer', async (t) => {
		const { time, request, passes } = requesting(t);
		for (let ms = 0; ms < 10_000; ms += 50) {
			request('watch');
			await time.advance(50);
		}
		assert.ok(passes.length >= 19 && passes.length <= 21, `${passes.length} passes`);
		for (const [index, [at]] of passes.entries()) assert.ok(at - (passes[index - 1]?.[0] ?? -500) >= 500);
	});
});

function triggering(t: TestContext, intervalMs: number, random = () => 0.5) {
	const time = fakeTime(t);
	const source = new Subject<SourceChange>();
	const registry = new Subject<RegistryChange>();
	const told: Trigger[] = [];
	const subscription = triggers({ source, registry, intervalMs, random }).subscribe((trigger) => told.push(trigger));
	t.after(() => subscription.unsubscribe());
	return { time, source, registry, told, subscription };
}

suite('what sets the controller in motion', () => {
	const tick: Trigger = { from: 'resync', trigger: 'tick' };

	test('a tick per interval, the first one interval after the start', async (t) => {
		const { time, told } = triggering(t, 30_000);
		await time.advance(29_950);
		assert.deepEqual(told, []);
		await time.advance(50);
		assert.deepEqual(told, [tick]);
		await time.advance(60_000);
		assert.deepEqual(told, [tick, tick, tick]);
	});

	for (const [random, ms] of [
		[0, 27_000],
		[1, 33_000],
	] as const)
		test(`ticks are spread: chance ${random} makes 30 s ${ms / 1_000} s`, async (t) => {
			const { time, told } = triggering(t, 30_000, () => random);
			await time.advance(ms - 50);
			assert.deepEqual(told, []);
			await time.advance(50);
			assert.deepEqual(told, [tick]);
		});

	test('no tick where the interval is 0', async (t) => {
		const { time, told } = triggering(t, 0);
		await time.advance(600_000, 10_000);
		assert.deepEqual(told, []);
	});

	test('what both sides tell', (t) => {
		const { source, registry, told } = triggering(t, 0);
		const change = { kind: 'changed', key: containerId('a'), action: 'die', at: 1 } as const;
		source.next(change);
		registry.next({ kind: 'connected' });
		assert.deepEqual(told, [
			{ from: 'source', change },
			{ from: 'registry', change: { kind: 'connected' } },
		]);
	});

	test('SIGHUP, until nobody listens any more', (t) => {
		const before = process.listenerCount('SIGHUP');
		const { told, subscription } = triggering(t, 0);
		process.emit('SIGHUP');
		assert.deepEqual(told, [{ from: 'resync', trigger: 'signal' }]);
		subscription.unsubscribe();
		assert.equal(process.listenerCount('SIGHUP'), before);
	});

	test('a tick within a tenth of its interval by real chance, and nothing once nobody listens any more', async (t) => {
		const time = fakeTime(t);
		const told: Trigger[] = [];
		const subscription = triggers({ source: NEVER, registry: NEVER, intervalMs: 1_000 }).subscribe((it) =>
			told.push(it),
		);
		await time.advance(880);
		assert.deepEqual(told, []);
		await time.advance(240);
		assert.deepEqual(told, [tick]);
		subscription.unsubscribe();
		await time.advance(10_000);
		assert.deepEqual(told, [tick]);
	});
});
