import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isLocalRequest } from '../../../src/server/access.ts';
import { hostPort, type ListenAddress, parseListen, reachableHost } from '../../../src/server/listen.ts';

suite('the address to listen on', () => {
	const good: readonly [text: string, address: ListenAddress | undefined, reachable: string | undefined][] = [
		[':9482', { kind: 'tcp', host: undefined, port: 9482 }, '127.0.0.1:9482'],
		['0.0.0.0:80', { kind: 'tcp', host: '0.0.0.0', port: 80 }, '127.0.0.1:80'],
		['[::]:80', { kind: 'tcp', host: '::', port: 80 }, '[::1]:80'],
		['127.0.0.1:0', { kind: 'tcp', host: '127.0.0.1', port: 0 }, '127.0.0.1:0'],
		['[::1]:9482', { kind: 'tcp', host: '::1', port: 9482 }, '[::1]:9482'],
		['10.1.2.3:9482', { kind: 'tcp', host: '10.1.2.3', port: 9482 }, '10.1.2.3:9482'],
		['localhost:65535', { kind: 'tcp', host: 'localhost', port: 65_535 }, 'localhost:65535'],
		['unix:///run/reconsul.sock', { kind: 'unix', path: '/run/reconsul.sock' }, '/run/reconsul.sock'],
		['/run/reconsul.sock', { kind: 'unix', path: '/run/reconsul.sock' }, '/run/reconsul.sock'],
		['', undefined, undefined],
	];
	for (const [text, address, reachable] of good) {
		test(`${JSON.stringify(text)} is understood, and reached at ${reachable}`, () => {
			const parsed = parseListen(text);
			assert.deepEqual(parsed, address);
			const where = parsed?.kind === 'tcp' ? hostPort(reachableHost(parsed), parsed.port) : parsed?.path;
			assert.equal(where, reachable);
		});
	}

	for (const text of [
		'9482',
		'host',
		':',
		':x',
		':65536',
		':-1',
		'::1:80',
		'[::1]',
		'[127.0.0.1]:80',
		'[]:80',
		'a b:80',
		'http://h:80',
		' :80',
		'unix://relative.sock',
		'unix:///',
		`/${'x'.repeat(107)}`,
	])
		test(`${JSON.stringify(text)} is refused, with the rule and the text`, () =>
			assert.throws(
				() => parseListen(text),
				(error: Error) => error.message.startsWith('-listen must be') && error.message.includes(text.slice(0, 100)),
			));
});

suite('a request from this machine', () => {
	const rows: readonly [peer: string | undefined, host: string | undefined, isLocal: boolean][] = [
		['127.0.0.1', 'localhost', true],
		['127.0.0.1', 'localhost:9482', true],
		['127.8.9.1', '127.0.0.1:9482', true],
		['::1', '[::1]:9482', true],
		['::1', '[::1]', true],
		['::ffff:127.0.0.1', 'LOCALHOST:9482', true],
		['127.0.0.1', 'evil.example:9482', false],
		['127.0.0.1', '127.0.0.1.evil.example', false],
		['127.0.0.1', 'localhost.evil.example:9482', false],
		['127.0.0.1', 'localhost:9482:1', false],
		['127.0.0.1', undefined, false],
		['127.0.0.1', '', false],
		['10.0.0.1', 'localhost:9482', false],
		['::ffff:10.0.0.1', 'localhost', false],
		['fe80::1', 'localhost', false],
		[undefined, 'localhost', false],
	];
	for (const [peer, host, isLocal] of rows)
		test(`${peer} asking for ${host} is ${isLocal ? '' : 'not '}one`, () =>
			assert.equal(isLocalRequest(peer, host), isLocal));
});
