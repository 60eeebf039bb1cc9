import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Registration, ServiceInstance } from '../../../src/model.ts';
import {
	isAdoptable,
	leftoverIdOf,
	leftoverKey,
	leftoverOf,
	type Ownership,
	type Standing,
	stampFor,
	standingOf,
} from '../../../src/plan/ownership.ts';
import { specOf } from '../../../src/plan/spec.ts';
import { observed, ownership, self, service, stamp } from './samples.ts';

suite('whose a registration is', () => {
	const rows: readonly [
		sentence: string,
		found: Partial<Registration>,
		whom: Partial<Ownership>,
		standing: Standing,
	][] = [
		['one with our stamp is ours', {}, {}, 'ours'],
		['one without a stamp is nobody’s', { stamp: undefined }, {}, 'unstamped'],
		['another owner’s is foreign', { stamp: { ...stamp, owner: 'u2' } }, {}, 'foreign'],
		['an owner whose name begins like ours is foreign', { stamp: { ...stamp, owner: 'u10' } }, {}, 'foreign'],
		['an owner whose name ours begins with is foreign', {}, { owner: 'u10' }, 'foreign'],
		['an owner in other case is foreign', { stamp: { ...stamp, owner: 'U1' } }, {}, 'foreign'],
		[
			'a former host name’s is ours',
			{ stamp: { ...stamp, owner: 'old' } },
			{ formerHostnames: ['older', 'old'] },
			'ours',
		],
		['the owner counts, not the host name', {}, { owner: 'team', hostname: 'u1' }, 'foreign'],
		['another engine’s with our owner is ours', { stamp: { ...stamp, engine: 'OTHE:RONE' } }, {}, 'ours'],
		['a proxy that inherited our Meta is foreign', { kind: 'connect-proxy' }, {}, 'foreign'],
		['a proxy without a stamp is nobody’s', { kind: 'connect-proxy', stamp: undefined }, {}, 'unstamped'],
	];
	for (const [sentence, found, whom, standing] of rows)
		test(sentence, () => assert.equal(standingOf({ ...observed, ...found }, { ...ownership, ...whom }), standing));
});

test('a stamp says who, for which container, by which engine, and as what', () => {
	assert.deepEqual(stampFor(service, self, { ...ownership, owner: 'team' }), {
		owner: 'team',
		engine: 'ENGI:NEID',
		containerId: self,
		spec: specOf(service),
	});
});

suite('an entry without a stamp that has an id we want', () => {
	const labelled: Partial<ServiceInstance> = { labelledId: true };
	const rows: readonly [
		sentence: string,
		wanted: Partial<ServiceInstance>,
		found: Partial<Registration>,
		isAdoptable: boolean,
	][] = [
		['is adopted: nobody else makes such ids', {}, {}, true],
		['is adopted whatever else it says', {}, { name: 'x', port: 1, address: '', tags: [] }, true],
		['is not adopted when it is no ordinary service', {}, { kind: 'connect-proxy' }, false],
		['is adopted with a labelled id if name and port are the ones', labelled, { tags: [], meta: {} }, true],
		['is not adopted with a labelled id and another name', labelled, { name: 'x' }, false],
		['is not adopted with a labelled id and another port', labelled, { port: 1 }, false],
		['is adopted with a labelled id at another address', labelled, { address: '192.0.2.99' }, true],
		['is not adopted with a labelled id as a proxy', labelled, { kind: 'connect-proxy' }, false],
	];
	for (const [sentence, wanted, found, expected] of rows)
		test(sentence, () => {
			const entry = { ...observed, stamp: undefined, ...found };
			assert.equal(isAdoptable({ ...service, ...wanted }, entry), expected);
		});
});

suite('an entry without a stamp that nobody wants', () => {
	const cleaning: Partial<Ownership> = { cleanup: true };
	const renamed: Partial<Ownership> = { formerHostnames: ['old', 'older'] };
	const rows: readonly [
		sentence: string,
		found: Partial<Registration>,
		whom: Partial<Ownership>,
		container: string | undefined,
	][] = [
		['is left alone', {}, {}, undefined],
		['is a leftover under -cleanup', {}, cleaning, 'web'],
		['is a leftover for udp too', { id: 'u1:dns:53:udp' }, cleaning, 'dns'],
		['is left alone with another host name', { id: 'u2:web:80' }, cleaning, undefined],
		['is left alone with a host name that begins like ours', { id: 'u10:web:80' }, cleaning, undefined],
		['is left alone with an id of another form', { id: 'web' }, cleaning, undefined],
		['is left alone with a port that is none', { id: 'u1:web:http' }, cleaning, undefined],
		['is left alone when it is no ordinary service', { kind: 'connect-proxy' }, cleaning, undefined],
		['is judged by its stamp when it has one', { stamp }, cleaning, undefined],
		['with a former host name is a leftover even without -cleanup', { id: 'older:web:80' }, renamed, 'web'],
		['with the present host name is none because of a former one', {}, renamed, undefined],
		['with either name is one under -cleanup and a former name', {}, { ...cleaning, ...renamed }, 'web'],
	];
	for (const [sentence, found, whom, container] of rows)
		test(sentence, () => {
			const entry = { ...observed, stamp: undefined, ...found };
			assert.equal(leftoverOf(entry, { ...ownership, ...whom }), container);
		});
});

test('the key of a leftover gives back its id, and no container is mistaken for one', () => {
	fc.assert(fc.property(fc.string(), (id) => assert.equal(leftoverIdOf(leftoverKey(id)), id)));
	assert.equal(leftoverIdOf(self), undefined);
});
