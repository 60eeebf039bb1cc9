import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Subscription } from 'rxjs';
import { dockerSource } from '../../../src/source/docker.ts';
import type { Source, SourceChange } from '../../../src/source/source.ts';
import { eventually } from '../../support/lab.ts';
import { type HttpEngine, httpEngine, json, text } from './http-engine.ts';

const soon = (): AbortSignal => AbortSignal.timeout(15_000);
const idOf = (n: number): string => n.toString(16).padStart(64, '0');
const row = (n: number, change: object = {}): object => ({
	Id: idOf(n),
	Names: [`/c${n}`],
	State: 'running',
	...change,
});
const inspect = (n: number, change: object = {}): object => ({
	Id: idOf(n),
	Name: `/c${n}`,
	State: { Running: true, StartedAt: 'once' },
	...change,
});
const restarted = { State: { Running: true, StartedAt: 'twice' } };

let http: HttpEngine;
let source: Source;
let seen: SourceChange[];
let subscription: Subscription | undefined;

/** Lists these from now on, each to be inspected. */
function holds(...numbers: readonly number[]): void {
	http.on('/containers/json', json(numbers.map((n) => row(n))));
	for (const n of numbers) http.on(`/containers/${idOf(n)}/json`, json(inspect(n)));
}

/** How often each path was asked for by this. */
async function asking(run: () => Promise<unknown>): Promise<readonly string[]> {
	const before = http.asked.length;
	await run();
	return http.asked.slice(before).map((one) => one.replace(/0{50,}/, ''));
}

const starts = async (): Promise<readonly string[]> => (await source.list(soon())).map(({ startedAt }) => startedAt);

async function connected(): Promise<void> {
	subscription = source.changes().subscribe((change) => seen.push(change));
	await heard('connected');
}

const heard = (kind: SourceChange['kind'], count = 1): Promise<unknown> =>
	eventually(`${count} × ${kind}`, () => seen.filter((change) => change.kind === kind).length >= count, { everyMs: 1 });

function announce(n: number, action = 'start'): void {
	for (const listener of http.listeners)
		listener.write(`${JSON.stringify({ Type: 'container', Action: action, Actor: { ID: idOf(n) }, time: 1 })}\n`);
}

beforeEach(async () => {
	http = await httpEngine();
	seen = [];
	source = dockerSource({ docker: { socketPath: http.socketPath }, random: () => 0 });
});

afterEach(async () => {
	subscription?.unsubscribe();
	await http[Symbol.asyncDispose]();
});

describe('a list of containers', () => {
	test('has each in full', async () => {
		holds(1, 2);
		const containers = await source.list(soon());
		assert.deepEqual(containers.map(({ name }) => name).sort(), ['c1', 'c2']);
	});

	test('leaves out one that is gone before it is inspected', async () => {
		holds(1, 2);
		http.on(`/containers/${idOf(1)}/json`, json({ message: `No such container: ${idOf(1)}` }, 404));
		assert.deepEqual(
			(await source.list(soon())).map(({ name }) => name),
			['c2'],
		);
	});

	test('leaves out one that waits to be restarted', async () => {
		holds(1);
		http.on(`/containers/${idOf(1)}/json`, json(inspect(1, { State: { Running: true, Restarting: true } })));
		assert.deepEqual(await source.list(soon()), []);
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
			holds(7);
			http.on(id === '' ? '/containers/json' : `/containers/${id}/json`, answer);
			await assert.rejects(source.list(soon()), { name: 'SourceError', message });
		});

	test('asks for so many at a time, and no more once one has failed', async () => {
		const numbers = Array.from({ length: 100 }, (_, n) => n + 1);
		http.on('/containers/json', json(numbers.map((n) => row(n))));
		http.on('*', async (response, request) => {
			await eventually('four are open', () => http.mostInspects() >= 4, { everyMs: 1 });
			json(inspect(Number.parseInt(request.url?.split('/')[2] ?? '', 16)))(response, request);
		});
		source = dockerSource({ docker: { socketPath: http.socketPath }, concurrency: 4 });
		assert.equal((await source.list(soon())).length, 100);
		assert.equal(http.mostInspects(), 4);
		http.on(`/containers/${idOf(1)}/json`, json({ message: 'broken' }, 500));
		const asked = await asking(() => assert.rejects(source.list(soon())));
		assert.ok(asked.length < 20, `${asked.length} calls`);
	});

	test('of 200 warns of nothing', async () => {
		const warnings: Error[] = [];
		const note = (warning: Error): void => void warnings.push(warning);
		process.on('warning', note);
		holds(...Array.from({ length: 200 }, (_, n) => n + 1));
		assert.equal((await source.list(soon())).length, 200);
		process.off('warning', note);
		assert.deepEqual(warnings, []);
	});
});

describe('what was inspected', () => {
	test('is not asked for again while the event stream is open and says nothing', async () => {
		holds(1, 2);
		await connected();
		await source.list(soon());
		assert.deepEqual(await asking(() => source.list(soon())), ['GET /containers/json']);
	});

	test('is asked for each time while there is no event stream', async () => {
		holds(1);
		await source.list(soon());
		assert.equal((await asking(() => source.list(soon()))).length, 2);
	});

	test('is asked for again after an event, though the row is the same', async () => {
		holds(1, 2);
		await connected();
		await source.list(soon());
		http.on(`/containers/${idOf(1)}/json`, json(inspect(1, restarted)));
		announce(1);
		await heard('changed');
		assert.deepEqual([...(await starts())].sort(), ['once', 'twice']);
	});

	test('is asked for again when the row differs, though no event said so', async () => {
		holds(1);
		await connected();
		await source.list(soon());
		http.on('/containers/json', json([row(1, { Ports: [{ PublicPort: 2 }] })]));
		http.on(`/containers/${idOf(1)}/json`, json(inspect(1, restarted)));
		assert.deepEqual(await starts(), ['twice']);
	});

	test('is not asked for again when time goes by or the ports come in another order', async () => {
		const [first, second] = [{ PrivatePort: 1 }, { PrivatePort: 2 }];
		holds(1);
		http.on('/containers/json', json([row(1, { Ports: [first, second], Status: 'Up 3 seconds' })]));
		await connected();
		await source.list(soon());
		http.on('/containers/json', json([row(1, { Ports: [second, first], Status: 'Up 4 seconds' })]));
		assert.deepEqual(await asking(() => source.list(soon())), ['GET /containers/json']);
	});

	test('is not kept when an event came before the answer did', async () => {
		holds(1);
		await connected();
		http.on(`/containers/${idOf(1)}/json`, async (response, request) => {
			announce(1);
			await heard('changed');
			json(inspect(1))(response, request);
		});
		assert.deepEqual(await starts(), ['once']);
		http.on(`/containers/${idOf(1)}/json`, json(inspect(1, restarted)));
		assert.deepEqual(await starts(), ['twice']);
	});

	test('is not kept across two event streams', async () => {
		holds(1);
		await connected();
		await source.list(soon());
		http.on(`/containers/${idOf(1)}/json`, json(inspect(1, restarted)));
		source.reopen('it missed a restart');
		await heard('connected', 2);
		assert.deepEqual(await starts(), ['twice']);
	});

	test('is not kept when nobody listens any more', async () => {
		holds(1);
		await connected();
		await source.list(soon());
		subscription?.unsubscribe();
		http.on(`/containers/${idOf(1)}/json`, json(inspect(1, restarted)));
		assert.deepEqual(await starts(), ['twice']);
	});

	test('of a container that left the list is forgotten', async () => {
		holds(1);
		await connected();
		await source.list(soon());
		http.on('/containers/json', json([]));
		await source.list(soon());
		holds(1);
		assert.equal((await asking(() => source.list(soon()))).length, 2);
	});

	test('by a reconciliation is always asked for', async () => {
		holds(1);
		await connected();
		await source.list(soon());
		assert.equal((await asking(() => source.get(idOf(1), soon()))).length, 1);
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
			http.on('*', json(inspect(1)));
			assert.equal((await source.get(idOrName, soon()))?.name, name);
		});

	test('whose id was answered with another is in doubt, not absent', async () => {
		http.on('*', json(inspect(2)));
		await assert.rejects(source.get(idOf(1), soon()), { class: 'invalid' });
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
			http.on('/info', (response, request) =>
				json({ Name: 'u1', ServerVersion: '29.0', ...said.next().value })(response, request),
			);
			assert.deepEqual(await source.info(soon()), { id, name: 'u1', version: '29.0' });
		});

	test('a page instead of it is an error, not an engine without an id', async () => {
		http.on('/info', text('<html>'));
		await assert.rejects(source.info(soon()), { class: 'invalid' });
	});
});

describe('changes', () => {
	test('are one stream for all who listen, and each hears that it is open', async () => {
		await connected();
		const second: SourceChange[] = [];
		const other = source.changes().subscribe((change) => second.push(change));
		announce(1, 'die');
		await heard('changed');
		other.unsubscribe();
		assert.deepEqual(
			second.map(({ kind }) => kind),
			['connected', 'changed'],
		);
		assert.equal(http.asked.filter((one) => one === 'GET /events').length, 1);
	});

	test('end for the engine too when the last one leaves', async () => {
		await connected();
		subscription?.unsubscribe();
		await eventually('the stream is closed', () => http.listeners.size === 0);
	});

	test('an engine that refuses events is said to', async () => {
		http.on('/events', json({ message: 'not for you' }, 403));
		subscription = source.changes().subscribe((change) => seen.push(change));
		await heard('disconnected');
		const [first] = seen;
		assert.ok(first?.kind === 'disconnected');
		assert.match(first.error.message, /answers events with 403: not for you/);
	});
});
