import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { SourceChange } from '../../../src/source/source.ts';
import { eventually } from '../../support/lab.ts';
import { type DockerBench, dockerBench, idOf, inspect, row, soon } from './docker-bench.ts';
import { json, text } from './http-engine.ts';

let bench: DockerBench;
beforeEach(async () => {
	bench = await dockerBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('a list of containers', () => {
	test('has each in full', async () => {
		bench.holds(1, 2);
		const containers = await bench.source.list(soon());
		assert.deepEqual(containers.map(({ name }) => name).sort(), ['c1', 'c2']);
	});

	test('leaves out one that is gone before it is inspected', async () => {
		bench.holds(1, 2);
		bench.http.on(`/containers/${idOf(1)}/json`, json({ message: `No such container: ${idOf(1)}` }, 404));
		assert.deepEqual(
			(await bench.source.list(soon())).map(({ name }) => name),
			['c2'],
		);
	});

	test('leaves out one that waits to be restarted', async () => {
		bench.holds(1);
		bench.http.on(`/containers/${idOf(1)}/json`, json(inspect(1, { State: { Running: true, Restarting: true } })));
		assert.deepEqual(await bench.source.list(soon()), []);
	});

	const failures: readonly (readonly [
		sentence: string,
		path: string,
		answer: ReturnType<typeof json>,
		message: RegExp,
	])[] = [
		['an inspect fails', idOf(7), json({ message: 'broken' }, 500), /answers inspect with 500: broken/],
		['an inspect makes no sense', idOf(7), json(inspect(7, { State: {} })), /State\.Running/],
		['an inspect is of another container', idOf(7), json(inspect(8)), /answers for container .*7 with .*8/],
		["a proxy's 404 stands for an inspect", idOf(7), text('404 page not found', 404), /with 404/],
		['the list fails', '', json({ message: 'broken' }, 500), /answers list with 500: broken/],
		['the list is none', '', json({ message: 'hello' }), /answers list with no list/],
		['the list is a page', '', text('<html>'), /answers list with no list/],
		['the list has a row without an id', '', json([{ Names: ['/x'] }]), /without a proper id/],
		['the list has a row that is null', '', json([null]), /without a proper id/],
	];
	for (const [sentence, id, answer, message] of failures)
		test(`is refused when ${sentence}`, async () => {
			bench.holds(7);
			bench.http.on(id === '' ? '/containers/json' : `/containers/${id}/json`, answer);
			await assert.rejects(bench.source.list(soon()), { name: 'SourceError', message });
		});

	test('passes over one that alone cannot be read, where somebody wants to hear of it', async () => {
		bench.holds(1, 2, 3);
		bench.http.on(`/containers/${idOf(2)}/json`, json({ message: 'stuck' }, 500));
		const unread: string[] = [];
		const containers = await bench.source.list(soon(), (id, error) => unread.push(`${id} ${error.message}`));
		assert.deepEqual(containers.map(({ name }) => name).sort(), ['c1', 'c3']);
		assert.equal(unread.length, 1);
		assert.match(unread[0] ?? '', new RegExp(`^${idOf(2)} .*500: stuck`));
	});

	test('passes over one whose inspect is cut', async () => {
		bench.holds(1, 2);
		bench.http.on(`/containers/${idOf(2)}/json`, (response) => {
			response.writeHead(200, { 'content-length': '1000' }).write('{"Id":', () => response.destroy());
		});
		const unread: string[] = [];
		const containers = await bench.source.list(soon(), (id, error) => unread.push(`${id} ${error.message}`));
		assert.deepEqual([containers.length, unread.length], [1, 1]);
		assert.match(unread[0] ?? '', new RegExp(`^${idOf(2)} .*cut in the middle`));
	});

	test('waits two seconds for one that hangs, where somebody wants to hear of it, and not ten', async () => {
		bench.holds(1, 2);
		bench.http.on(`/containers/${idOf(2)}/json`, () => {});
		const unread: string[] = [];
		const containers = await bench.source.list(soon(), (_, { message }) => unread.push(message));
		assert.deepEqual([containers.length, unread.length], [1, 1]);
		assert.match(unread[0] ?? '', /inspect: no answer within 2000 ms/);
	});

	test('waits longer where the engine is slow in everything', async () => {
		bench.holds(1, 2);
		bench.http.on('/containers/json', async (response, request) => {
			await delay(400);
			return json([row(1), row(2)])(response, request);
		});
		for (const n of [1, 2])
			bench.http.on(`/containers/${idOf(n)}/json`, async (response, request) => {
				await delay(2_100);
				return json(inspect(n))(response, request);
			});
		const containers = await bench.source.list(soon(), (_, { message }) => assert.fail(message));
		assert.equal(containers.length, 2);
	});

	test('is refused all the same when more than a few cannot be read', async () => {
		const numbers = [1, 2, 3, 4, 5, 6];
		bench.holds(...numbers);
		for (const n of numbers) bench.http.on(`/containers/${idOf(n)}/json`, json({ message: 'stuck' }, 500));
		let told = 0;
		const passOver = (): void => {
			told += 1;
		};
		await assert.rejects(bench.source.list(soon(), passOver), /500: stuck/);
		assert.equal(told, 0);
	});

	test('asks for so many at a time, and no more once one has failed', async () => {
		await using narrow = await dockerBench(4);
		const numbers = Array.from({ length: 100 }, (_, n) => n + 1);
		narrow.http.on('/containers/json', json(numbers.map((n) => row(n))));
		narrow.http.on('*', async (response, request) => {
			await eventually('four are open', () => narrow.http.mostInspects() >= 4, { everyMs: 1 });
			json(inspect(Number.parseInt(request.url?.split('/')[2] ?? '', 16)))(response, request);
		});
		assert.equal((await narrow.source.list(soon())).length, 100);
		assert.equal(narrow.http.mostInspects(), 4);
		narrow.http.on('*', () => {});
		narrow.http.on(`/containers/${idOf(1)}/json`, json({ message: 'broken' }, 500));
		const asked = await narrow.asking(() => assert.rejects(narrow.source.list(soon()), /broken/));
		assert.ok(asked.length <= 5, `${asked.length} calls`);
		await eventually('the other calls are given up', () => narrow.http.openInspects() === 0);
	});

	test('of 200 warns of nothing', async () => {
		const warnings: Error[] = [];
		const note = (warning: Error): void => void warnings.push(warning);
		process.on('warning', note);
		bench.holds(...Array.from({ length: 200 }, (_, n) => n + 1));
		assert.equal((await bench.source.list(soon())).length, 200);
		process.off('warning', note);
		assert.deepEqual(warnings, []);
	});
});

describe('one container', () => {
	const rows: readonly (readonly [sentence: string, idOrName: string, name: string | undefined])[] = [
		['is found by its id', idOf(1), 'c1'],
		['is found by its name', 'c1', 'c1'],
		['is not found by the beginning of its id', '00', undefined],
	];
	for (const [sentence, idOrName, name] of rows)
		test(sentence, async () => {
			bench.http.on('*', json(inspect(1)));
			assert.equal((await bench.source.get(idOrName, soon()))?.name, name);
		});

	test('whose id was answered with another is in doubt, not absent', async () => {
		bench.http.on('*', json(inspect(2)));
		await assert.rejects(bench.source.get(idOf(1), soon()), { class: 'invalid' });
	});
});

describe('what an engine says of itself', () => {
	const rows: readonly (readonly [sentence: string, answers: readonly object[], id: string])[] = [
		['its id', [{ ID: 'A:B' }, { ID: 'A:B' }], 'A:B'],
		['an id that is another each time is none', [{ ID: 'A' }, { ID: 'B' }], 'none'],
		['no id is none', [{}, {}], 'none'],
		['an empty id is none', [{ ID: '' }, { ID: '' }], 'none'],
	];
	for (const [sentence, answers, id] of rows)
		test(sentence, async () => {
			const said = answers.values();
			bench.http.on('/info', (response, request) =>
				json({ Name: 'u1', ServerVersion: '29.0', ...said.next().value })(response, request),
			);
			assert.deepEqual(await bench.source.info(soon()), { id, name: 'u1', version: '29.0' });
		});

	test('an engine that gave its id twice is asked once from then on, until it gives another', async () => {
		const answers = ['A', 'A', 'A', 'B', 'B', 'B', 'C', 'D'].values();
		bench.http.on('/info', (response, request) => json({ ID: answers.next().value })(response, request));
		const ids: string[] = [];
		const counts: number[] = [];
		for (let i = 0; i < 5; i += 1)
			counts.push((await bench.asking(async () => ids.push((await bench.source.info(soon())).id))).length);
		assert.deepEqual(
			[ids, counts],
			[
				['A', 'A', 'B', 'B', 'none'],
				[2, 1, 2, 1, 2],
			],
		);
	});

	test('a page instead of it is an error, not an engine without an id', async () => {
		bench.http.on('/info', text('<html>'));
		await assert.rejects(bench.source.info(soon()), { class: 'invalid' });
	});
});

describe('changes', () => {
	test('are one stream for all who listen, and each hears that it is open', async () => {
		await bench.connected();
		const second: SourceChange[] = [];
		const other = bench.source.changes().subscribe((change) => second.push(change));
		bench.announce(1, 'die');
		await bench.heard('changed');
		other.unsubscribe();
		assert.deepEqual(
			second.map(({ kind }) => kind),
			['connected', 'changed'],
		);
		assert.equal(bench.http.asked.filter((one) => one === 'GET /events').length, 1);
	});

	test('end for the engine too when the last one leaves', async () => {
		await bench.connected();
		bench.leave();
		await eventually('the stream is closed', () => bench.http.listeners.size === 0);
	});

	test('an engine that refuses events is said to', async () => {
		bench.http.on('/events', json({ message: 'not for you' }, 403));
		bench.listen();
		await bench.heard('disconnected');
		const [first] = bench.seen;
		assert.ok(first?.kind === 'disconnected');
		assert.match(first.error.message, /answers events with 403: not for you/);
	});
});
