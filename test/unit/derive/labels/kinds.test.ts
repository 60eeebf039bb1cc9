import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { kinds } from '../../../../src/derive/labels/kinds.ts';

type Rows = readonly (readonly [text: string, value: unknown])[];

const no = undefined;
const values: { readonly [K in keyof typeof kinds]: Rows } = {
	any: [
		['', ''],
		['a\nb', 'a\nb'],
	],
	readiness: [
		['healthy', 'healthy'],
		[' Running ', 'running'],
		['', no],
		['ready', no],
	],
	drain: [
		['off', 'off'],
		['maintenance', 'maintenance'],
		['deregister', 'deregister'],
		['true', no],
	],
	pause: [
		['off', 'off'],
		['maintenance', 'maintenance'],
		['deregister', no],
	],
	anyYes: [
		['perhaps', true],
		['no', false],
	],
	yesNo: [
		['true', true],
		['YES', true],
		['1', true],
		['on', true],
		['false', false],
		['No', false],
		['0', false],
		['off', false],
		['', false],
		['perhaps', no],
		[' true', no],
	],
	name: [
		['web', 'web'],
		[' my web ', 'my web'],
		['größe/数据', 'größe/数据'],
		['', no],
		['  ', no],
		['a\nb', no],
		['a\u200bb', no],
		['x'.repeat(128), 'x'.repeat(128)],
		['x'.repeat(129), no],
	],
	names: [
		['', []],
		[' ', []],
		['a', ['a']],
		['a, b ,a', ['a', 'b']],
		['a,,b', no],
		['a,\n', no],
	],
	tags: [['a, b\\,c,', ['a', 'b,c']]],
	text: [
		['a b', 'a b'],
		['', no],
		['a\tb', no],
		['x'.repeat(513), no],
	],
	address: [
		['192.0.2.1', '192.0.2.1'],
		['2001:db8::1', '2001:db8::1'],
		['[2001:db8::1]', '2001:db8::1'],
		['db.example.com', 'db.example.com'],
		['db', 'db'],
		['', no],
		['0.0.0.0', no],
		['::', no],
		['0:0:0:0:0:0:0:0', no],
		['::ffff:192.0.2.1', no],
		['fe80::1%eth0', no],
		['[192.0.2.1]', no],
		['192.0.2.1:80', no],
		['192.0.2.256', no],
		['1.2.3', no],
		['-a.b', no],
		['a..b', no],
		['a b', no],
		['user@host', no],
		['host/path', no],
		['http://host', no],
		['a\r\nb', no],
		['x'.repeat(64), no],
		[`${'x.'.repeat(127)}x`, no],
	],
	taggedAddress: [
		['192.0.2.1', { address: '192.0.2.1' }],
		['192.0.2.1:8080', { address: '192.0.2.1', port: 8080 }],
		['wan.example.com:80', { address: 'wan.example.com', port: 80 }],
		['2001:db8::1', { address: '2001:db8::1' }],
		['[2001:db8::1]', { address: '2001:db8::1' }],
		['[2001:db8::1]:80', { address: '2001:db8::1', port: 80 }],
		['192.0.2.1:', no],
		['192.0.2.1:0', no],
		['192.0.2.1:65536', no],
		['0.0.0.0:80', no],
		['[]:80', no],
		[':80', no],
	],
	taggedIPv4: [
		['192.0.2.1:80', { address: '192.0.2.1', port: 80 }],
		['2001:db8::1', no],
		['db', no],
	],
	taggedIPv6: [
		['[2001:db8::1]:80', { address: '2001:db8::1', port: 80 }],
		['2001:db8::1', { address: '2001:db8::1' }],
		['192.0.2.1', no],
	],
	portKey: [
		['8080', '8080/tcp'],
		['8125/udp', '8125/udp'],
		['65535/sctp', '65535/sctp'],
		['0', no],
		['080', no],
		['65536', no],
		['80/http', no],
		['-1', no],
		['80 ', no],
	],
	passingWeight: [
		['1', 1],
		['65535', 65_535],
		['0', no],
		['65536', no],
		['1.5', no],
		['-1', no],
		['1e3', no],
		['', no],
	],
	warningWeight: [
		['0', 0],
		['65535', 65_535],
		['65536', no],
	],
	count: [
		['0', 0],
		['2147483647', 2_147_483_647],
		['2147483648', no],
		['+1', no],
	],
	size: [
		['1', 1],
		['0', no],
	],
	duration: [
		['10s', '10s'],
		['1m30s', '1m30s'],
		['0', no],
		['-1s', no],
		['10', no],
		['', no],
	],
	status: [
		['passing', 'passing'],
		['warning', 'warning'],
		['critical', 'critical'],
		['Passing', no],
		['', no],
	],
	path: [
		['/', '/'],
		['/health?x=%20y&z=ü#f', '/health?x=%20y&z=ü#f'],
		['//evil.example/', '//evil.example/'],
		['/@evil', '/@evil'],
		['true', true],
		['no', false],
		['', false],
		['health', no],
		['@evil/', no],
		['http://evil/', no],
		[':80/', no],
		['/a b', no],
		['/a\r\nHost: evil', no],
		['/\\evil', no],
		['/%', no],
		['/%zz', no],
		['/a\u00a0b', no],
		['/a\u0000', no],
		[`/${'x'.repeat(2_048)}`, no],
	],
	port: [
		['true', true],
		['1', true],
		['false', false],
		['0', false],
		['', false],
		['8080', 8080],
		['65536', no],
		['192.0.2.1:80', no],
		['evil:80', no],
		['http', no],
	],
	grpcService: [
		['true', true],
		['no', false],
		['my.Service_v1', 'my.Service_v1'],
		['a/b', no],
		['@evil:1/x', no],
		['a b', no],
	],
	command: [
		['nc -z $SERVICE_IP 80', ['nc', '-z', '$SERVICE_IP', '80']],
		['"open', no],
		['[]', no],
		[' ', no],
	],
	ownContainer: [
		['true', true],
		['no', false],
		['abcdef012345', 'abcdef012345'],
		['abcdef01234', no],
		['other', no],
		['../x', no],
	],
	method: [
		['HEAD', 'HEAD'],
		['get', 'get'],
		['G ET', no],
		['GET / HTTP/1.1\r\n', no],
		['', no],
	],
	headerValue: [
		['', ''],
		['Bearer x; y="ü"', 'Bearer x; y="ü"'],
		['a\r\nX: y', no],
		['a\nb', no],
		['a\u0000', no],
		['x'.repeat(4_097), no],
	],
	serverName: [
		['web.example.com', 'web.example.com'],
		['web', 'web'],
		['', no],
		['a/b', no],
	],
	serviceId: [
		['u1:web:80', 'u1:web:80'],
		['', no],
		['a\n', no],
	],
};

for (const [name, rows] of Object.entries(values))
	suite(`values: ${name}`, () => {
		const { parse } = kinds[name as keyof typeof kinds];
		for (const [text, value] of rows)
			test(`${JSON.stringify(text.slice(0, 40))} of ${text.length} is ${value === no ? 'none' : JSON.stringify(value)}`, () => {
				assert.deepEqual(parse(text), value);
			});
	});

suite('any text at all', () => {
	const text = fc.oneof(
		fc.string({ unit: 'binary' }),
		fc.string({ unit: fc.constantFrom(...'/:[]0.9aA-%\\\'" \n@{,') }),
	);
	for (const [name, { parse }] of Object.entries(kinds))
		test(`is a value of ${name} or none, and the same each time`, () => {
			fc.assert(fc.property(text, (it) => assert.deepEqual(parse(it), parse(it))));
		});

	test('what is taken for a path stays one behind any host', () => {
		fc.assert(
			fc.property(text, (it) => {
				const path = kinds.path.parse(it);
				if (typeof path === 'string') assert.equal(new URL(`http://192.0.2.1:80${path}`).hostname, '192.0.2.1');
			}),
			{ numRuns: 2_000 },
		);
	});

	test('what is taken for an address is one word without a port', () => {
		fc.assert(
			fc.property(text, (it) => {
				const address = kinds.address.parse(it);
				if (address !== undefined) assert.match(address, /^[\w.-]+$|^[\da-f:]+$/i);
			}),
			{ numRuns: 2_000 },
		);
	});

	test('a megabyte takes no time', () => {
		const start = performance.now();
		for (const { parse } of Object.values(kinds))
			for (const part of ['a', '"', '\\', ',', '[', '1', 'a.', ':', ' ']) parse(part.repeat(1_000_000 / part.length));
		assert.ok(performance.now() - start < 5_000);
	});
});
