import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ServiceIndex } from '../../../src/controller/service-index.ts';
import type { Registration, Stamp } from '../../../src/model.ts';
import { observed, other, self, service, stamp } from '../plan/samples.ts';

const { id } = service;
const listed = (change: Partial<Registration> = {}, its: Partial<Stamp> = {}) => ({
	...observed,
	...change,
	stamp: { ...stamp, ...its },
});

/** Written at 10. */
function written(): ServiceIndex {
	const index = new ServiceIndex();
	index.expect(self, service, stamp, 10, true);
	return index;
}

suite('which entries belong to which key', () => {
	test('those that were found, each to one', () => {
		const index = new ServiceIndex();
		index.found('x', self);
		index.found('y', self);
		assert.deepEqual([[...index.idsOf(self)], index.keyOf('x'), index.size], [['x', 'y'], self, 2]);
		index.found('x', other);
		assert.deepEqual([[...index.idsOf(self)], [...index.idsOf(other)], index.size], [['y'], ['x'], 2]);
		index.found('y', other);
		assert.deepEqual([[...index.keys()], [...index.idsOf(self)]], [[other], []]);
	});

	test('those that were written', () => {
		const index = written();
		assert.deepEqual([[...index.idsOf(self)], index.keyOf(id)], [[id], self]);
	});

	test('not those that are gone', () => {
		const index = written();
		index.gone(id);
		assert.deepEqual(
			[index.keyOf(id), [...index.keys()], index.size, index.expectedOf(id)],
			[undefined, [], 0, undefined],
		);
		index.gone('never heard of');
	});

	test('those that were removed are gone, and it is known when', () => {
		const index = written();
		index.removed(id, 20);
		assert.deepEqual([index.keyOf(id), index.removedAt(id)], [undefined, 20]);
		index.expect(self, service, stamp, 30, true);
		assert.deepEqual([index.keyOf(id), index.removedAt(id)], [self, undefined]);
	});
});

suite('what is expected of an entry', () => {
	test('what was written last', () => {
		const index = written();
		const changed = { ...service, port: 81 };
		index.expect(self, changed, { ...stamp, spec: '1-1' }, 20, true);
		assert.deepEqual(index.expectedOf(id), {
			key: self,
			desired: changed,
			stamp: { ...stamp, spec: '1-1' },
			since: 20,
			isWritten: true,
			isConfirmed: false,
		});
	});

	test('what was read, if nothing else is known', () => {
		const index = new ServiceIndex();
		index.expect(self, service, stamp, 10, false);
		assert.deepEqual([index.expectedOf(id)?.isWritten, index.keyOf(id)], [false, self]);
	});

	test('a read that says the same does not make it less than written, nor unconfirmed', () => {
		const index = written();
		const expected = index.expectedOf(id);
		if (expected !== undefined) expected.isConfirmed = true;
		index.expect(self, service, stamp, 20, false);
		assert.equal(index.expectedOf(id), expected);
	});

	test('a later read of something else counts', () => {
		const index = written();
		index.expect(other, service, { ...stamp, containerId: other }, 20, false);
		assert.deepEqual([index.expectedOf(id)?.key, index.keyOf(id)], [other, other]);
	});

	test('nothing any more, of what stays without anybody standing for it', () => {
		const index = written();
		index.expectNothing(id, other);
		assert.equal(index.expectedOf(id)?.key, self, 'which only its own key can say');
		index.expectNothing(id, self);
		assert.deepEqual([index.expectedOf(id), index.keyOf(id)], [undefined, self]);
		index.reset([], 50);
		assert.equal(index.keyOf(id), undefined);
	});

	test('an earlier read than the write says nothing', () => {
		const index = written();
		for (const at of [9, 10]) index.expect(other, service, { ...stamp, containerId: other }, at, false);
		assert.equal(index.keyOf(id), self);
	});

	test('an earlier read than the removal says nothing', () => {
		const index = written();
		index.removed(id, 20);
		index.expect(self, service, stamp, 15, false);
		assert.deepEqual([index.expectedOf(id), index.keyOf(id), index.removedAt(id)], [undefined, undefined, 20]);
		index.expect(self, service, stamp, 25, false);
		assert.equal(index.keyOf(id), self);
	});
});

suite('a complete list', () => {
	test('tells what belongs to whom', () => {
		const index = new ServiceIndex();
		index.reset([listed(), listed({ id: 'y' }, { containerId: other })], 50);
		assert.deepEqual([index.keyOf(id), index.keyOf('y'), index.size], [self, other, 2]);
	});

	test('clears away what was only found, and is no more', () => {
		const index = new ServiceIndex();
		index.found('x', self);
		index.reset([], 50);
		assert.equal(index.size, 0);
	});

	test('does not clear away what is expected: lists can be blind, and the key shall look', () => {
		const index = written();
		index.reset([], 50);
		assert.deepEqual([[...index.idsOf(self)], index.expectedOf(id)?.since], [[id], 10]);
	});

	test('moves an entry to the container that it is stamped with now', () => {
		const index = written();
		index.reset([listed({}, { containerId: other })], 50);
		assert.deepEqual([index.keyOf(id), [...index.idsOf(self)]], [other, []]);
	});

	test('says nothing of what was written since it was asked for', () => {
		const index = written();
		index.reset([listed({}, { containerId: other })], 10);
		assert.equal(index.keyOf(id), self);
		index.reset([], 5);
		assert.equal(index.keyOf(id), self);
	});

	test('says nothing of what was removed since it was asked for', () => {
		for (const removedAt of [50, 60]) {
			const index = written();
			index.removed(id, removedAt);
			index.reset([listed()], 50);
			assert.deepEqual([index.keyOf(id), index.removedAt(id)], [undefined, removedAt]);
		}
	});

	test('puts an end to remembering what was removed before', () => {
		const index = written();
		index.removed(id, 20);
		index.reset([], 50);
		assert.equal(index.removedAt(id), undefined);
		index.removed('x', 60);
		index.reset([listed()], 70);
		assert.equal(index.keyOf(id), self);
	});
});
