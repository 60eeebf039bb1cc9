import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { CheckSubject } from '../../../src/derive/check-subject.ts';
import { labelChecks } from '../../../src/derive/label-checks.ts';
import { readLabels } from '../../../src/derive/labels/reconsul-labels.ts';
import type { Check } from '../../../src/model.ts';
import { derivedFrom, texts } from './derivations.ts';

const subject: CheckSubject = {
	id: 'u1:web:80',
	name: 'web',
	at: { address: '192.0.2.1', port: 8000 },
	containerId: 'abcdef0123456789'.repeat(4),
	exposedPort: '80',
	portAt: (port, protocol) => (port === 443 && protocol === 'tcp' ? { address: '192.0.2.1', port: 8443 } : undefined),
};

type Labels = Readonly<Record<string, string>>;

/** What labels of `reconsul.check.x.…` make. */
function checksOf(labels: Labels, of: CheckSubject = subject) {
	const named = Object.entries(labels).map(([key, value]) => [`reconsul.check.x.${key}`, value]);
	const read = readLabels(Object.fromEntries(named));
	assert.deepEqual(read.warnings, []);
	return labelChecks(read.for('80', 'tcp').checks, of);
}

const common = { id: 'reconsul:u1:web:80:x', name: 'x' };
const timed = { ...common, interval: '10s' };

suite('labels become checks', () => {
	const rows: readonly [labels: Labels, check: Check][] = [
		[{ http: '/health?x=y' }, { ...timed, http: 'http://192.0.2.1:8000/health?x=y' }],
		[{ http: 'true' }, { ...timed, http: 'http://192.0.2.1:8000/' }],
		[{ https: '/' }, { ...timed, http: 'https://192.0.2.1:8000/' }],
		[{ tcp: 'true' }, { ...timed, tcp: '192.0.2.1:8000' }],
		[{ tcp: '443' }, { ...timed, tcp: '192.0.2.1:8443' }],
		[{ udp: 'true' }, { ...timed, udp: '192.0.2.1:8000' }],
		[{ grpc: 'true' }, { ...timed, grpc: '192.0.2.1:8000' }],
		[
			{ grpc: 'my.Service', grpc_use_tls: 'yes' },
			{ ...timed, grpc: '192.0.2.1:8000/my.Service', grpcUseTls: true },
		],
		[{ h2ping: 'true' }, { ...timed, h2ping: '192.0.2.1:8000' }],
		[
			{ h2ping: '/path', h2ping_use_tls: 'false' },
			{ ...timed, h2ping: '192.0.2.1:8000', h2pingUseTls: false },
		],
		[{ args: 'nc -z $SERVICE_IP $SERVICE_PORT' }, { ...timed, args: ['nc', '-z', '192.0.2.1', '8000'] }],
		[
			{ args: 'test -e /ready', docker_container_id: 'true', shell: '/bin/sh' },
			{ ...timed, args: ['test', '-e', '/ready'], dockerContainerId: subject.containerId, shell: '/bin/sh' },
		],
		[
			{ args: 'true', docker_container_id: 'abcdef012345' },
			{ ...timed, args: ['true'], dockerContainerId: subject.containerId },
		],
		[
			{ args: 'true', docker_container_id: 'no' },
			{ ...timed, args: ['true'] },
		],
		[{ ttl: '30s' }, { ...common, ttl: '30s' }],
		[
			{ ttl: '30s', heartbeat: 'true' },
			{ ...common, ttl: '30s', beatMs: 10_000, status: 'passing' },
		],
		[
			{ ttl: '30s', heartbeat: 'true', status: 'warning' },
			{ ...common, ttl: '30s', beatMs: 10_000, status: 'warning' },
		],
		[{ alias_service: 'u1:db:5432' }, { ...common, aliasService: 'u1:db:5432' }],
		[
			{
				http: '/',
				method: 'HEAD',
				body: '{}',
				disable_redirects: 'true',
				'header.Accept': 'text/plain',
				'header.Authorization': 'Basic x',
			},
			{
				...timed,
				http: 'http://192.0.2.1:8000/',
				method: 'HEAD',
				body: '{}',
				disableRedirects: true,
				header: { Accept: ['text/plain'], Authorization: ['Basic x'] },
			},
		],
		[
			{
				tcp: 'true',
				tcp_use_tls: '1',
				tls_skip_verify: '1',
				tls_server_name: 'web.example',
				interval: '1m',
				timeout: '2s',
				status: 'passing',
				success_before_passing: '2',
				failures_before_warning: '3',
				failures_before_critical: '4',
				deregister_critical_service_after: '1h',
				notes: 'for people',
				output_max_size: '100',
				name: 'answers',
			},
			{
				...common,
				name: 'answers',
				tcp: '192.0.2.1:8000',
				tcpUseTls: true,
				tlsSkipVerify: true,
				tlsServerName: 'web.example',
				interval: '1m',
				timeout: '2s',
				status: 'passing',
				successBeforePassing: 2,
				failuresBeforeWarning: 3,
				failuresBeforeCritical: 4,
				deregisterCriticalServiceAfter: '1h',
				notes: 'for people',
				outputMaxSize: 100,
			},
		],
	];
	for (const [labels, check] of rows)
		test(Object.entries(labels).join(' '), () => {
			assert.deepEqual(checksOf(labels), { checks: [check], warnings: [] });
		});

	test('what Consul does anyway is not sent, since an older agent refuses what it does not know', () => {
		const { checks } = checksOf({
			h2ping: 'true',
			h2ping_use_tls: 'true',
			tls_skip_verify: 'no',
			success_before_passing: '0',
		});
		assert.deepEqual(checks, [{ ...timed, h2ping: '192.0.2.1:8000' }]);
	});

	test('IPv6 addresses are bracketed, but not for a script', () => {
		const at = { address: '2001:db8::1', port: 8000 };
		const of = (labels: Labels): Check | undefined => checksOf(labels, { ...subject, at, portAt: () => at }).checks[0];
		assert.equal(of({ http: '/' })?.http, 'http://[2001:db8::1]:8000/');
		assert.equal(of({ https: '/' })?.http, 'https://[2001:db8::1]:8000/');
		assert.equal(of({ tcp: '9' })?.tcp, '[2001:db8::1]:8000');
		assert.equal(of({ udp: 'true' })?.udp, '[2001:db8::1]:8000');
		assert.equal(of({ grpc: 'a' })?.grpc, '[2001:db8::1]:8000/a');
		assert.equal(of({ h2ping: 'true' })?.h2ping, '[2001:db8::1]:8000');
		assert.deepEqual(of({ args: 'x $SERVICE_IP' })?.args, ['x', '2001:db8::1']);
	});
});

suite('what cannot work is left out, with one warning', () => {
	const rows: readonly [labels: Labels, warning: string][] = [
		[{ interval: '5s' }, 'nothing says what it asks; the check is left out'],
		[{ http: '/', tcp: 'true' }, 'http and tcp are different checks; the check is left out'],
		[{ http: '/', https: '/' }, 'http and https are different checks; the check is left out'],
		[{ tcp: '80' }, 'it names a port of the container that is not published; the check is left out'],
		[{ udp: '443' }, 'it names a port of the container that is not published; the check is left out'],
		[
			{ args: 'true', docker_container_id: 'fedcba987654' },
			'docker_container_id is true, or the id of the container itself; the check is left out',
		],
	];
	for (const [labels, warning] of rows)
		test(Object.entries(labels).join(' '), () => {
			assert.deepEqual(checksOf(labels), { checks: [], warnings: [`reconsul.check.x: ${warning}`] });
		});

	test('one that was asked not to be is no mistake', () => {
		assert.deepEqual(checksOf({ http: '', interval: '5s' }), { checks: [], warnings: [] });
		assert.deepEqual(checksOf({ tcp: 'false' }), { checks: [], warnings: [] });
		assert.equal(checksOf({ http: '', tcp: 'true' }).checks.length, 1);
	});

	test('nobody is asked at an address that only a label says; what asks nobody stays', () => {
		const nowhere: CheckSubject = { ...subject, at: undefined };
		for (const labels of [{ http: '/' }, { tcp: 'true' }, { tcp: '443' }, { args: 'x $SERVICE_IP' }]) {
			const { checks, warnings } = checksOf(labels, nowhere);
			assert.deepEqual([checks.length, warnings.length], [0, 1]);
			assert.match(warnings[0] ?? '', /^reconsul\.check\.x: only reconsul\.address says where/);
		}
		for (const labels of [{ ttl: '10s' }, { alias_service: 'a' }, { args: 'true' }])
			assert.equal(checksOf(labels, nowhere).checks.length, 1);
	});
});

suite('a key that says nothing to the kind of check is ignored, with one warning', () => {
	const rows: readonly [labels: Labels, key: string, kind: string][] = [
		[{ tcp: 'true', method: 'HEAD' }, 'method', 'tcp'],
		[{ tcp: 'true', 'header.A': 'b' }, 'header', 'tcp'],
		[{ ttl: '10s', interval: '5s' }, 'interval', 'ttl'],
		[{ alias_service: 'a', timeout: '5s' }, 'timeout', 'alias_service'],
		[{ http: '/', docker_container_id: 'true' }, 'docker_container_id', 'http'],
		[{ http: '/', heartbeat: 'true' }, 'heartbeat', 'http'],
		[{ udp: 'true', tls_skip_verify: '1' }, 'tls_skip_verify', 'udp'],
	];
	for (const [labels, key, kind] of rows)
		test(`${key} of ${kind}`, () => {
			const { checks, warnings } = checksOf(labels);
			const { [key]: _, ...rest } = labels;
			const plain = key === 'header' ? { tcp: 'true' } : rest;
			assert.deepEqual(checks, checksOf(plain).checks);
			assert.deepEqual(warnings, [`reconsul.check.x: ${key} says nothing to a check of ${kind}; it is ignored`]);
		});

	test('more failures to a warning than to critical', () => {
		const { checks, warnings } = checksOf({ ttl: '10s', failures_before_warning: '3', failures_before_critical: '2' });
		assert.deepEqual(checks, [{ ...common, ttl: '10s', failuresBeforeCritical: 2 }]);
		assert.deepEqual(warnings, [
			'reconsul.check.x: failures_before_warning is more than failures_before_critical; it is ignored',
		]);
	});
});

test('no label makes the agent ask anybody else, or look into another container', () => {
	const evil = fc.constantFrom(
		'//evil.example/',
		'/@evil.example/',
		'@evil.example/',
		'http://evil.example/',
		'evil.example:80',
		':22/',
		'/\r\nHost: evil.example',
		'/#@evil.example',
		'/?@evil.example',
		'443',
		'true',
		'[::1]:80',
		'$SERVICE_IP',
		'my.Service',
		subject.containerId,
		'f'.repeat(64),
	);
	const key = fc.constantFrom(
		...['http', 'https', 'tcp', 'udp', 'grpc', 'h2ping', 'args', 'alias_service', 'docker_container_id', 'shell'],
		...['method', 'header.Host', 'header.X', 'body', 'tls_server_name', 'name', 'notes'],
	);
	fc.assert(
		fc.property(fc.dictionary(key, fc.oneof(evil, fc.string({ unit: 'binary' }))), (labels) => {
			const named = Object.entries(labels).map(([it, value]) => [`reconsul.check.x.${it}`, value]);
			const { checks } = labelChecks(readLabels(Object.fromEntries(named)).for('80', 'tcp').checks, subject);
			for (const { http, tcp, udp, grpc, h2ping, header, method, dockerContainerId } of checks) {
				if (http !== undefined) assert.equal(new URL(http).host, '192.0.2.1:8000');
				for (const target of [tcp, udp, h2ping, grpc?.split('/')[0]])
					assert.ok(target === undefined || /^192\.0\.2\.1:8(?:000|443)$/.test(target), target);
				const lines = [http, grpc, method, ...Object.entries(header ?? {}).flat(2)];
				for (const line of lines) assert.doesNotMatch(line ?? '', /[\r\n]/);
				assert.ok(dockerContainerId === undefined || dockerContainerId === subject.containerId);
			}
		}),
		{ numRuns: 2_000 },
	);
});

suite('without script checks', () => {
	const rows: readonly (readonly [sentence: string, labels: Labels, kept: readonly string[]])[] = [
		['a script is left out', { SERVICE_CHECK_SCRIPT: 'true' }, []],
		['a command is left out', { SERVICE_CHECK_CMD: '/bin/true' }, []],
		['a program is left out', { 'reconsul.check.x.args': 'true' }, []],
		[
			'a program inside the container is left out',
			{
				'reconsul.check.x.args': 'true',
				'reconsul.check.x.docker_container_id': 'true',
				'reconsul.check.x.shell': '/bin/sh',
			},
			[],
		],
		['an alias does without it', { SERVICE_CHECK_SCRIPT: 'true', 'reconsul.aliases': 'other' }, ['other:alias']],
		[
			'other checks stay',
			{ SERVICE_CHECK_SCRIPT: 'true', 'reconsul.check.x.args': 'true', 'reconsul.check.y.tcp': 'true' },
			['reconsul:u1:web:80:y'],
		],
	];
	for (const [sentence, labels, kept] of rows)
		test(`${sentence}, with one warning`, () => {
			const derivation = derivedFrom(labels, {}, { scriptChecks: false });
			const checks = derivation.services.flatMap((it) => it.checks);
			assert.equal(checks.length, kept.length);
			for (const [at, id] of kept.entries()) assert.ok(checks[at]?.id.endsWith(id));
			assert.deepEqual(texts(derivation), ['--no-script-checks: its script checks are left out']);
		});
	test('a container that asks for none hears nothing', () => {
		const derivation = derivedFrom({ SERVICE_CHECK_TCP: 'true' }, {}, { scriptChecks: false });
		assert.deepEqual(texts(derivation), []);
		assert.equal(derivation.services[0]?.checks.length, 1);
	});
	test('unless told so, scripts are asked for', () => {
		const [service] = derivedFrom({ SERVICE_CHECK_SCRIPT: 'true' }).services;
		assert.deepEqual(service?.checks[0]?.args, ['sh', '-c', 'true']);
	});
});
