import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { priorities } from '../../../src/controller/workqueue.ts';
import { done, failed, type QueueBench, queueBench, settled, testDelayMs } from './queue-bench.ts';

type Step =
	| { readonly do: 'add'; readonly key: string; readonly priority: number }
	| { readonly do: 'addUnlessBackingOff'; readonly key: string; readonly priority: number }
	| { readonly do: 'addAfter'; readonly key: string; readonly ms: number }
	| { readonly do: 'finish'; readonly nth: number; readonly ends: 'well' | 'badly' | 'for good' | 'to be continued' }
	| { readonly do: 'advance'; readonly ms: number };

const anyKey = fc.constantFrom('a', 'b', 'c', 'd');
const anyStep: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 5,
		arbitrary: fc.record({
			do: fc.constant('add'),
			key: anyKey,
			priority: fc.constantFrom(...Object.values(priorities)),
		}),
	},
	fc.record({ do: fc.constant('addUnlessBackingOff'), key: anyKey, priority: fc.constant(priorities.resync) }),
	fc.record({ do: fc.constant('addAfter'), key: anyKey, ms: fc.constantFrom(0, 500, 1_000, 3_000) }),
	{
		weight: 4,
		arbitrary: fc.record({
			do: fc.constant('finish'),
			nth: fc.nat(3),
			ends: fc.constantFrom('well', 'well', 'badly', 'for good', 'to be continued'),
		}),
	},
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('advance'), ms: fc.constantFrom(1, 500, 1_000, 10_000) }) },
);

const againAfterMs = 750;
const outcomes = {
	well: done,
	badly: failed,
	'for good': { kind: 'failed', permanent: true },
	'to be continued': { kind: 'done', againAfterMs },
} as const;

/** client-go's queue as its documentation tells it, without promises. */
class Model {
	now = 0;
	waiting: { key: string; priority: number }[] = [];
	readonly processing: string[] = [];
	readonly again = new Map<string, { readonly priority: number; readonly isPatient: boolean }>();
	readonly delayed = new Map<string, number>();
	readonly failures = new Map<string, number>();
	readonly started: string[] = [];
	readonly #concurrency: number;

	constructor(concurrency: number) {
		this.#concurrency = concurrency;
	}

	add(key: string, priority: number, isPatient = false): void {
		if (isPatient && this.failures.has(key) && this.delayed.has(key)) return;
		this.delayed.delete(key);
		if (this.processing.includes(key)) {
			const before = this.again.get(key);
			this.again.set(key, {
				priority: Math.max(priority, before?.priority ?? priority),
				isPatient: isPatient && before?.isPatient !== false,
			});
			return;
		}
		const before = this.waiting.find((it) => it.key === key);
		if (before !== undefined && before.priority >= priority) return;
		this.waiting = [...this.waiting.filter((it) => it.key !== key), { key, priority }];
		this.#start();
	}

	addAfter(key: string, ms: number): void {
		if (this.waiting.some((it) => it.key === key)) return;
		if ((this.delayed.get(key) ?? Number.POSITIVE_INFINITY) <= this.now + ms) return;
		this.delayed.delete(key);
		this.delayed.set(key, this.now + ms);
	}

	finish(key: string, ends: keyof typeof outcomes): void {
		this.processing.splice(this.processing.indexOf(key), 1);
		const again = this.again.get(key);
		this.again.delete(key);
		const hasFailed = ends === 'badly' || ends === 'for good';
		const failures = (this.failures.get(key) ?? 0) + 1;
		if (hasFailed) this.failures.set(key, failures);
		else this.failures.delete(key);
		if (again !== undefined && !(hasFailed && again.isPatient)) {
			this.delayed.delete(key);
			this.waiting.push({ key, priority: again.priority });
		} else if (hasFailed) this.addAfter(key, testDelayMs(failures, ends === 'for good'));
		else if (ends === 'to be continued') this.addAfter(key, againAfterMs);
		this.#start();
	}

	advance(ms: number): void {
		const end = this.now + ms;
		for (;;) {
			const [first] = [...this.delayed].sort(([, a], [, b]) => a - b);
			if (first === undefined || first[1] > end) break;
			this.now = Math.max(this.now, first[1]);
			this.add(first[0], priorities.event);
		}
		this.now = end;
	}

	#start(): void {
		while (this.processing.length < this.#concurrency) {
			const [first] = this.waiting.toSorted((a, b) => b.priority - a.priority);
			if (first === undefined) return;
			this.waiting.splice(this.waiting.indexOf(first), 1);
			this.processing.push(first.key);
			this.started.push(first.key);
		}
	}
}

function carryOut(step: Step, { queue, clock, running, finish }: QueueBench, model?: Model): void {
	if (step.do === 'add') {
		queue.add(step.key, step.priority);
		model?.add(step.key, step.priority);
	} else if (step.do === 'addUnlessBackingOff') {
		queue.addUnlessBackingOff(step.key, step.priority);
		model?.add(step.key, step.priority, true);
	} else if (step.do === 'addAfter') {
		queue.addAfter(step.key, step.ms);
		model?.addAfter(step.key, step.ms);
	} else if (step.do === 'advance') {
		clock.advance(step.ms);
		model?.advance(step.ms);
	} else {
		const key = [...running.keys()].sort()[step.nth];
		if (key === undefined) return;
		finish(key, outcomes[step.ends]);
		model?.finish(key, step.ends);
	}
}

test('the queue does what client-go’s does, step by step', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 3 }),
			fc.array(anyStep, { maxLength: 40 }),
			async (concurrency, steps) => {
				const bench = queueBench({ concurrency });
				const model = new Model(concurrency);
				for (const step of steps) {
					carryOut(step, bench, model);
					await settled();
					const { queue, clock, started, running } = bench;
					assert.deepEqual(started, model.started);
					assert.deepEqual([...running.keys()].sort(), model.processing.toSorted());
					assert.deepEqual(
						[queue.depth, queue.active, queue.failing],
						[model.waiting.length + model.again.size, model.processing.length, model.failures.size],
					);
					assert.deepEqual(clock.due().toSorted(), [...model.delayed.values()].map((at) => at - model.now).toSorted());
				}
			},
		),
	);
});

test('in any interleaving no key overlaps, none too many run, and each add is followed by a run', async () => {
	const anyPace = fc.integer({ min: 0, max: 8 });
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 3 }),
			fc.array(fc.tuple(anyStep, anyPace), { maxLength: 30 }),
			async (concurrency, steps) => {
				const bench = queueBench({ concurrency });
				const { queue, clock, started, running, overlaps, finish } = bench;
				const runsAtAdd = new Map<string, number>();
				for (const [step, microtasks] of steps) {
					if (step.do === 'add') runsAtAdd.set(step.key, started.filter((key) => key === step.key).length);
					carryOut(step, bench);
					for (let n = 0; n < microtasks; n++) await Promise.resolve();
					assert.ok(running.size <= concurrency);
				}
				while (queue.depth > 0 || running.size > 0) {
					await settled();
					for (const key of [...running.keys()]) finish(key);
					await settled();
				}
				assert.deepEqual(overlaps, []);
				for (const [key, runs] of runsAtAdd) assert.ok(started.filter((it) => it === key).length > runs, key);
				const isDue = clock.due().length;
				await queue.drain();
				assert.ok(clock.due().length <= isDue);
			},
		),
	);
});
