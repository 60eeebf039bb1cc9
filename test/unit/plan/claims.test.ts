import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Registration, ServiceInstance } from '../../../src/model.ts';
import { type Claim, Claims, goesBefore } from '../../../src/plan/claims.ts';
import { anyKey, anyService, anyServiceId } from './arbitraries.ts';
import { observed, other, self, service } from './samples.ts';

const claim = (change: Partial<Claim>): Claim => ({ key: self, createdAt: '2026-08-01T10:00:00Z', service, ...change });
const older = claim({ key: other, createdAt: '2026-08-01T09:00:00Z' });
const newer = claim({ key: self });

suite('who goes first, of two containers that want one id', () => {
	const rows: readonly [sentence: string, a: Claim, b: Claim, found: Registration | undefined][] = [
		['the one created first', older, newer, undefined],
		['the smaller id, of two created at once', claim({ key: self }), claim({ key: other }), undefined],
		['the one that the entry describes', newer, { ...older, service: { ...service, port: 81 } }, observed],
		[
			'the one created first, where the entry describes neither address',
			{ ...older, service: { ...service, address: '192.0.2.98' } },
			{ ...newer, service: { ...service, address: '192.0.2.99' } },
			observed,
		],
		['the one created first, where the entry describes both', older, newer, observed],
		[
			'the one created first, down to the nanosecond',
			{ ...older, createdAt: '2026-08-01T10:00:00.123456788Z' },
			{ ...newer, createdAt: '2026-08-01T10:00:00.123456789Z' },
			undefined,
		],
		[
			'the one created first, where Docker left out the zeros at the end',
			{ ...newer, createdAt: '2026-08-01T10:00:00.1Z' },
			{ ...older, createdAt: '2026-08-01T10:00:00.123Z' },
			undefined,
		],
		[
			'the one created first, where Docker left out the whole fraction',
			{ ...newer, createdAt: '2026-08-01T10:00:00Z' },
			{ ...older, createdAt: '2026-08-01T10:00:00.123Z' },
			undefined,
		],
	];
	for (const [sentence, a, b, found] of rows)
		test(sentence, () => {
			assert.equal(goesBefore(a, b, found), true);
			assert.equal(goesBefore(b, a, found), false);
		});
});

const anyClaim: fc.Arbitrary<Claim> = fc.record(
	{
		key: anyKey,
		createdAt: fc.constantFrom('2026-08-01T10:00:00Z', '2026-08-01T10:00:00.5Z', '2026-08-01T10:00:00.25Z'),
		service: anyService,
	},
	{ noNullPrototype: true },
);

test('who goes first is a strict order: never both, never a circle, and one of two different ones', () => {
	fc.assert(
		fc.property(anyClaim, anyClaim, anyClaim, fc.boolean(), (a, b, c, isFound) => {
			const found = isFound ? observed : undefined;
			const before = (x: Claim, y: Claim): boolean => goesBefore(x, y, found);
			assert.equal(before(a, a), false);
			assert.ok(!(before(a, b) && before(b, a)));
			if (before(a, b) && before(b, c)) assert.ok(before(a, c));
			if (a.key !== b.key) assert.ok(before(a, b) || before(b, a));
		}),
	);
});

suite('who wants what', () => {
	const wanting = (...ids: readonly string[]): readonly ServiceInstance[] => ids.map((id) => ({ ...service, id }));

	test('a container’s own claim does not stand in its way, another’s does', () => {
		const claims = new Claims();
		claims.set(self, '1', wanting('x'));
		claims.set(other, '2', wanting('x', 'y'));
		assert.deepEqual(claims.others('x', self), [{ key: other, createdAt: '2', service: { ...service, id: 'x' } }]);
		assert.deepEqual(
			claims.others('x', other).map(({ key }) => key),
			[self],
		);
		assert.deepEqual(claims.others('y', other), []);
		assert.deepEqual(claims.others('z', self), []);
	});

	test('what is wanted anew takes the place of what was wanted before, and the ids let go are told', () => {
		const claims = new Claims();
		assert.deepEqual(claims.set(self, '1', wanting('x', 'y')), []);
		assert.deepEqual(claims.set(self, '1', wanting('y', 'z')), ['x']);
		assert.deepEqual(claims.others('x', other), []);
		assert.deepEqual(claims.others('z', other).length, 1);
	});

	test('a claim shows the service as it is wanted now', () => {
		const claims = new Claims();
		claims.set(self, '1', [service]);
		claims.set(self, '1', [{ ...service, port: 81 }]);
		assert.equal(claims.others(service.id, other)[0]?.service.port, 81);
	});

	test('who wants nothing any more is not remembered', () => {
		const claims = new Claims();
		claims.set(self, '1', wanting('x'));
		assert.deepEqual([...claims.keys()], [self]);
		assert.deepEqual(claims.set(self, '', []), ['x']);
		assert.deepEqual([...claims.keys()], []);
		assert.deepEqual(claims.set(self, '', []), []);
	});

	test('it is always the last that each one said', () => {
		const saying = fc.tuple(anyKey, fc.uniqueArray(anyServiceId, { maxLength: 3 }));
		fc.assert(
			fc.property(fc.array(saying, { maxLength: 20 }), anyServiceId, anyKey, (sayings, id, key) => {
				const claims = new Claims();
				const model = new Map<string, string[]>();
				for (const [who, ids] of sayings) {
					const dropped = claims.set(who, '', wanting(...ids));
					assert.deepEqual(
						dropped,
						(model.get(who) ?? []).filter((it) => !ids.includes(it)),
					);
					model.set(who, ids);
				}
				const wanted = [...model].filter(([who, ids]) => who !== key && ids.includes(id)).map(([who]) => who);
				assert.deepEqual(
					claims
						.others(id, key)
						.map((it) => it.key)
						.sort(),
					wanted.sort(),
				);
				assert.deepEqual(
					[...claims.keys()].sort(),
					[...model].flatMap(([who, ids]) => (ids.length > 0 ? [who] : [])).sort(),
				);
			}),
		);
	});
});
