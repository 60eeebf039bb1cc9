import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type Dockerode from 'dockerode';
import type { AgentService } from '../../e2e/stage.ts';
import { compare, wrongDeletes } from '../../faults/comparison.ts';
import { isWrong, render } from '../../faults/report.ts';
import type { Trial } from '../../faults/trial.ts';

const container = (name: string, PublicPort: number): Dockerode.ContainerInfo =>
	({ Id: `id of ${name}`, Names: [`/${name}`], Ports: [{ PrivatePort: 6379, PublicPort }] }) as never;

const entry = (name: string, Port: number, owner = 'u1'): AgentService => ({
	ID: `u1:${name}:6379`,
	Service: 'redis',
	Address: '',
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
	const at = 1_000;
	const rows: readonly (readonly [sentence: string, life: { from: number; to: number } | undefined, is: boolean])[] = [
		['of a container that runs', { from: 500, to: Number.POSITIVE_INFINITY }, true],
		['of a container that ended later', { from: 500, to: 1_001 }, true],
		['not of one that had ended', { from: 500, to: 1_000 }, false],
		['not of one that started later', { from: 1_001, to: Number.POSITIVE_INFINITY }, false],
		['not of one that was removed before', undefined, false],
	];
	for (const [sentence, life, is] of rows)
		test(sentence, async () => {
			const path = '/v1/agent/service/deregister/u1%3Aa%3A6379';
			const wrong = await wrongDeletes([{ path, body: '', status: 200, at }], async () => life, new Map([['a', 900]]));
			assert.deepEqual(wrong, is ? ['u1:a:6379'] : []);
		});

	test('of one that was removed later; and one that was refused is none', async () => {
		const path = '/v1/agent/service/deregister/u1:a:6379';
		const deletes = [200, 500].map((status) => ({ path, body: '', status, at }));
		assert.deepEqual(await wrongDeletes(deletes, async () => undefined, new Map([['a', 1_100]])), ['u1:a:6379']);
	});
});

suite('the table of faults', () => {
	const good: Trial = { ms: 100, writes: 2, wrong: [], lost: [], stale: [], problem: undefined };
	const fault = { side: 'Consul', name: 'is away' } as const;
	const rows: readonly (readonly [sentence: string, trials: readonly Trial[], is: boolean])[] = [
		['all is well', [good, good], false],
		['it never ran', [], true],
		['they never agreed', [good, { ...good, ms: undefined }], true],
		['one was deleted', [{ ...good, wrong: ['a'] }, good], true],
		['one was lost', [{ ...good, lost: ['a'] }], true],
		['one was left', [{ ...good, stale: ['a'] }], true],
		['an expectation failed', [{ ...good, problem: 'not so' }], true],
	];
	for (const [sentence, trials, is] of rows)
		test(`says whether it is wrong: ${sentence}`, () => {
			assert.equal(isWrong({ fault, trials }), is);
			assert.equal(render([{ fault, trials }]).includes('WRONG'), is);
		});

	test('shows the middle, the longest and the span of writes', () => {
		const trials = [300, 100, 200].map((ms) => ({ ...good, ms, writes: ms / 100 }));
		assert.match(render([{ fault, trials }]), /^Consul is away +3 +0\.20 s +0\.30 s +1–3 +0 +0 +0$/m);
	});
});
