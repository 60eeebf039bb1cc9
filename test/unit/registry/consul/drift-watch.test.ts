import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backoffMs, nextIndex, quoted } from '../../../../src/registry/consul/drift-watch.ts';
import type { Answer } from '../../../../src/registry/consul/errors.ts';
import { RegistryError } from '../../../../src/registry/registry.ts';
import { answer, PlayedAgent } from './played-agent.ts';

const unreachable = (): RegistryError => new RegistryError('unreachable', 'GET x: ECONNREFUSED');

test('the first question is answered at once, the next waits for the index to move', async () => {
	using bench = new PlayedAgent();
	const first = await bench.question();
	assert.equal(first.path, 'GET /v1/catalog/node-services/n%201');
	assert.deepEqual(first.query, { wait: '55000ms', filter: 'Meta["reconsul-owner"] == "u1"' });
	assert.equal(first.deadlineMs, 55_000 * (17 / 16) + 5_000);
	await first.settle(answer(7, ['a']));
	assert.deepEqual(bench.kinds(), ['connected', 'changed']);
	bench.clock.next();
	assert.equal((await bench.question()).query['index'], '7');
});

test('after news the agent is left alone for 250 ms', async () => {
	using bench = new PlayedAgent();
	await (await bench.question()).settle(answer(7, ['a']));
	assert.ok(await bench.isQuiet());
	assert.equal(bench.clock.next(), 250);
	await bench.question();
});

test('after a wait without news it is asked again at once, and nothing is said', async () => {
	using bench = new PlayedAgent();
	await (await bench.question()).settle(answer(7, ['a']));
	bench.clock.next();
	const held = await bench.question();
	bench.clock.pass(55_000);
	await held.settle(answer(7, ['a']));
	await bench.question();
	assert.deepEqual(bench.kinds(), ['connected', 'changed']);
});

test('an agent that does not hold the question is not asked more often for it', async () => {
	using bench = new PlayedAgent();
	await (await bench.question()).settle(answer(7, ['a']));
	bench.clock.next();
	await (await bench.question()).settle(answer(7, ['a']));
	assert.ok(await bench.isQuiet());
	assert.equal(bench.clock.next(), 250);
});

for (const [sentence, index] of [
	['went back', 3],
	['is missing', undefined],
	['is zero', 0],
] as const) {
	test(`where the index ${sentence} the watch starts from the beginning`, async () => {
		using bench = new PlayedAgent();
		await (await bench.question()).settle(answer(7, ['a']));
		bench.clock.next();
		await (await bench.question()).settle(answer(index, []));
		bench.clock.next();
		assert.equal((await bench.question()).query['index'], undefined);
		assert.deepEqual(bench.kinds(), ['connected', 'changed', 'changed']);
	});
}

test('what was read of rows does not outlive the catalog that they were of', async () => {
	using bench = new PlayedAgent();
	const row = (name: string): object => ({ ID: 'a', Service: name, Meta: { 'reconsul-owner': 'u1' }, ModifyIndex: 3 });
	const withRow = (index: number, name: string): Answer => ({
		...answer(index, []),
		body: { Node: {}, Services: [row(name)] },
	});
	const names = (): readonly string[] =>
		bench.news.flatMap((change) => (change.kind === 'changed' ? change.seen.map(({ name }) => name) : []));
	await (await bench.question()).settle(withRow(7, 'before'));
	bench.clock.next();
	await (await bench.question()).settle(withRow(5, 'after'));
	assert.deepEqual(names(), ['before', 'after']);
	bench.clock.next();
	await (await bench.question()).settle(unreachable());
	bench.clock.next();
	await (await bench.question()).settle(withRow(9, 'after the outage'));
	assert.deepEqual(names(), ['before', 'after', 'after the outage']);
});

test('an agent that gives no index is believed to have news each time', async () => {
	using bench = new PlayedAgent();
	await (await bench.question()).settle(answer(undefined, ['a']));
	bench.clock.next();
	await (await bench.question()).settle(answer(undefined, []));
	assert.deepEqual(bench.kinds(), ['connected', 'changed', 'changed']);
});

test('rows of other owners are not shown, whatever an agent makes of the filter', async () => {
	using bench = new PlayedAgent();
	await (await bench.question()).settle(answer(7, ['a'], 'u10'));
	assert.deepEqual(bench.news.at(-1), { kind: 'changed', seen: [] });
});

const troubles: readonly (readonly [sentence: string, trouble: Answer | Error, errorClass: string])[] = [
	['a lost connection', unreachable(), 'unreachable'],
	['a refusal', { status: 403, headers: {}, body: 'ACL not found' }, 'forbidden'],
	['a cluster without a leader', { status: 500, headers: {}, body: 'No cluster leader' }, 'unavailable'],
	['a body of another form', { status: 200, headers: {}, body: 'hello' }, 'invalid'],
	['a row that cannot be read', { status: 200, headers: {}, body: { Services: [{ ID: 1 }] } }, 'invalid'],
];
for (const [sentence, trouble, errorClass] of troubles) {
	test(`${sentence} disconnects, and the next answer connects again with everything there is`, async () => {
		using bench = new PlayedAgent();
		await (await bench.question()).settle(answer(7, ['a']));
		bench.clock.next();
		await (await bench.question()).settle(trouble);
		const last = bench.news.at(-1);
		assert.ok(last?.kind === 'disconnected' && last.error instanceof RegistryError);
		assert.equal(last.error.class, errorClass);
		bench.clock.next();
		const again = await bench.question();
		assert.equal(again.query['index'], undefined);
		await again.settle(answer(7, ['a']));
		assert.deepEqual(bench.kinds().slice(-2), ['connected', 'changed']);
	});
}

test('the same trouble is told once, another one again', async () => {
	using bench = new PlayedAgent();
	for (let n = 0; n < 5; n++) {
		await (await bench.question()).settle(unreachable());
		bench.clock.next();
	}
	await (await bench.question()).settle({ status: 403, headers: {}, body: '' });
	const classes = bench.news.map((change) => change.kind === 'disconnected' && (change.error as RegistryError).class);
	assert.deepEqual(classes, ['unreachable', 'forbidden']);
});

test('a catalog that shows nothing of the node is not a node without services', async () => {
	using bench = new PlayedAgent();
	await (await bench.question()).settle(answer(7, null));
	assert.deepEqual(bench.kinds(), ['disconnected']);
	bench.clock.next();
	await (await bench.question()).settle(answer(8, null));
	bench.clock.next();
	await (await bench.question()).settle(answer(9, []));
	assert.deepEqual(bench.kinds(), ['disconnected', 'connected', 'changed']);
});

test('a node whose name cannot be had is trouble, and is asked for again', async () => {
	let calls = 0;
	const node = async (): Promise<string> => {
		calls += 1;
		if (calls === 1) throw new RegistryError('forbidden', 'GET /v1/agent/self: status 403', { status: 403 });
		return 'n1';
	};
	using bench = new PlayedAgent({ node });
	assert.ok(await bench.isQuiet());
	assert.deepEqual(bench.kinds(), ['disconnected']);
	bench.clock.next();
	assert.equal((await bench.question()).path, 'GET /v1/catalog/node-services/n1');
});

test('attempts come further and further apart, and close together again after two good minutes', async () => {
	using bench = new PlayedAgent();
	const waits: number[] = [];
	for (let n = 0; n < 9; n++) {
		await (await bench.question()).settle(unreachable());
		waits.push(bench.clock.next());
	}
	assert.deepEqual(waits, [100, 200, 400, 800, 1_600, 3_200, 6_400, 7_500, 7_500]);
	await (await bench.question()).settle(answer(7, []));
	bench.clock.next();
	const held = await bench.question();
	bench.clock.pass(120_000);
	await held.settle(unreachable());
	assert.equal(bench.clock.next(), 100);
});

test('a subscription that ends takes its question back and leaves nothing due', async () => {
	using bench = new PlayedAgent();
	const question = await bench.question();
	bench.stop();
	assert.ok(question.signal.aborted);
	await question.settle(new Error('aborted'));
	assert.deepEqual([bench.clock.due(), bench.news], [[], []]);
});

test('a subscription that ends between two questions leaves nothing due', async () => {
	using bench = new PlayedAgent();
	await (await bench.question()).settle(answer(7, []));
	assert.equal(bench.clock.due().length, 1);
	bench.stop();
	assert.deepEqual(bench.clock.due(), []);
	assert.ok(await bench.isQuiet());
});

test('an index never goes back except to the beginning', () => {
	fc.assert(
		fc.property(fc.nat(), fc.oneof(fc.string(), fc.integer().map(String)), (before, header) => {
			const next = nextIndex(before, header);
			assert.ok(next === 0 || (Number.isSafeInteger(next) && next >= before));
		}),
	);
});

test('a delay is between nothing and 15 s', () => {
	const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
	fc.assert(
		fc.property(fc.nat(), random, (failures, random) => {
			const ms = backoffMs(failures, () => random);
			assert.ok(ms >= 0 && ms <= 15_000);
		}),
	);
});

test('an owner in a filter cannot end its quotation marks', () => {
	assert.equal(quoted('u1.example-x_y'), '"u1.example-x_y"');
	assert.equal(quoted('a"😀'), '"a\\U00000022\\U0001f600"');
	fc.assert(fc.property(fc.string({ unit: 'binary' }), (owner) => /^"[A-Za-z0-9._\\-]*"$/.test(quoted(owner))));
});
