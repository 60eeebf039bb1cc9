import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Task, workOff } from '../../../src/cli/release/belongings.ts';
import type { Clock } from '../../../src/clock.ts';
import type { Registration } from '../../../src/model.ts';
import { memoryRegistry } from '../../../src/registry/memory.ts';
import { contextOf } from '../controller/contexts.ts';
import { enter, entry, stampOf } from './planned.ts';

const id = 'a'.repeat(64);
const mine = (name: string): Registration => entry({ id: name, stamp: stampOf({ id }) });

/** Nobody takes anything back here, so nobody has to wait for it. */
const hasty: Clock = {
	now: () => 0,
	after: (_, action) => {
		queueMicrotask(action);
		return () => {};
	},
};

/** What an agent has after three entries of u1 were worked off, of which the second changed since it was listed. */
async function workedOff(change: (agent: ReturnType<typeof memoryRegistry>) => Promise<void>, failing?: string) {
	const agent = memoryRegistry({ address: '192.0.2.99' });
	const entries = ['one', 'two', 'three'].map(mine);
	await enter(agent, entries);
	await change(agent);
	const { context } = contextOf({ registry: agent, clock: hasty });
	const task: Task = {
		owner: 'u1',
		isOurs: ({ stamp }) => stamp?.owner === 'u1',
		act: async (found, signal) => {
			if (found.id === failing) throw new Error('refused');
			await agent.deregister(found.id, signal);
		},
		words: { verb: 'clean up', done: 'removed' },
	};
	const isDone = await workOff(entries, task, context);
	return { isDone, left: agent.snapshot().registrations.map(({ id: left }) => left) };
}

suite('working off one owner’s entries', () => {
	test('leaves alone what became somebody else’s since it was listed', async () => {
		const taken = entry({ id: 'two', stamp: stampOf({ id }, { owner: 'u2' }) });
		assert.deepEqual(await workedOff((agent) => enter(agent, [taken])), { isDone: true, left: ['two'] });
	});

	test('does not mind what was removed since', async () => {
		const gone = await workedOff((agent) => agent.deregister('two', AbortSignal.timeout(1_000)));
		assert.deepEqual(gone, { isDone: true, left: [] });
	});

	test('goes on after one that fails, and says that not all is done', async () => {
		assert.deepEqual(await workedOff(async () => {}, 'one'), { isDone: false, left: ['one'] });
	});

	test('says so where one comes back', async () => {
		const back = await workedOff(async (agent) => {
			const { deregister } = agent;
			agent.deregister = async (name, signal) => {
				await deregister(name, signal);
				if (name === 'two') await enter(agent, [mine('two')]);
			};
		});
		assert.deepEqual(back, { isDone: false, left: ['two'] });
	});
});
