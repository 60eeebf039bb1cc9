import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Facts, type RecordedInspect, resolved } from '../../support/recorded.ts';

const inspect: RecordedInspect = {
	Id: 'c0ffee'.padEnd(64, '0'),
	Name: '/redis.0',
	NetworkSettings: {
		Ports: {
			'80/tcp': [
				{ HostIp: '127.0.0.1', HostPort: '1' },
				{ HostIp: '192.0.2.1', HostPort: '2' },
				{ HostIp: '::', HostPort: '3' },
				{ HostIp: '0.0.0.0', HostPort: '4' },
			],
			'81/tcp': [
				{ HostIp: '127.0.0.1', HostPort: '1' },
				{ HostIp: '192.0.2.1', HostPort: '2' },
			],
			'82/tcp': null,
		},
		Networks: { bridge: { IPAddress: '172.17.0.2' }, none: { IPAddress: '' } },
	},
};
const facts: Facts = { inspects: { 'redis.0': inspect }, hostAddress: '192.0.2.10' };

suite('placeholders of a recorded case', () => {
	const rows: readonly [text: string, value: string][] = [
		['{hostip}', '192.0.2.10'],
		['{id redis.0}', 'c0ffee000000'],
		['{fullid redis.0}', inspect.Id],
		['{name redis.0}', 'redis.0'],
		['http://{ip redis.0 bridge}:{port redis.0 80/tcp}/', 'http://172.17.0.2:4/'],
		['{port redis.0 81/tcp}', '2'],
		['{{.Name}} stays', '{{.Name}} stays'],
	];
	for (const [text, value] of rows) test(text, () => assert.equal(resolved(text, facts), value));

	test('in keys and values, and a port is a number', () => {
		const service = { Port: '{port redis.0 80/tcp}', Tags: ['{name redis.0}'] };
		assert.deepEqual(resolved({ 'u1:{id redis.0}:80': service }, facts), {
			'u1:c0ffee000000:80': { Port: 4, Tags: ['redis.0'] },
		});
	});

	for (const text of ['{id nginx.0}', '{ip redis.0 none}', '{ip redis.0 net-a}', '{port redis.0 82/tcp}'])
		test(`${text} stands for nothing`, () => {
			assert.throws(() => resolved(text, facts), { message: `${text} stands for nothing here` });
		});
});
