import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consulFaults } from '../faults/consul-faults.ts';
import { dockerFaults } from '../faults/docker-faults.ts';
import { paces } from '../faults/fault.ts';
import { type Trial, tried } from '../faults/trial.ts';

/** How an end looks that is as it should be, but for how long it took and how many writes. */
const good: Omit<Trial, 'ms' | 'writes'> = { wrong: [], lost: [], stale: [], problem: undefined };

// They mostly wait. All the others, and how long each takes: make test-faults.
describe('Docker and Consul agree again after a fault, and nothing was lost', { concurrency: 4 }, () => {
	for (const fault of [...consulFaults, ...dockerFaults].filter(({ isFast }) => isFast))
		test(`${fault.side} ${fault.name}`, async () => {
			const { ms, writes, ...rest } = await tried(fault, paces.fast);
			assert.deepEqual(rest, good);
			assert.ok(ms !== undefined && writes <= 10, `${ms} ms, ${writes} writes`);
		});
});
