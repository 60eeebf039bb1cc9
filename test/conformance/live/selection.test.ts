import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { recordedCases, titleOf } from '../../support/recorded.ts';
import { matching } from './selection.ts';

suite('which cases are played', () => {
	const all = recordedCases();
	const titles = (...patterns: readonly string[]): readonly string[] => matching(all, patterns).map(titleOf);

	test('all of them unless somebody says otherwise', () => assert.equal(titles().length, all.length));
	test('by topic', () => {
		assert.deepEqual(titles('ids/*'), all.filter(({ topic }) => topic === 'ids').map(titleOf));
	});
	test('by name, whatever the topic', () => assert.deepEqual(titles('seed-redis-d?'), ['seed/seed-redis-dP']));
	test('several patterns add up, and a case comes once', () => {
		assert.deepEqual(titles('seed-redis-dP', 'seed/seed-redis-dP', 'restart'), [
			'lifecycle/restart',
			'seed/seed-redis-dP',
		]);
	});
	test('none where nothing matches', () => assert.deepEqual(titles('nothing/*'), []));
	test('no two cases have the same name', () => assert.equal(new Set(all.map(titleOf)).size, all.length));
});
