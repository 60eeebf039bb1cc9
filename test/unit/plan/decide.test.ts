import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Registration, ServiceInstance, Stamp } from '../../../src/model.ts';
import { type Decision, decide, type Situation } from '../../../src/plan/decide.ts';
import { leftoverKey } from '../../../src/plan/ownership.ts';
import { specOf } from '../../../src/plan/spec.ts';
import { byId, observed, other, ownership, registered, self, service, situation, stamp } from './samples.ts';

/** `register u1:web:80: port`; for what is about one entry only. */
function told(decision: Decision): string {
	switch (decision.kind) {
		case 'register':
			return `register ${decision.desired.id}: ${decision.because.map(({ field }) => field)}`;
		case 'deregister':
			return `deregister ${decision.observed.id}: ${decision.because.map(({ field }) => field)}`;
		case 'hold':
			return `hold ${decision.held.observed.id}: ${decision.reason}`;
		case 'conflict':
			return `conflict ${decision.desired.id}`;
		case 'contested':
			return `contested ${decision.repair.desired.id}`;
		case 'flapping':
			return `flapping ${decision.start.desired.id}`;
		case 'unchanged':
			return `unchanged ${decision.desired.id}`;
	}
}

const decided = (change: Partial<Situation>): readonly string[] => decide({ ...situation, ...change }).map(told);
const found = (...registrations: readonly Registration[]): Partial<Situation> => ({ found: byId(registrations) });
const stamped = (change: Partial<Stamp>): Registration => ({ ...observed, stamp: { ...stamp, ...change } });
const unstamped: Registration = { ...observed, stamp: undefined };
const rivalled: Partial<Situation> = { rivals: new Set([service.id]) };
const nothingWanted: Partial<Situation> = { wanted: [] };
const held: Partial<Situation> = { holdOf: () => 'unproved' };
const labelled: ServiceInstance = { ...service, labelledId: true };

suite('what is done about a service that is wanted', () => {
	const rows: readonly [sentence: string, change: Partial<Situation>, decision: string][] = [
		['is registered when the agent has nothing', found(), 'register u1:web:80: missing'],
		['stays as it is when nothing differs', {}, 'unchanged u1:web:80'],
		['is registered in place when something differs', found({ ...observed, port: 81 }), 'register u1:web:80: port'],
		['is registered in place when its check changed', found(stamped({ spec: '1-0' })), 'register u1:web:80: spec'],
		[
			'is taken over from another container of ours',
			found(stamped({ containerId: other })),
			'register u1:web:80: stamp',
		],
		[
			'is left to another container of ours that runs and wants it',
			{ ...found(stamped({ containerId: other })), ...rivalled },
			'conflict u1:web:80',
		],
		['is left to a rival that is about to be registered', { ...found(), ...rivalled }, 'conflict u1:web:80'],
		['is taken over from another engine of ours', found(stamped({ engine: 'OTHE:RONE' })), 'register u1:web:80: stamp'],
		['is adopted from registrator by one write', found(unstamped), 'register u1:web:80: stamp'],
		[
			'is adopted with an id set by label when name and port are the same',
			{ wanted: [labelled], ...found(unstamped) },
			'register u1:web:80: stamp',
		],
		[
			'is not adopted with an id set by label and another name',
			{ wanted: [labelled], ...found({ ...unstamped, name: 'other' }) },
			'conflict u1:web:80',
		],
		[
			'is repaired when somebody took our stamp off, whatever else is different',
			{ wanted: [labelled], ...found({ ...unstamped, name: 'other' }), written: new Set([service.id]) },
			'register u1:web:80: name,stamp',
		],
		['is left to a rival that would adopt it', { ...found(unstamped), ...rivalled }, 'conflict u1:web:80'],
		['is left to a proxy that has its id', found({ ...unstamped, kind: 'connect-proxy' }), 'conflict u1:web:80'],
		['is left to another owner', found(stamped({ owner: 'u2' })), 'conflict u1:web:80'],
		[
			'is left to another owner even if this process wrote it before',
			{ ...found(stamped({ owner: 'u2' })), written: new Set([service.id]) },
			'conflict u1:web:80',
		],
		[
			'is taken over from a former host name',
			{ ...found(stamped({ owner: 'old' })), ownership: { ...ownership, formerHostnames: ['old'] } },
			'register u1:web:80: stamp',
		],
		['is not held back by what holds deletes', { ...found(), ...held }, 'register u1:web:80: missing'],
	];
	for (const [sentence, change, decision] of rows) test(sentence, () => assert.deepEqual(decided(change), [decision]));
});

suite('what is done about an entry that is not wanted', () => {
	const leftover: Partial<Situation> = { ...nothingWanted, key: leftoverKey(service.id) };
	const rows: readonly [sentence: string, change: Partial<Situation>, decisions: readonly string[]][] = [
		['this container’s goes', {}, ['deregister u1:web:80: orphaned']],
		['this container’s is held for a reason', held, ['hold u1:web:80: unproved']],
		['another container’s is never touched', found(stamped({ containerId: other })), []],
		['another owner’s is never touched', found(stamped({ owner: 'u2' })), []],
		['one without a stamp is never touched', found(unstamped), []],
		[
			'one that this process wrote goes though somebody took its stamp off',
			{ ...found(unstamped), written: new Set([service.id]) },
			['deregister u1:web:80: orphaned'],
		],
		[
			'one that somebody made a proxy’s is never touched',
			{ ...found({ ...unstamped, kind: 'connect-proxy' }), written: new Set([service.id]) },
			[],
		],
		['a proxy that inherited our stamp is never touched', found({ ...observed, kind: 'connect-proxy' }), []],
		['a leftover goes', { ...leftover, ...found(unstamped) }, ['deregister u1:web:80: orphaned']],
		['a leftover is held for a reason', { ...leftover, ...found(unstamped), ...held }, ['hold u1:web:80: unproved']],
		['a leftover that got a stamp meanwhile is none', leftover, []],
		['a leftover that became a proxy is none', { ...leftover, ...found({ ...unstamped, kind: 'connect-proxy' }) }, []],
		['of a leftover’s key nothing else goes', { ...leftover, ...found({ ...unstamped, id: 'u1:db:1' }) }, []],
	];
	for (const [sentence, change, decisions] of rows)
		test(sentence, () => assert.deepEqual(decided({ ...nothingWanted, ...change }), decisions));
});

suite('a decision carries what it takes to carry it out', () => {
	test('a registration has the service, the stamp of this container, and the causes', () => {
		assert.deepEqual(decide({ ...situation, ...found() }), [
			{
				kind: 'register',
				desired: service,
				stamp: { owner: 'u1', engine: 'ENGI:NEID', containerId: self, spec: specOf(service) },
				because: [{ field: 'missing', desired: 'u1:web:80', observed: undefined }],
			},
		]);
	});

	test('a held delete has the delete', () => {
		const because = [{ field: 'orphaned' as const, desired: undefined, observed: 'u1:web:80' }];
		assert.deepEqual(decide({ ...situation, ...nothingWanted, ...held }), [
			{ kind: 'hold', held: { kind: 'deregister', observed, because }, reason: 'unproved' },
		]);
	});

	test('a conflict has who holds the id', () => {
		const holder = stamped({ owner: 'u2' });
		assert.deepEqual(decide({ ...situation, ...found(holder) }), [{ kind: 'conflict', desired: service, holder }]);
	});

	test('a conflict about an id that nobody holds yet has no holder', () => {
		assert.deepEqual(decide({ ...situation, ...found(), ...rivalled }), [
			{ kind: 'conflict', desired: service, holder: undefined },
		]);
	});

	test('tags that others edited are sent back when another field has to be written', () => {
		const open: ServiceInstance = { ...service, enableTagOverride: true };
		const edited = { ...registered(open, { ...stamp, spec: specOf(open) }), tags: ['theirs'] };
		const decisions = decide({ ...situation, wanted: [open], ...found({ ...edited, port: 81 }) });
		assert.deepEqual(
			decisions.map((it) => it.kind === 'register' && [it.desired.tags, it.stamp.spec]),
			[[['theirs'], specOf(open)]],
		);
		assert.deepEqual(decide({ ...situation, wanted: [open], ...found(edited) }).map(told), ['unchanged u1:web:80']);
	});

	test('the guard is asked about each entry with what the agent has of it', () => {
		const asked: Registration[] = [];
		decide({ ...situation, ...nothingWanted, holdOf: (it) => void asked.push(it) });
		assert.deepEqual(asked, [observed]);
	});
});

test('registrations come first, each kind by id, so that a renamed service is never absent', () => {
	const at = (id: string): Registration => registered({ ...service, id }, { ...stamp, containerId: self });
	const wanted = ['u1:z:80', 'u1:b:80'].map((id) => ({ ...service, id }));
	assert.deepEqual(decided({ wanted, ...found(at('u1:y:80'), at('u1:a:80')) }), [
		'register u1:b:80: missing',
		'register u1:z:80: missing',
		'deregister u1:a:80: orphaned',
		'deregister u1:y:80: orphaned',
	]);
});
