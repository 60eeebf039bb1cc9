import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Action, Plan } from '../../soak/plan.ts';
import { random } from '../../soak/random.ts';

const size = 12;

function planned(seed: number, batches = 300): readonly (readonly Action[])[] {
	const plan = new Plan(random(seed), size);
	return [plan.fill(), ...Array.from({ length: batches }, () => plan.next())];
}

suite('the plan of a soak', () => {
	test('is the same for the same seed, and another for another', () => {
		assert.deepEqual(planned(1), planned(1));
		assert.notDeepEqual(planned(1), planned(2));
	});

	test('has everything in it that can be done', () => {
		const kinds = new Set(planned(1).flatMap((batch) => batch.map(({ kind }) => kind)));
		assert.equal(kinds.size, 13);
	});

	test('asks for nothing that cannot be done, and for one thing of a container at a time', () => {
		const states = new Map<number, string>();
		const before: Readonly<Partial<Record<Action['kind'], readonly string[]>>> = {
			create: ['absent'],
			start: ['stopped'],
			stop: ['running'],
			kill: ['running'],
			restart: ['running'],
			remove: ['running', 'stopped'],
			rename: ['running', 'stopped'],
		};
		const after: Readonly<Partial<Record<Action['kind'], string>>> = {
			create: 'running',
			start: 'running',
			stop: 'stopped',
			kill: 'stopped',
			remove: 'absent',
		};
		for (const batch of planned(3)) {
			const slots = batch.flatMap((action) => ('slot' in action ? [action.slot] : []));
			assert.equal(new Set(slots).size, slots.length);
			for (const action of batch) {
				if (!('slot' in action)) continue;
				const state = states.get(action.slot) ?? 'absent';
				assert.ok(before[action.kind]?.includes(state) ?? true, `${action.kind} of one that is ${state}`);
				states.set(action.slot, after[action.kind] ?? state);
			}
		}
	});
});
