import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type MetaFlaw, metaOf } from '../../../src/derive/meta.ts';

suite('attributes become Meta', () => {
	test('id, name and tags have fields of their own; ignore and checks stay', () => {
		const { meta, dropped } = metaOf({ id: 'a', name: 'b', tags: 'c', ignore: 'no', check_http: '/', region: 'us2' });
		assert.deepEqual({ ...meta }, { check_http: '/', ignore: 'no', region: 'us2' });
		assert.deepEqual(dropped, []);
	});

	const rows: readonly [sentence: string, key: string, value: string, reason: MetaFlaw | undefined][] = [
		['an ordinary pair is kept', 'region', 'us2', undefined],
		['an empty value is kept', 'region', '', undefined],
		['any value is kept', 'x', ' größe\n数据 ', undefined],
		['a blank key goes', '', 'x', 'key'],
		['a key with a dot goes', 'a.b', 'x', 'key'],
		['a key with a letter beyond ASCII goes', 'größe', 'x', 'key'],
		['a key with a line break goes', 'a\n', 'x', 'key'],
		['a key of 128 characters is kept', 'k'.repeat(128), 'x', undefined],
		['a longer one goes', 'k'.repeat(129), 'x', 'key'],
		['consul- is reserved', 'consul-x', 'x', 'reserved'],
		['reconsul- is reserved', 'reconsul-owner', 'x', 'reserved'],
		['consul alone is not', 'consul', 'x', undefined],
		['a value of 512 bytes is kept', 'x', 'v'.repeat(512), undefined],
		['a longer one goes', 'x', 'v'.repeat(513), 'value-too-long'],
		['bytes count, not characters', 'x', 'ß'.repeat(257), 'value-too-long'],
	];
	for (const [sentence, key, value, reason] of rows)
		test(sentence, () => {
			const { meta, dropped } = metaOf({ [key]: value, other: 'stays' });
			assert.deepEqual(dropped, reason === undefined ? [] : [{ key, reason }]);
			assert.equal(meta[key], reason === undefined ? value : undefined);
			assert.equal(meta['other'], 'stays');
		});

	test('sixty pairs are kept, and always the same ones', () => {
		const keys = Array.from({ length: 70 }, (_, at) => `k${String(at).padStart(2, '0')}`);
		const forward = metaOf(Object.fromEntries(keys.map((key) => [key, 'v'])));
		const backward = metaOf(Object.fromEntries(keys.toReversed().map((key) => [key, 'v'])));
		assert.equal(Object.keys(forward.meta).length, 60);
		assert.equal(forward.dropped.length, 10);
		assert.deepEqual(forward, backward);
		assert.deepEqual(new Set(forward.dropped.map(({ reason }) => reason)), new Set(['too-many']));
	});

	test('a pair that goes for another reason takes no place', () => {
		const good = Array.from({ length: 60 }, (_, at) => [`k${at}`, 'v']);
		const { meta } = metaOf(Object.fromEntries([['a.b', 'x'], ...good]));
		assert.equal(Object.keys(meta).length, 60);
	});

	test('whatever the attributes, each pair is kept within the limits or dropped with a reason', () => {
		const key = fc.oneof(
			fc.string({ maxLength: 5 }),
			fc.constantFrom('id', 'name', 'tags', '__proto__', 'constructor'),
		);
		fc.assert(
			fc.property(fc.dictionary(key, fc.string({ maxLength: 600 }), { maxKeys: 80 }), (values) => {
				const { meta, dropped } = metaOf(values);
				const fields = ['id', 'name', 'tags'].filter((field) => Object.hasOwn(values, field));
				assert.equal(Object.keys(meta).length + dropped.length + fields.length, Object.keys(values).length);
				for (const [name, value] of Object.entries(meta)) {
					assert.match(name, /^[\w-]{1,128}$/);
					assert.ok(Buffer.byteLength(value) <= 512);
				}
			}),
		);
	});
});
