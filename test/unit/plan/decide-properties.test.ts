import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Registration } from '../../../src/model.ts';
import { type Decision, decide, type HoldReason, type Situation } from '../../../src/plan/decide.ts';
import { standingOf } from '../../../src/plan/ownership.ts';
import { anyKey, anyRegistrations, anyServiceId, anyServices } from './arbitraries.ts';
import { byId, ownership, registered } from './samples.ts';

/** Mixes of entries of ours, of other owners and without a stamp, in front of whatever a container wants. */
const anySituation: fc.Arbitrary<Situation> = fc
	.record({
		key: fc.oneof(
			anyKey,
			anyServiceId.map((id) => `service:${id}` as const),
		),
		services: anyServices,
		registrations: anyRegistrations,
		rivals: fc.uniqueArray(anyServiceId),
		written: fc.uniqueArray(anyServiceId),
		formerHostnames: fc.constantFrom<string[]>([], ['u0']),
		hold: fc.constantFrom<HoldReason | undefined>(undefined, undefined, 'unproved'),
	})
	.map(({ key, services, registrations, rivals, written, formerHostnames, hold }) => ({
		key,
		wanted: key.startsWith('service:') ? [] : services,
		found: byId(registrations),
		rivals: new Set(rivals),
		written: new Set(written),
		ownership: { ...ownership, formerHostnames },
		holdOf: () => hold,
	}));

/** What the agent has once everything that was decided has been done. */
function applied(found: ReadonlyMap<string, Registration>, decisions: readonly Decision[]): Map<string, Registration> {
	const after = new Map(found);
	for (const decision of decisions) {
		if (decision.kind === 'register') after.set(decision.desired.id, registered(decision.desired, decision.stamp));
		if (decision.kind === 'deregister') after.delete(decision.observed.id);
	}
	return after;
}

const writes = (decisions: readonly Decision[]): readonly Decision[] =>
	decisions.filter(({ kind }) => kind === 'register' || kind === 'deregister');

const idOf = (decision: Decision): string => {
	if (decision.kind === 'hold') return decision.held.observed.id;
	if (decision.kind === 'contested') return decision.repair.desired.id;
	if (decision.kind === 'flapping') return decision.start.desired.id;
	return decision.kind === 'deregister' ? decision.observed.id : decision.desired.id;
};

suite('whatever is wanted and found', () => {
	test('once it has been done, nothing is left to be done', () => {
		fc.assert(
			fc.property(anySituation, (situation) => {
				const decisions = decide(situation);
				const again = decide({ ...situation, found: applied(situation.found, decisions) });
				assert.deepEqual(writes(again), []);
				const registers = decisions.flatMap((it) => (it.kind === 'register' ? [it.desired.id] : []));
				const unchanged = again.flatMap((it) => (it.kind === 'unchanged' ? [it.desired.id] : []));
				assert.ok(new Set(registers).isSubsetOf(new Set(unchanged)));
			}),
		);
	});

	test('the order of services and entries does not matter', () => {
		fc.assert(
			fc.property(anySituation, (situation) => {
				const reversed = {
					...situation,
					wanted: situation.wanted.toReversed(),
					found: new Map([...situation.found].reverse()),
				};
				assert.deepEqual(decide(reversed), decide(situation));
			}),
		);
	});

	test('an entry of another owner is never written', () => {
		fc.assert(
			fc.property(anySituation, (situation) => {
				const after = applied(situation.found, decide(situation));
				for (const [id, before] of situation.found)
					if (standingOf(before, situation.ownership) === 'foreign') assert.deepEqual(after.get(id), before);
			}),
		);
	});

	test('an entry without a stamp goes only if this process wrote it or it is the leftover in question', () => {
		fc.assert(
			fc.property(anySituation, (situation) => {
				for (const decision of decide(situation))
					if (decision.kind === 'deregister' && decision.observed.stamp === undefined) {
						const { id } = decision.observed;
						assert.ok(situation.written.has(id) || situation.key === `service:${id}`);
					}
			}),
		);
	});

	test('what is wanted is never deregistered, and every wanted id is decided on once', () => {
		fc.assert(
			fc.property(anySituation, (situation) => {
				const decisions = decide(situation);
				const ids = decisions.map(idOf);
				assert.equal(new Set(ids).size, ids.length);
				const wanted = new Set(situation.wanted.map(({ id }) => id));
				assert.ok(wanted.isSubsetOf(new Set(ids)));
				for (const decision of decisions)
					if (decision.kind === 'deregister' || decision.kind === 'hold') assert.ok(!wanted.has(idOf(decision)));
			}),
		);
	});

	test('the entry of another container is never deregistered', () => {
		fc.assert(
			fc.property(anySituation, (situation) => {
				for (const decision of decide(situation))
					if (decision.kind === 'deregister' && decision.observed.stamp !== undefined)
						assert.equal(decision.observed.stamp.containerId, situation.key);
			}),
		);
	});

	test('registrations come before deregistrations, each by id', () => {
		fc.assert(
			fc.property(anySituation, (situation) => {
				const isDelete = ({ kind }: Decision): boolean => kind === 'deregister' || kind === 'hold';
				const order = decide(situation).map((it) => `${Number(isDelete(it))} ${idOf(it)}`);
				assert.deepEqual(order, order.toSorted());
			}),
		);
	});

	test('nothing that is given is changed', () => {
		fc.assert(
			fc.property(anySituation, ({ holdOf, ...situation }) => {
				const before = structuredClone(situation);
				decide({ ...situation, holdOf });
				assert.deepEqual(situation, before);
			}),
		);
	});
});
