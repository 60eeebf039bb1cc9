import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type Dockerode from 'dockerode';
import type { AgentService } from '../../e2e/stage.ts';
import { compare, type Life, wrongDeletes } from '../../faults/comparison.ts';
import type { Trial } from '../../faults/fault.ts';
import { isWrong, render } from '../../faults/report.ts';

const container = (name: string, PublicPort: number): Dockerode.ContainerInfo =>
	({ Id: `id of ${name}`, Names: [`/${name}`], Ports: [{ PrivatePort: 6379, PublicPort }] }) as never;

const entry = (name: string, Port: number, owner = 'u1'): AgentService => ({
	ID: `u1:${name}:6379`,
	Service: 'redis',
	Address: '192.0.2.10',
	Port,
	Tags: [],
	Meta: { 'reconsul-owner': owner, 'reconsul-container': `id of ${name}` },
});

suite('what Docker and Consul say, compared', () => {
	const running = [container('a', 1), container('b', 2)];
	const rows: readonly (readonly [sentence: string, services: readonly AgentService[], expected: object])[] = [
		['the same', [entry('a', 1), entry('b', 2)], {}],
		['one is lost', [entry('b', 2)], { lost: ['u1:a:6379'] }],
		['one is left', [entry('a', 1), entry('b', 2), entry('c', 3)], { left: ['u1:c:6379'] }],
		['a port is wrong', [entry('a', 9), entry('b', 2)], { wrong: ['u1:a:6379'] }],
		['an address is wrong', [{ ...entry('a', 1), Address: '' }, entry('b', 2)], { wrong: ['u1:a:6379'] }],
		['tags were added', [{ ...entry('a', 1), Tags: ['x'] }, entry('b', 2)], { wrong: ['u1:a:6379'] }],
		['another owner has one', [entry('a', 1), entry('b', 2, 'other')], { lost: ['u1:b:6379'] }],
	];
	for (const [sentence, services, expected] of rows)
		test(sentence, () => {
			assert.deepEqual(compare(running, services), { lost: [], left: [], wrong: [], ...expected });
		});

	test('what is spared is not compared', () => {
		assert.deepEqual(compare(running, [entry('a', 1)], new Set(['u1:b:6379'])), { lost: [], left: [], wrong: [] });
	});
});

suite('a delete is wrong', () => {
	const path = '/v1/agent/service/deregister/u1%3Aa%3A6379';
	const deleted = { path, body: '', status: 200, at: 1_000 };
	const forEver = Number.POSITIVE_INFINITY;
	const rows: readonly (readonly [sentence: string, lives: readonly Life[], is: boolean])[] = [
		['of a container that runs', [{ from: 500, to: forEver }], true],
		['of a container that ended later', [{ from: 500, to: 1_001 }], true],
		[
			'of one that had been away before',
			[
				{ from: 100, to: 200 },
				{ from: 500, to: forEver },
			],
			true,
		],
		['not of one that had ended', [{ from: 500, to: 1_000 }], false],
		[
			'not of one that was away',
			[
				{ from: 500, to: 900 },
				{ from: 1_100, to: forEver },
			],
			false,
		],
		['not of one that started later', [{ from: 1_001, to: forEver }], false],
		['not of one that has just started', [{ from: 950, to: forEver }], false],
		['not of one that never was', [], false],
	];
	for (const [sentence, lives, is] of rows)
		test(sentence, async () => {
			assert.deepEqual(await wrongDeletes([deleted], async () => lives, 100), is ? ['u1:a:6379'] : []);
		});

	test('not when it was refused', async () => {
		assert.deepEqual(await wrongDeletes([{ ...deleted, status: 500 }], async () => [{ from: 500, to: forEver }]), []);
	});
});

suite('the table of faults', () => {
	const good: Trial = {
		times: 1,
		convergedMs: [100],
		writes: 2,
		wrong: [],
		lost: [],
		stale: [],
		leaks: [],
		problem: undefined,
	};
	const fault = { name: 'Consul is away' } as const;
	const rows: readonly (readonly [sentence: string, trials: readonly Trial[], is: boolean])[] = [
		['all is well', [good, good], false],
		['it never ran', [], true],
		['they never agreed', [good, { ...good, convergedMs: [] }], true],
		['one was deleted', [{ ...good, wrong: ['a'] }, good], true],
		['one was lost', [{ ...good, lost: ['a'] }], true],
		['one was left', [{ ...good, stale: ['a'] }], true],
		['a secret was told', [{ ...good, leaks: ['a'] }], true],
		['an expectation failed', [{ ...good, problem: 'not so' }], true],
	];
	for (const [sentence, trials, is] of rows)
		test(`says whether it is wrong: ${sentence}`, () => {
			assert.equal(isWrong({ fault, trials }), is);
			assert.equal(render([{ fault, trials }]).includes('WRONG'), is);
		});

	test('shows the middle and the longest of all times, the span of writes, and what is worth knowing', () => {
		const trials = [
			{ ...good, times: 2, convergedMs: [300, 100], writes: 3, note: 'twice' },
			{ ...good, convergedMs: [200], writes: 1 },
		];
		assert.match(render([{ fault, trials }]), /^Consul is away +3 +0\.20 s +0\.30 s +1–3 +0 +0 +0 +0 {2}twice$/m);
	});
});
