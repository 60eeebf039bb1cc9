import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { caseLines, type Result, reportLines } from './report.ts';

const result = (topic: string, name: string, ...faults: readonly string[]): Result => ({
	scenario: { topic, name },
	verdict: { faults, seconds: 1.25, log: faults.length > 0 ? 'line 1\nline 2\n' : '' },
});

suite('the report of a run', () => {
	const results = [result('tags', 'one'), result('ports', 'two', 'u1:x:80 is missing'), result('tags', 'three')];

	test('a line for each topic in order, the failures by name, and the sum last', () => {
		assert.deepEqual(reportLines(results), [
			'topic         passed  failed   seconds',
			'ports              0       1       1.3',
			'tags               2       0       2.5',
			'FAIL ports/two',
			'2 passed, 1 failed',
		]);
	});

	test('a case that passed is one line', () => {
		assert.deepEqual(results.slice(0, 1).flatMap(caseLines), ['pass   1.25 s  tags/one']);
	});

	test('one that failed shows its faults and what the daemon wrote', () => {
		assert.deepEqual(results.slice(1, 2).flatMap(caseLines), [
			'FAIL   1.25 s  ports/two',
			'              u1:x:80 is missing',
			'              | line 1',
			'              | line 2',
		]);
	});
});
