import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { historyLine } from '../../../src/cli/history-text.ts';
import type { Fact, RunFact } from '../../../src/controller/history.ts';

const run: RunFact = {
	kind: 'run',
	key: 'ab'.repeat(32),
	container: 'web',
	triggers: [{ from: 'event', action: 'start' }],
	services: [{ id: 'u1:web:80', name: 'web', decision: 'register', because: ['missing'], state: 'registered' }],
	omitted: [],
	writes: [{ operation: 'register', id: 'u1:web:80', because: ['missing'], afterMs: 12.4 }],
	ms: 5,
	result: 'ok',
};
const quiet = { ...run, services: [], writes: [] };
const refusal = 'PUT /v1/agent/service/register: 400';
const failed: RunFact = {
	...run,
	services: [{ id: 'u1:web:80', name: 'web', decision: 'register', state: 'failed', reason: refusal }],
	writes: [{ operation: 'register', id: 'u1:web:80', error: refusal }],
	result: 'error',
	error: refusal,
	times: 1,
	nextMs: 602_000,
};
const lineOf = (fact: Fact, hasColors = false): string =>
	historyLine({ ...fact, sequence: 1, at: '2026-08-01T09:00:00.123Z' }, hasColors);

suite('a line of the history', () => {
	test('has the time, whom it is about and what happened', () =>
		assert.equal(
			lineOf(run),
			'2026-08-01 09:00:00.123Z  web                   start → registered u1:web:80 (missing), 12 ms after the event',
		));

	const rows: readonly [sentence: string, fact: Fact, line: string][] = [
		[
			'a signal',
			{ ...quiet, triggers: [{ from: 'event', action: 'kill', signal: '15' }] },
			'kill (signal 15) → nothing to do',
		],
		[
			'a health',
			{ ...quiet, triggers: [{ from: 'event', action: 'health_status', health: 'unhealthy' }] },
			'health_status (unhealthy) → nothing to do',
		],
		[
			'several causes',
			{
				...quiet,
				triggers: [{ from: 'pass', trigger: 'tick' }, { from: 'watch' }, { from: 'container', key: run.key }],
			},
			'pass (tick), changed in Consul, because of abababababab → nothing to do',
		],
		[
			'a port that is no service',
			{ ...quiet, omitted: [{ port: '80/tcp', reason: 'it is not published' }] },
			'start → no service at 80/tcp: it is not published',
		],
		[
			'a conflict',
			{ ...quiet, services: [{ id: 'a', name: 'a', decision: 'conflict', state: 'conflict', reason: 'taken' }] },
			'start → a conflict: taken',
		],
		[
			'a write that failed, once, and when it is tried again',
			failed,
			`start → could not register u1:web:80: ${refusal}; again in 10 min`,
		],
		[
			'a failure that goes on',
			{ ...failed, times: 20, nextMs: 61_000 },
			`start → could not register u1:web:80: ${refusal} (20 failures in a row); again in 61.0 s`,
		],
		[
			'a failure before anything was written',
			{ ...quiet, result: 'error', error: 'Docker is away', nextMs: 900 },
			'start → failed: Docker is away; again in 900 ms',
		],
		[
			'more than a line can hold',
			{
				...quiet,
				omitted: ['1/tcp', '2/tcp', '3/tcp', '4/tcp', '5/tcp', '6/tcp'].map((port) => ({ port, reason: 'no' })),
			},
			'start → no service at 1/tcp: no; no service at 2/tcp: no; no service at 3/tcp: no; no service at 4/tcp: no and 2 more',
		],
		[
			'a pass that found nothing',
			{ kind: 'pass', trigger: 'start', ms: 7, result: 'ok', drifting: 0, held: 0 },
			'start: everything in line (7 ms)',
		],
		[
			'a pass that found something',
			{ kind: 'pass', trigger: 'tick', ms: 1_500, result: 'ok', drifting: 2, held: 3, doubt: 'a list may be short' },
			'tick: 2 to look at, 3 held, in doubt: a list may be short (1.5 s)',
		],
		[
			'a pass that failed again',
			{ kind: 'pass', trigger: 'retry', ms: 7, result: 'error', error: 'Consul is away', times: 3 },
			'retry: failed (3 in a row): Consul is away',
		],
		['a side that is away', { kind: 'connection', side: 'consul', state: 'lost', error: 'refused' }, 'lost: refused'],
		['a side that is back', { kind: 'connection', side: 'docker-events', state: 'back' }, 'back'],
	];
	for (const [sentence, fact, words] of rows)
		test(`tells of ${sentence}`, () => assert.equal(lineOf(fact).slice(48), words));

	test('shows the key where nobody knows the name', () => {
		assert.match(lineOf({ ...run, container: undefined }), / abababababab {2}/);
		assert.match(lineOf({ ...run, container: undefined, key: 'service:u1:a:80' }), / service:u1:a:80 /);
	});

	test('is one line whatever others call their things', () => {
		const hostile = 'a\nb\x1b[31m\u202e';
		const line = lineOf({
			...run,
			container: hostile,
			writes: [{ operation: 'deregister', id: hostile, error: hostile }],
		});
		for (const sign of hostile.replace(/[\w[]/g, '')) assert.ok(!line.includes(sign), JSON.stringify(sign));
	});

	test('has colours only where they are asked for', () => {
		assert.ok(lineOf(run, true).includes('\x1b[32mstart → registered'));
		assert.ok(lineOf(failed, true).includes('\x1b[31m'));
		assert.ok(!lineOf(failed).includes('\x1b'));
	});
});
