import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { CheckSubject } from '../../../src/derive/check-subject.ts';
import { legacyCheck } from '../../../src/derive/checks.ts';
import { ttlCheck } from '../../../src/derive/kept-checks.ts';
import type { Check } from '../../../src/model.ts';

const subject: CheckSubject = {
	id: 'u1:web:80',
	name: 'web',
	at: { address: '192.0.2.1', port: 8000 },
	containerId: 'abcdef0123456789'.repeat(4),
	exposedPort: '80',
	portAt: () => undefined,
};
const at = (address: string): CheckSubject => ({ ...subject, at: { address, port: 8000 } });
const common = { id: 'service:u1:web:80', name: "Service 'web' check" };
const timed = { ...common, interval: '10s' };

suite('SERVICE_CHECK_* becomes a check', () => {
	const rows: readonly [sentence: string, values: Readonly<Record<string, string>>, check: Check | undefined][] = [
		['nothing asked, no check', { check_interval: '5s' }, undefined],
		['http', { check_http: '/health' }, { ...timed, http: 'http://192.0.2.1:8000/health' }],
		['a path gets its slash', { check_http: 'health' }, { ...timed, http: 'http://192.0.2.1:8000/health' }],
		['a path cannot name another host', { check_http: '@evil/' }, { ...timed, http: 'http://192.0.2.1:8000/@evil/' }],
		['an empty path is no check', { check_http: '' }, undefined],
		[
			'http with a method',
			{ check_http: '/', check_http_method: 'HEAD' },
			{ ...timed, http: 'http://192.0.2.1:8000/', method: 'HEAD' },
		],
		[
			'https',
			{ check_https: '/', check_https_method: 'PUT', check_tls_skip_verify: 'yes' },
			{ ...timed, http: 'https://192.0.2.1:8000/', method: 'PUT', tlsSkipVerify: true },
		],
		['http comes before https', { check_https: '/s', check_http: '/p' }, { ...timed, http: 'http://192.0.2.1:8000/p' }],
		['a command', { check_cmd: '/bin/check' }, { ...timed, args: ['check-cmd', 'abcdef012345', '80', '/bin/check'] }],
		[
			'a script knows its service',
			{ check_script: 'nc $SERVICE_IP $SERVICE_PORT' },
			{ ...timed, args: ['sh', '-c', 'nc 192.0.2.1 8000'] },
		],
		['ttl has no interval', { check_ttl: '30s', check_interval: '5s' }, { ...common, ttl: '30s' }],
		['tcp', { check_tcp: 'true' }, { ...timed, tcp: '192.0.2.1:8000' }],
		['tcp, but no', { check_tcp: 'no' }, undefined],
		['grpc', { check_grpc: '1' }, { ...timed, grpc: '192.0.2.1:8000' }],
		[
			'grpc over tls',
			{ check_grpc: '1', check_grpc_use_tls: '1', check_tls_skip_verify: '1' },
			{ ...timed, grpc: '192.0.2.1:8000', grpcUseTls: true, tlsSkipVerify: true },
		],
		['no tls, nothing to skip', { check_grpc: '1', check_tls_skip_verify: '1' }, { ...timed, grpc: '192.0.2.1:8000' }],
		[
			'what it is timed by',
			{
				check_tcp: '1',
				check_interval: '1m',
				check_timeout: '2s',
				check_initial_status: 'passing',
				check_deregister_after: '1h',
			},
			{
				...common,
				tcp: '192.0.2.1:8000',
				interval: '1m',
				timeout: '2s',
				status: 'passing',
				deregisterCriticalServiceAfter: '1h',
			},
		],
	];
	for (const [sentence, values, check] of rows)
		test(sentence, () => assert.deepEqual(legacyCheck(values, subject), { check, warnings: [] }));

	test('nobody is asked at an address that only a label says; what asks nobody stays', () => {
		const nowhere: CheckSubject = { ...subject, at: undefined };
		for (const key of ['check_http', 'check_https', 'check_tcp', 'check_grpc', 'check_script'])
			assert.deepEqual(legacyCheck({ [key]: '/' }, nowhere), {
				check: undefined,
				warnings: [
					`SERVICE_${key.toUpperCase()}: only reconsul.address says where the container is, and checks follow no label but the one that -useIpFromLabel names; the check is left out`,
				],
			});
		assert.equal(legacyCheck({ check_ttl: '30s' }, nowhere).check?.ttl, '30s');
		assert.equal(legacyCheck({ check_cmd: 'x' }, nowhere).check?.args?.[0], 'check-cmd');
	});

	test('an IPv6 address is bracketed', () => {
		const { check } = legacyCheck({ check_http: '/' }, at('2001:db8::1'));
		assert.equal(check?.http, 'http://[2001:db8::1]:8000/');
		assert.equal(legacyCheck({ check_tcp: '1' }, at('2001:db8::1')).check?.tcp, '[2001:db8::1]:8000');
	});

	test('a script that mentions what looks like a replacement pattern gets the plain address', () => {
		const { check } = legacyCheck({ check_script: 'a $SERVICE_IP b' }, at('$&'));
		assert.deepEqual(check?.args, ['sh', '-c', 'a $& b']);
	});
});

suite('a value that cannot be falls back, a check that cannot work is left out', () => {
	const rows: readonly [key: string, value: string, field: keyof Check, fallback: string | undefined][] = [
		['check_interval', 'soon', 'interval', '10s'],
		['check_interval', '-5s', 'interval', '10s'],
		['check_interval', '0', 'interval', '10s'],
		['check_interval', '10', 'interval', '10s'],
		['check_timeout', 'x', 'timeout', undefined],
		['check_initial_status', 'fine', 'status', undefined],
		['check_deregister_after', 'never', 'deregisterCriticalServiceAfter', undefined],
	];
	for (const [key, value, field, fallback] of rows)
		test(`${key}=${value}`, () => {
			const { check, warnings } = legacyCheck({ check_tcp: '1', [key]: value }, subject);
			assert.equal(check?.[field], fallback);
			assert.equal(warnings.length, 1);
			assert.ok(warnings[0]?.startsWith(`SERVICE_${key.toUpperCase()}: `));
		});

	for (const [key, value] of [
		['check_ttl', 'soon'],
		['check_ttl', '0'],
		['check_http', '/a b'],
		['check_https', '/\n'],
	] as const)
		test(`${key}=${JSON.stringify(value)}: no check, and it is said`, () => {
			const { check, warnings } = legacyCheck({ [key]: value }, subject);
			assert.equal(check, undefined);
			assert.match(warnings.join(), /^SERVICE_CHECK_\w+: .*the check is left out$/);
		});

	test('whatever the values, what there is of a check is complete, and warnings hold none of them', () => {
		const keys = [
			'http',
			'https',
			'cmd',
			'script',
			'ttl',
			'tcp',
			'grpc',
			'interval',
			'timeout',
			'initial_status',
			'deregister_after',
		];
		const value = fc.oneof(fc.string(), fc.constantFrom('s3cret', '10s', '/', 'yes', 'passing'));
		const values = fc.dictionary(fc.constantFrom(...keys.map((key) => `check_${key}`)), value);
		fc.assert(
			fc.property(values, (given) => {
				const { check, warnings } = legacyCheck(given, subject);
				assert.ok(!warnings.join().includes('s3cret'));
				if (check === undefined) return;
				const probes = [check.http, check.tcp, check.grpc, check.args, check.ttl].filter(
					(probe) => probe !== undefined,
				);
				assert.equal(probes.length, 1);
				assert.equal(check.interval === undefined, check.ttl !== undefined);
				if (check.http !== undefined) assert.equal(new URL(check.http).host, '192.0.2.1:8000');
			}),
			{ numRuns: 500 },
		);
	});
});

suite('the check that -ttl adds', () => {
	test('it begins as passing, under an id of our own', () => {
		assert.deepEqual(ttlCheck('u1:web:80', 30, 0), {
			id: 'reconsul:u1:web:80:ttl',
			name: 'Kept alive by reconsul',
			ttl: '30s',
			status: 'passing',
		});
	});
});
