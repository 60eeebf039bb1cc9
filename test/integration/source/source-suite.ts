import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Source } from '../../../src/source/source.ts';
import { listenTo, newName, type SourceBench, soon } from './source-bench.ts';

/** What every source promises; run on the one in memory and on a real engine, so that the first is worth its trust. */
export function sourceSuite(name: string, make: () => Promise<SourceBench>): void {
	describe(`${name} as a source`, () => {
		let bench: SourceBench;
		before(async () => {
			bench = await make();
		});
		after(() => bench[Symbol.asyncDispose]());
		afterEach(() => bench.clear());
		showing(() => bench);
		announcing(() => bench);
		refusing(() => bench);
	});
}

const isListed = async ({ source }: SourceBench, id: string): Promise<boolean> =>
	(await source.list(soon())).some((container) => container.id === id);

function showing(bench: () => SourceBench): void {
	test('a container that runs is listed in full, as it is when asked for by id or by name', async () => {
		const [name, labels] = [newName(), { SERVICE_NAME: 'web', big: 'x'.repeat(65_536), ünï: '語' }];
		const id = await bench().start(name, labels);
		const listed = (await bench().source.list(soon())).find((container) => container.id === id);
		assert.deepEqual([listed?.name, listed?.running], [name, true]);
		for (const [label, value] of Object.entries(labels)) assert.equal(listed?.labels[label], value);
		assert.deepEqual(await bench().source.get(id, soon()), listed);
		assert.deepEqual(await bench().source.get(name, soon()), listed);
	});

	test('who asks for the list is told how far it is, until all are read', async () => {
		await bench().start(newName());
		const told: (readonly [done: number, all: number])[] = [];
		await bench().source.list(soon(), undefined, (done, all) => void told.push([done, all]));
		const all = told.length;
		assert.ok(all > 0);
		assert.deepEqual(
			told,
			Array.from({ length: all }, (_, at) => [at + 1, all]),
		);
	});

	test('a container that stopped is not listed, and can be asked for', async () => {
		const id = await bench().start(newName());
		await bench().stop(id);
		assert.equal(await isListed(bench(), id), false);
		assert.equal((await bench().source.get(id, soon()))?.running, false);
	});

	test('a container that is paused is listed as one that runs and is paused, until it goes on', async () => {
		const id = await bench().start(newName());
		const state = async (): Promise<readonly unknown[]> => {
			const found = (await bench().source.list(soon())).find((container) => container.id === id);
			return [found?.running, found?.isPaused ?? false];
		};
		await bench().pause(id);
		assert.deepEqual(await state(), [true, true]);
		await bench().unpause(id);
		assert.deepEqual(await state(), [true, false]);
	});

	test('a container that was removed is neither listed nor found', async () => {
		const name = newName();
		const id = await bench().start(name);
		await bench().remove(id);
		assert.equal(await isListed(bench(), id), false);
		assert.equal(await bench().source.get(id, soon()), undefined);
		assert.equal(await bench().source.get(name, soon()), undefined);
	});

	test('the beginning of an id is nobody', async () => {
		const id = await bench().start(newName());
		assert.equal(await bench().source.get(id.slice(0, 12), soon()), undefined);
	});

	test('a new name is found, the old one is not', async () => {
		const [before, later] = [newName(), newName()];
		const id = await bench().start(before);
		await bench().rename(id, later);
		assert.equal(await bench().source.get(before, soon()), undefined);
		assert.equal((await bench().source.get(later, soon()))?.id, id);
	});

	test('an engine has the same id whenever it is asked', async () => {
		const first = await bench().source.info(soon());
		assert.deepEqual(await bench().source.info(soon()), first);
		assert.match(first.id, /:/);
	});

	test('a list during churn holds who ran all the while, and nobody who never did', async () => {
		using _ = await listenTo(bench().source);
		const steady = await Promise.all([bench().start(newName()), bench().start(newName())]);
		const gone = await bench().start(newName());
		await bench().remove(gone);
		let isChurning = true;
		const churn = (async () => {
			for (let n = 0; n < 5; n++) await bench().remove(await bench().start(newName()));
			isChurning = false;
		})();
		do {
			const ids = (await bench().source.list(soon())).map(({ id }) => id);
			assert.deepEqual(
				[...steady, gone].map((id) => ids.includes(id)),
				[true, true, false],
			);
			await new Promise(setImmediate);
		} while (isChurning);
		await churn;
	});
}

function announcing(bench: () => SourceBench): void {
	test('start, end, second start and removal are announced, in that order and under its id', async () => {
		using heard = await listenTo(bench().source);
		const id = await bench().start(newName());
		await heard.of(id, 'start');
		await bench().stop(id);
		await heard.of(id, 'die');
		await bench().startAgain(id);
		await heard.of(id, 'start');
		await bench().remove(id);
		await heard.of(id, 'die');
		await heard.of(id, 'destroy');
	});

	test('a rename, a pause and its end, a network that is joined and left are announced, and seen', async () => {
		const network = await bench().network();
		const id = await bench().start(newName());
		using heard = await listenTo(bench().source);
		const networks = async (): Promise<readonly string[]> => {
			const found = (await bench().source.list(soon())).find((container) => container.id === id);
			return Object.keys(found?.networks ?? {}).sort();
		};
		assert.deepEqual(await networks(), ['bridge']);
		await bench().join(id, network);
		await heard.of(id, 'connect');
		assert.deepEqual(await networks(), ['bridge', network].sort());
		await bench().leave(id, network);
		await heard.of(id, 'disconnect');
		assert.deepEqual(await networks(), ['bridge']);
		await bench().rename(id, newName());
		await heard.of(id, 'rename');
		await bench().pause(id);
		await heard.of(id, 'pause');
		await bench().unpause(id);
		await heard.of(id, 'unpause');
	});

	test('a signal is announced, and which it was by its number', async () => {
		const id = await bench().start(newName());
		using heard = await listenTo(bench().source);
		for (const [name, number] of [
			['HUP', '1'],
			['RTMIN+3', '37'],
		] as const) {
			await bench().signal(id, name);
			assert.equal((await heard.of(id, 'kill')).signal, number);
		}
		assert.equal((await bench().source.get(id, soon()))?.running, true);
	});

	test('an event carries the time it happened', async () => {
		using heard = await listenTo(bench().source);
		const before = Date.now();
		const id = await bench().start(newName());
		await heard.of(id, 'start');
		const event = heard.changes.find((change) => change.kind === 'changed' && change.key === id);
		assert.ok(event?.kind === 'changed' && event.at >= before && event.at <= Date.now() + 100);
	});

	test('a restart that nobody announced is seen after the stream is open again', async () => {
		const id = await bench().start(newName());
		using heard = await listenTo(bench().source);
		const since = async (): Promise<string | undefined> =>
			(await bench().source.list(soon())).find((container) => container.id === id)?.startedAt;
		const first = await since();
		bench().source.reopen('this test says so');
		await bench().stop(id);
		await bench().startAgain(id);
		await heard.connected(2);
		const second = await since();
		assert.notEqual(second, first);
		assert.equal((await bench().source.get(id, soon()))?.startedAt, second);
	});

	test('whoever leaves hears nothing more', async () => {
		const heard = await listenTo(bench().source);
		heard[Symbol.dispose]();
		using other = await listenTo(bench().source);
		const id = await bench().start(newName());
		await other.of(id, 'start');
		assert.deepEqual(
			heard.changes.map(({ kind }) => kind),
			['connected'],
		);
	});
}

function refusing(bench: () => SourceBench): void {
	const calls: readonly (readonly [name: string, call: (source: Source, signal: AbortSignal) => Promise<unknown>])[] = [
		['list', (source, signal) => source.list(signal)],
		['get', (source, signal) => source.get('f'.repeat(64), signal)],
		['info', (source, signal) => source.info(signal)],
	];
	for (const [name, call] of calls)
		test(`${name}: what was given up before is not begun, and says why`, async () => {
			await assert.rejects(call(bench().source, AbortSignal.abort(new Error('we are leaving'))), {
				message: 'we are leaving',
			});
		});
}
