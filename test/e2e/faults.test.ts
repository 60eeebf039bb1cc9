import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { paces } from '../faults/fault.ts';
import { ourselves, outside } from '../faults/faults.ts';
import { random } from '../soak/random.ts';

// They mostly wait. All the others, and how long each takes: make test-faults.
describe('Docker and Consul agree again after a fault, nothing was lost and no secret told', { concurrency: 4 }, () => {
	for (const fault of [...ourselves, ...outside].filter(({ isFast }) => isFast))
		test(fault.name, async () => {
			const trial = await fault.tried({ ...paces.fast, random: random(1) });
			const { problem, wrong, lost, stale, leaks } = trial;
			const none = { problem: undefined, wrong: [], lost: [], stale: [], leaks: [] };
			assert.deepEqual({ problem, wrong, lost, stale, leaks }, none);
			assert.ok(trial.convergedMs.length > 0, 'they never agreed');
		});
});
