import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';
import { faultsWhenCalm, quietMs } from './calm.ts';

interface World {
	readonly clock: FakeClock;
	readonly traffic: { lastWriteAt: number; writing: number };
	readonly daemon: { isRunning: boolean };
	faults: readonly string[];
	/** When it was found to be so, and what was wrong. */
	outcome: { readonly at: number; readonly faults: readonly string[] } | undefined;
}

/** Waits in a world in which the script says what happens at which time. */
async function waited(
	script: Readonly<Record<number, (world: World) => void>>,
	patience: { readonly withinMs?: number; readonly notBefore?: number } = {},
): Promise<World['outcome']> {
	const clock = fakeClock();
	const world: World = {
		clock,
		traffic: { lastWriteAt: Number.NEGATIVE_INFINITY, writing: 0 },
		daemon: { isRunning: true },
		faults: ['wrong'],
		outcome: undefined,
	};
	for (const [at, happen] of Object.entries(script)) clock.after(Number(at), () => happen(world));
	void faultsWhenCalm(world, { withinMs: 10_000, ...patience, clock }, async () => world.faults).then((faults) => {
		world.outcome = { at: clock.now(), faults };
	});
	for (let turns = 0; world.outcome === undefined && turns < 2_000; turns += 1) {
		await settled();
		if (world.outcome === undefined) clock.next();
	}
	return world.outcome;
}

const right = (world: World): void => {
	world.faults = [];
};
const write = (world: World): void => {
	world.traffic.lastWriteAt = world.clock.now();
};

suite('waiting for the right state', () => {
	test('what is right from the start passes after the quiet time, not before', async () => {
		assert.deepEqual(await waited({ 0: right }), { at: quietMs, faults: [] });
	});

	test('the quiet time begins anew with each write', async () => {
		const outcome = await waited({ 0: right, 100: write, 300: write });
		assert.deepEqual(outcome, { at: 300 + quietMs, faults: [] });
	});

	test('what is right between two writes does not pass', async () => {
		const wrong = (world: World): void => {
			write(world);
			world.faults = ['one too many'];
		};
		const outcome = await waited({ 0: right, [quietMs - 1]: wrong });
		assert.deepEqual(outcome?.faults, ['one too many']);
	});

	test('a write that is not answered yet is no quiet', async () => {
		const begin = (world: World): void => {
			world.traffic.writing = 1;
		};
		const end = (world: World): void => {
			world.traffic.writing = 0;
			write(world);
		};
		const outcome = await waited({ 0: right, 100: begin, 2000: end });
		assert.ok(outcome !== undefined && outcome.at >= 2_000 + quietMs && outcome.at < 2_100 + quietMs);
	});

	test('what a step is given to settle is waited for', async () => {
		assert.deepEqual(await waited({ 0: right }, { notBefore: 3_000 }), { at: 3_000, faults: [] });
	});

	test('what never comes right fails in the end, with what was wrong last', async () => {
		const outcome = await waited({}, { withinMs: 1_000 });
		assert.deepEqual(outcome?.faults, ['wrong']);
		assert.ok(outcome.at >= 1_000 && outcome.at < 1_100);
	});

	test('the time to come right begins after the time to settle', async () => {
		assert.deepEqual((await waited({ 3500: right }, { withinMs: 1_000, notBefore: 3_000 }))?.faults, []);
	});

	test('a daemon that has ended is not waited for', async () => {
		const die = (world: World): void => {
			world.daemon.isRunning = false;
		};
		const outcome = await waited({ 600: die });
		assert.deepEqual(outcome?.faults, ['the daemon has ended', 'wrong']);
		assert.ok(outcome.at < 700);
	});

	test('a daemon that writes without end fails', async () => {
		const restless = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [index * 100, write]));
		const outcome = await waited({ ...restless, 1: right }, { withinMs: 5_000 });
		assert.deepEqual(outcome?.faults, ['the daemon went on writing']);
	});
});
