import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outOfScope } from '../../../src/derive/scope.ts';
import type { Container } from '../../../src/model.ts';
import { containerOf } from '../../../src/source/inspect.ts';

const container: Container = containerOf({
	Id: 'ab'.repeat(32),
	Name: '/web-1',
	State: { Running: true },
	Config: { Image: 'registry.local:5000/team/web:1.2' },
});

const rows: readonly (readonly [
	sentence: string,
	include: readonly string[],
	exclude: readonly string[],
	reason: RegExp | undefined,
])[] = [
	['with no pattern everything is looked at', [], [], undefined],
	['a name that is included is', ['web-*'], [], undefined],
	['an image that is included is', ['registry.local:5000/team/*'], [], undefined],
	['one of several patterns is enough', ['db-*', 'web-?'], [], undefined],
	['what is not included is not', ['db-*'], [], /no --include matches/],
	['the whole name has to match', ['web'], [], /no --include/],
	['a star does not cross the parts of an image', ['registry.local:5000/*'], [], /no --include/],
	['two of them do', ['registry.local:5000/**'], [], undefined],
	['what is excluded is not looked at', [], ['web-*'], /--exclude web-\* matches/],
	['exclusion wins', ['web-*'], ['**/web:*'], /--exclude \*\*\/web:\*/],
	['braces name alternatives', ['{db,web}-1'], [], undefined],
];
for (const [sentence, include, exclude, reason] of rows)
	test(`scope: ${sentence}`, () => {
		const got = outOfScope(container, { include, exclude });
		if (reason === undefined) assert.equal(got, undefined);
		else assert.match(got ?? '', reason);
	});

test('scope: what a filter of Docker hides is out of it whatever else is said', () => {
	const hidden = { ...container, isFilteredOut: true };
	assert.match(outOfScope(hidden, { include: ['web-1'], exclude: [] }) ?? '', /--container-filter/);
});
