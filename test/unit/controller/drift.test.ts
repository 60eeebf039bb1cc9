import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { suspectsAmong } from '../../../src/controller/drift.ts';
import { ServiceIndex } from '../../../src/controller/service-index.ts';
import type { Registration } from '../../../src/model.ts';
import { observed, other, self, service, stamp } from '../plan/samples.ts';

/** The service was written at 1000, nothing of it has been seen yet. */
function expecting(isWritten = true): ServiceIndex {
	const index = new ServiceIndex();
	index.expect(self, service, stamp, 1_000, isWritten);
	return index;
}

/** As `expecting`, and the catalog has shown it. */
function confirmed(): ServiceIndex {
	const index = expecting();
	suspectsAmong([observed], index, 1_001);
	return index;
}

const nobody = { keys: [], later: [], unknown: [] };
const edited: Registration = { ...observed, port: 81 };

suite('what the catalog shows', () => {
	test('nothing of nobody is no cause for suspicion', () => {
		assert.deepEqual(suspectsAmong([], new ServiceIndex(), 0), nobody);
	});

	test('our own write explains itself', () => {
		const index = expecting();
		assert.deepEqual(suspectsAmong([observed], index, 1_001), nobody);
		assert.equal(index.expectedOf(service.id)?.isConfirmed, true);
	});

	const rows: readonly [sentence: string, seen: readonly Registration[]][] = [
		['an entry that somebody edited', [edited]],
		['an entry that somebody took out', []],
		['an entry whose stamp somebody changed', [{ ...observed, stamp: { ...stamp, containerId: other } }]],
	];
	for (const [sentence, seen] of rows) {
		test(`${sentence}, and that was seen as it should be, is looked at once`, () => {
			assert.deepEqual(suspectsAmong(seen, confirmed(), 1_002), { ...nobody, keys: [self] });
		});

		test(`${sentence}, as far as a catalog tells that may be behind our write, is looked at later`, () => {
			assert.deepEqual(suspectsAmong(seen, expecting(), 1_500), { ...nobody, later: [{ key: self, ms: 1_500 }] });
			assert.deepEqual(suspectsAmong(seen, expecting(), 2_999), { ...nobody, later: [{ key: self, ms: 1 }] });
		});

		test(`${sentence} is looked at once when the catalog has had time enough`, () => {
			assert.deepEqual(suspectsAmong(seen, expecting(), 3_000), { ...nobody, keys: [self] });
			assert.deepEqual(suspectsAmong(seen, expecting(false), 9_000), { ...nobody, keys: [self] });
		});
	}

	test('an entry that another writer is known to change all the time is looked at now and then', () => {
		const found = suspectsAmong([], confirmed(), 9_000, (id) => id === service.id);
		assert.deepEqual(found, { ...nobody, later: [{ key: self, ms: 2_000 }] });
		assert.deepEqual(
			suspectsAmong([], confirmed(), 9_000, () => false),
			{ ...nobody, keys: [self] },
		);
	});

	test('an entry written again has to be seen again', () => {
		const index = confirmed();
		index.expect(self, { ...service, port: 82 }, { ...stamp, spec: '1-1' }, 5_000, true);
		assert.deepEqual(suspectsAmong([observed], index, 5_010), { ...nobody, later: [{ key: self, ms: 1_990 }] });
	});

	test('tags that others may edit are no cause for suspicion', () => {
		const index = new ServiceIndex();
		index.expect(self, { ...service, enableTagOverride: true }, stamp, 0, true);
		const seen = { ...observed, enableTagOverride: true, tags: ['theirs'] };
		assert.deepEqual(suspectsAmong([seen], index, 9_000), nobody);
	});

	test('a container with several is named once', () => {
		const index = confirmed();
		index.expect(self, { ...service, id: 'u1:web:81' }, stamp, 0, true);
		assert.deepEqual(suspectsAmong([], index, 9_000), { ...nobody, keys: [self] });
	});
});

suite('an entry with our owner that we know nothing of', () => {
	const stranger: Registration = { ...observed, id: 'u1:stranger:80' };

	test('is told', () => {
		assert.deepEqual(suspectsAmong([observed, stranger], expecting(), 1_001), { ...nobody, unknown: [stranger.id] });
	});

	test('is none that belongs to a key', () => {
		const index = expecting();
		index.found(stranger.id, other);
		assert.deepEqual(suspectsAmong([observed, stranger], index, 1_001), nobody);
	});

	test('is none that we have just removed', () => {
		const index = expecting();
		index.found(stranger.id, other);
		index.removed(stranger.id, 1_000);
		assert.deepEqual(suspectsAmong([observed, stranger], index, 1_001), nobody);
	});

	test('is none when it is a proxy that inherited the stamp', () => {
		assert.deepEqual(suspectsAmong([observed, { ...stranger, kind: 'connect-proxy' }], expecting(), 1_001), nobody);
	});
});
