import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Signals } from '../../../src/controller/signals.ts';

const key = 'a'.repeat(64);

/** What is known of it after these, one a second: `kill 15`, `health_status healthy` and the like. */
function after(...events: readonly string[]): readonly (readonly [number, number])[] {
	const signals = new Signals();
	for (const [index, event] of events.entries()) {
		const [action = '', detail = ''] = event.split(' ');
		const said = action === 'kill' ? { signal: detail } : action === 'health_status' ? { health: detail } : {};
		signals.heard({ kind: 'changed', key, action, at: index + 1, ...said });
	}
	return [...signals.of(key)];
}

suite('the signals that a container was sent', () => {
	const rows: readonly (readonly [string, readonly string[], readonly (readonly [number, number])[]])[] = [
		[
			'are known by number and time',
			['start', 'kill 15', 'kill 1', 'kill 15'],
			[
				[15, 4],
				[1, 3],
			],
		],
		['concern its process only', ['start', 'kill 15', 'die', 'start'], []],
		['are overtaken when it becomes healthy', ['kill 15', 'health_status unhealthy', 'health_status healthy'], []],
		['are not when it gets worse', ['kill 15', 'health_status unhealthy'], [[15, 1]]],
		[
			'nor when it merely is as healthy as before',
			['health_status healthy', 'kill 15', 'health_status healthy'],
			[[15, 2]],
		],
		[
			'are when it starts as healthy as before',
			['health_status healthy', 'kill 15', 'start', 'health_status healthy'],
			[],
		],
		['and what nobody can read is none', ['kill nonsense', 'pause'], []],
	];
	for (const [sentence, events, known] of rows) test(sentence, () => assert.deepEqual(after(...events), known));

	test('are no news when they are older than what overtook them, or than what is known', () => {
		const signals = new Signals();
		signals.heard({ kind: 'changed', key, action: 'start', at: 10 });
		assert.deepEqual(
			[signals.noted(key, 15, 9), signals.noted(key, 15, 11), signals.noted(key, 15, 11)],
			[false, true, false],
		);
		assert.deepEqual([...signals.of(key)], [[15, 11]]);
	});

	test('are forgotten with it', () => {
		const signals = new Signals();
		signals.noted(key, 15, 1);
		signals.prune(() => true);
		assert.equal(signals.of(key).size, 1);
		signals.prune(() => false);
		assert.equal(signals.of(key).size, 0);
	});
});
