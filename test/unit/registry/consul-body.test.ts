import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check } from '../../../src/model.ts';
import { isOurCheckId, registerBody } from '../../../src/registry/consul-body.ts';
import { service, stamp } from '../../integration/registry/samples.ts';

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

test('a user’s pair cannot take the place of the stamp', () => {
	const { Meta } = registerBody(service({ meta: { 'reconsul-owner': 'me' } }), stamp);
	assert.equal(Meta['reconsul-owner'], stamp.owner);
});

test('every field of a check is sent under Consul’s name for it', () => {
	const check: Required<Check> = {
		id: 'c',
		name: 'n',
		http: 'http://x/',
		method: 'HEAD',
		header: { a: ['b'] },
		body: 'b',
		tcp: 't:1',
		udp: 'u:1',
		grpc: 'g:1',
		grpcUseTls: true,
		h2ping: 'h:1',
		args: ['true'],
		ttl: '1s',
		interval: '2s',
		timeout: '3s',
		tlsSkipVerify: true,
		tlsServerName: 's',
		status: 'passing',
		deregisterCriticalServiceAfter: '4s',
	};
	assert.deepEqual(registerBody(service({ checks: [check] }), stamp).Checks, [
		{
			CheckID: 'c',
			Name: 'n',
			HTTP: 'http://x/',
			Method: 'HEAD',
			Header: { a: ['b'] },
			Body: 'b',
			TCP: 't:1',
			UDP: 'u:1',
			GRPC: 'g:1',
			GRPCUseTLS: true,
			H2PING: 'h:1',
			Args: ['true'],
			TTL: '1s',
			Interval: '2s',
			Timeout: '3s',
			TLSSkipVerify: true,
			TLSServerName: 's',
			Status: 'passing',
			DeregisterCriticalServiceAfter: '4s',
		},
	]);
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
