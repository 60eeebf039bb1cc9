import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { Dependents } from '../../../src/controller/dependents.ts';

suite('who lives on whose network', () => {
	test('nobody does until it is said', () => {
		assert.deepEqual([...new Dependents().of('base')], []);
	});

	test('several may live on one', () => {
		const dependents = new Dependents();
		dependents.set('a', 'base');
		dependents.set('b', 'base');
		dependents.set('b', 'base');
		assert.deepEqual([...dependents.of('base')], ['a', 'b']);
		assert.deepEqual([...dependents.of('a')], []);
	});

	test('who moves is no longer where it was', () => {
		const dependents = new Dependents();
		dependents.set('a', 'base');
		dependents.set('a', 'other');
		assert.deepEqual([[...dependents.of('base')], [...dependents.of('other')]], [[], ['a']]);
	});

	test('it is always the last that each one said', () => {
		const anyKey = fc.constantFrom('a', 'b', 'c');
		const saying = fc.tuple(anyKey, fc.option(anyKey, { nil: undefined }));
		fc.assert(
			fc.property(fc.array(saying, { maxLength: 20 }), anyKey, (sayings, base) => {
				const dependents = new Dependents();
				for (const [key, on] of sayings) dependents.set(key, on);
				const last = [...new Map(sayings)].filter(([, on]) => on === base).map(([key]) => key);
				assert.deepEqual([...dependents.of(base)].sort(), last.sort());
			}),
		);
	});
});
