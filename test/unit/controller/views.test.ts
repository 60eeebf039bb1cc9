import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
	type Result,
	type ServiceView,
	serviceView,
	shownContainer,
	type View,
	Views,
} from '../../../src/controller/views.ts';
import type { Decision, Deregister, HoldReason, Register } from '../../../src/plan/decide.ts';
import { observed, other, self, service, stamp } from '../plan/samples.ts';
import { container } from './containers.ts';

const register: Register = { kind: 'register', desired: service, stamp, because: [] };
const missing: Register = { ...register, because: [{ field: 'missing', desired: service.id, observed: undefined }] };
const drifted: Register = {
	...register,
	because: (['port', 'tags'] as const).map((field) => ({ field, desired: 1, observed: 2 })),
};
const deregister: Deregister = { kind: 'deregister', observed, because: [] };
const foreign = { ...observed, stamp: { ...stamp, owner: 'u"2', containerId: other } };

suite('how a service stands', () => {
	const rows: readonly [sentence: string, decision: Decision, result: Result, view: ServiceView | undefined][] = [
		['as wanted', { kind: 'unchanged', desired: service }, undefined, { service, state: 'registered' }],
		['about to be registered', missing, undefined, { service, state: 'pending', reason: 'not registered yet' }],
		['about to be repaired', drifted, undefined, { service, state: 'pending', reason: 'differs in port, tags' }],
		['just registered', missing, { done: true }, { service, state: 'registered' }],
		[
			'not to be registered',
			missing,
			{ error: 'Consul says no' },
			{ service, state: 'failed', reason: 'Consul says no' },
		],
		[
			'about to go',
			deregister,
			undefined,
			{ service: observed, state: 'orphaned', reason: 'about to be deregistered' },
		],
		['just gone', deregister, { done: true }, undefined],
		['not to be removed', deregister, { error: 'no' }, { service: observed, state: 'orphaned', reason: 'no' }],
		[
			'taken by a stranger',
			{ kind: 'conflict', desired: service, holder: { ...observed, stamp: undefined } },
			undefined,
			{ service, state: 'conflict', reason: 'its id is taken by an entry that reconsul did not write' },
		],
		[
			'taken by another owner',
			{ kind: 'conflict', desired: service, holder: foreign },
			undefined,
			{ service, state: 'conflict', reason: 'its id is taken by container b00000000000 of owner "u\\"2"' },
		],
		[
			'stripped of our stamp again and again',
			{ kind: 'contested', repair: drifted, meddling: 'stamp', waitMs: 1 },
			undefined,
			{
				service,
				state: 'contested',
				reason: 'another writer keeps taking our stamp off; it is put back once in 5 minutes',
			},
		],
		[
			'changed by another writer again and again',
			{ kind: 'contested', repair: drifted, meddling: 'fields', waitMs: 1 },
			undefined,
			{ service, state: 'contested', reason: 'another writer keeps changing it; it is put right once a minute' },
		],
	];
	for (const [sentence, decision, result, view] of rows)
		test(sentence, () => assert.deepEqual(serviceView(decision, result), view));

	const reasons: Readonly<Record<HoldReason, RegExp>> = {
		'not-listed-yet': /complete list/,
		unproved: /nothing proves/,
		'another-engine': /--take-over/,
		'mass-delete': /too many/,
		policy: /-deregister or --policy/,
		'in-doubt': /could not be determined/,
		unreplaced: /is not registered yet/,
	};
	for (const reason of Object.keys(reasons) as HoldReason[])
		test(`held: ${reason}, in words`, () => {
			const view = serviceView({ kind: 'hold', held: deregister, reason }, undefined);
			assert.deepEqual([view?.state, view?.held, view?.service], ['held', reason, observed]);
			assert.match(view?.reason ?? '', reasons[reason]);
		});
});

test('of a container that is no more, nothing is shown by itself', () => {
	assert.deepEqual([shownContainer('gone'), shownContainer('ended')], [undefined, undefined]);
	const { id, name, startedAt } = container({});
	assert.deepEqual(shownContainer(container({})), { id, name, startedAt });
});

suite('what is known of all keys', () => {
	const view: View = {
		key: self,
		at: 0,
		container: undefined,
		isRunning: true,
		follows: new Set(),
		services: [],
		omitted: [],
		warnings: [],
	};

	test('is kept while the container runs or something is left to show', () => {
		const views = new Views();
		for (const change of [{}, { isRunning: false, services: [{ service, state: 'held' as const }] }]) {
			views.set({ ...view, ...change });
			assert.deepEqual([...views.keys()], [self]);
		}
		views.set({ ...view, isRunning: false });
		assert.deepEqual([[...views.keys()], views.get(self)], [[], undefined]);
	});

	test('is counted', () => {
		const views = new Views();
		const states = (['registered', 'registered', 'conflict'] as const).map((state) => ({ service, state }));
		const omitted = [{ port: '80/tcp', reason: 'ignored' as const, detail: '' }];
		views.set({ ...view, services: states, omitted });
		views.set({ ...view, key: other, services: states.slice(0, 1), omitted });
		assert.equal(
			views.countServices(({ state }) => state === 'registered'),
			3,
		);
		assert.deepEqual([views.countOmitted('ignored'), views.countOmitted('bad-id')], [2, 0]);
		views.delete(self);
		assert.deepEqual([[...views.all()].length, views.countOmitted('ignored')], [1, 1]);
	});
});
