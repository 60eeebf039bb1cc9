import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check } from '../../../../src/model.ts';
import { checkFieldNamed, isOurCheckId, registerBody } from '../../../../src/registry/consul/body.ts';
import { service, stamp } from '../../../support/samples.ts';

test('a body says everything that Consul would otherwise keep or make up', () => {
	const wanted = service({ tags: ['a'], meta: { region: 'us2' }, weights: { passing: 2, warning: 0 } });
	assert.deepEqual(registerBody(wanted, stamp), {
		ID: 'u1:web:80',
		Name: 'web',
		Address: '192.0.2.10',
		Port: 49_153,
		Tags: ['a'],
		Meta: {
			region: 'us2',
			'reconsul-owner': stamp.owner,
			'reconsul-engine': stamp.engine,
			'reconsul-container': stamp.containerId,
			'reconsul-spec': stamp.spec,
		},
		Weights: { Passing: 2, Warning: 0 },
		EnableTagOverride: false,
		Checks: [],
	});
});

test('tagged addresses are sent where there are any', () => {
	const taggedAddresses = { wan: { address: '198.51.100.7', port: 80 } };
	assert.deepEqual(registerBody(service({ taggedAddresses }), stamp).TaggedAddresses, {
		wan: { Address: '198.51.100.7', Port: 80 },
	});
	assert.ok(!('TaggedAddresses' in registerBody(service(), stamp)));
});

test('every name that Consul has for a field of a check leads back to ours', () => {
	assert.equal(checkFieldNamed('H2PING'), 'h2ping');
	assert.equal(checkFieldNamed('TaggedAddresses'), undefined);
	assert.equal(checkFieldNamed('constructor'), undefined);
});

test('a token stands beside the spec: a fifth pair would be one too many for some', () => {
	const { Meta } = registerBody(service(), { ...stamp, spec: '1-0123456789abcdef', token: 'a1b2' });
	assert.equal(Meta['reconsul-spec'], '1-0123456789abcdef-a1b2');
	assert.equal(Object.keys(Meta).filter((key) => key.startsWith('reconsul-')).length, 4);
});

test('a user’s pair cannot take the place of the stamp', () => {
	const { Meta } = registerBody(service({ meta: { 'reconsul-owner': 'me' } }), stamp);
	assert.equal(Meta['reconsul-owner'], stamp.owner);
});

test('every field of a check is sent under Consul’s name for it', () => {
	const check: Required<Omit<Check, 'report'>> = {
		id: 'c',
		name: 'n',
		http: 'http://x/',
		method: 'HEAD',
		header: { a: ['b'] },
		body: 'b',
		disableRedirects: true,
		tcp: 't:1',
		tcpUseTls: true,
		udp: 'u:1',
		grpc: 'g:1',
		grpcUseTls: true,
		h2ping: 'h:1',
		h2pingUseTls: false,
		args: ['true'],
		dockerContainerId: 'd',
		shell: '/bin/sh',
		aliasService: 'a',
		ttl: '1s',
		interval: '2s',
		timeout: '3s',
		tlsSkipVerify: true,
		tlsServerName: 's',
		status: 'passing',
		notes: 'n',
		outputMaxSize: 5,
		successBeforePassing: 6,
		failuresBeforeWarning: 7,
		failuresBeforeCritical: 8,
		deregisterCriticalServiceAfter: '4s',
		beatMs: 10_000,
	};
	assert.deepEqual(registerBody(service({ checks: [check] }), stamp).Checks, [
		{
			CheckID: 'c',
			Name: 'n',
			HTTP: 'http://x/',
			Method: 'HEAD',
			Header: { a: ['b'] },
			Body: 'b',
			DisableRedirects: true,
			TCP: 't:1',
			TCPUseTLS: true,
			UDP: 'u:1',
			GRPC: 'g:1',
			GRPCUseTLS: true,
			H2PING: 'h:1',
			H2PingUseTLS: false,
			Args: ['true'],
			DockerContainerID: 'd',
			Shell: '/bin/sh',
			AliasService: 'a',
			TTL: '1s',
			Interval: '2s',
			Timeout: '3s',
			TLSSkipVerify: true,
			TLSServerName: 's',
			Status: 'passing',
			Notes: 'n',
			OutputMaxSize: 5,
			SuccessBeforePassing: 6,
			FailuresBeforeWarning: 7,
			FailuresBeforeCritical: 8,
			DeregisterCriticalServiceAfter: '4s',
		},
	]);
});

test('a check that we report begins with what it says now', () => {
	const report = { status: 'passing', output: 'fine' } as const;
	const [check] = registerBody(service({ checks: [{ id: 'c', name: 'n', ttl: '1s', report }] }), stamp).Checks;
	assert.deepEqual(check, { CheckID: 'c', Name: 'n', TTL: '1s', Status: 'passing' });
});

test('what a check does not say is not sent: an older agent refuses fields that it does not know', () => {
	const [check] = registerBody(service({ checks: [{ id: 'c', name: 'n', ttl: '1s' }] }), stamp).Checks;
	assert.deepEqual(Object.keys(check ?? {}), ['CheckID', 'Name', 'TTL']);
});

const ids: readonly (readonly [checkId: string, isOurs: boolean])[] = [
	['service:u1:web:80', true],
	['reconsul:u1:web:80:ttl', true],
	['service:u1:web:80:2', false],
	['service:u1:web:8', false],
	['reconsul:u1:web:80', false],
	['reconsul:u1:web:81:ttl', false],
	['_service_maintenance:u1:web:80', false],
	['', false],
];
for (const [checkId, isOurs] of ids)
	test(`the check '${checkId}' ${isOurs ? 'is' : 'is not'} ours`, () =>
		assert.equal(isOurCheckId(checkId, 'u1:web:80'), isOurs));
