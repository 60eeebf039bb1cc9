import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { containerNameIn, flawOf, generatedId, isRespelt } from '../../../src/derive/ids.ts';

suite('generated ids', () => {
	const rows: readonly [id: string, host: string, name: string, port: number | string, protocol: string][] = [
		['u1:redis.0:6379', 'u1', 'redis.0', '6379', 'tcp'],
		['u1:redis.0:10000', 'u1', 'redis.0', 10_000, 'tcp'],
		['u1:statsd:8125:udp', 'u1', 'statsd', 8125, 'udp'],
		['u1:a_b-c:9:udp', 'u1', 'a_b-c', '9', 'udp'],
		['u1:link:9', 'u1', 'link', '9', 'sctp'],
	];
	for (const [id, ...parts] of rows)
		test(`${parts.join(' ')} gives ${id}`, () => {
			assert.equal(generatedId(...parts), id);
			assert.equal(containerNameIn(id, parts[0]), parts[1]);
		});

	test('ids of other forms, and of other hosts, are nobody of ours', () => {
		const others = [
			'u1:redis.0',
			'u1:a:80',
			'u1::80',
			'u1:redis:80:tcp',
			'u1:redis:x',
			'u1:-redis:80',
			'u10:redis:80',
			'x-u1:redis:80',
		];
		for (const id of [...others, 'u1:redis:80:udp:udp', 'u1:re dis:80', 'u1:redis:80\n', 'U1:redis:80', 'redis', ''])
			assert.equal(containerNameIn(id, 'u1'), undefined, id);
	});

	test('a host name is taken literally', () => {
		assert.equal(containerNameIn('u1:redis:80', 'u.'), undefined);
		assert.equal(containerNameIn('a.b:redis:80', 'a.b'), 'redis');
	});

	test('the name comes back out of every id made for it', () => {
		const name = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,20}$/);
		const host = fc.stringMatching(/^[a-z0-9.-]{1,20}$/);
		fc.assert(
			fc.property(
				host,
				name,
				fc.integer({ min: 1, max: 65_535 }),
				fc.constantFrom('tcp', 'udp'),
				(of, called, port, protocol) => {
					const id = generatedId(of, called, port, protocol);
					assert.equal(containerNameIn(id, of), called);
					assert.equal(flawOf(id), undefined);
				},
			),
		);
	});
});

suite('ids that Consul would never give back are refused', () => {
	const rows: readonly [id: string, isUsable: boolean][] = [
		['u1:redis.0:6379', true],
		['a b', true],
		['größe/数据?x=1#y%2F', true],
		['a/b', true],
		['a...b', true],
		['/a', false],
		['a//b', false],
		['a/../b', false],
		['..', false],
		['.', false],
		['a/.', false],
		['a\nb', false],
		['a\u0000', false],
		['a\u00a0b', false],
		['a\u200bb', false],
		['a\ud800', false],
		['x'.repeat(512), true],
		['x'.repeat(513), false],
	];
	for (const [id, isUsable] of rows)
		test(`${JSON.stringify(id.slice(0, 20))} of ${id.length} is ${isUsable ? 'usable' : 'not'}`, () => {
			assert.equal(flawOf(id) === undefined, isUsable, flawOf(id));
		});

	test('an id that is not refused stays itself when a path is cleaned', () => {
		const segment = fc.constantFrom('a', '.', '..', '', 'b.', 'c d', '%2e', '?');
		fc.assert(
			fc.property(fc.array(segment, { minLength: 1 }), (segments) => {
				const id = segments.join('/');
				fc.pre(id !== '' && flawOf(id) === undefined);
				assert.equal(
					new URL(`http://h/v1/${id.split('/').map(encodeURIComponent).join('/')}`).pathname.split('/').length,
					segments.length + 2,
				);
			}),
		);
	});
});

suite('an id by label that is another container’s but for upper and lower case', () => {
	const rows: readonly [id: string, own: string, isRespelt: boolean][] = [
		['U1:web:80', 'thief', true],
		['u1:WEB:80', 'thief', true],
		['u1:Web:80:udp', 'thief', true],
		// The very id of another is for the claims to decide.
		['u1:web:80', 'thief', false],
		['u1:Web:80', 'Web', false],
		['u2:WEB:80', 'thief', false],
		['my-ID', 'thief', false],
		['', 'thief', false],
	];
	for (const [id, own, expected] of rows)
		test(`${id} on ${own}: ${expected ? 'is' : 'is not'}`, () => assert.equal(isRespelt(id, 'u1', own), expected));
});
