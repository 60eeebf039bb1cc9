import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeadlineError } from '../../../../src/deadline.ts';
import { failure, refusal } from '../../../../src/registry/consul/errors.ts';
import type { RegistryErrorClass } from '../../../../src/registry/registry.ts';

const asked = 'PUT /v1/agent/service/register';

const answers: readonly (readonly [status: number, body: unknown, errorClass: RegistryErrorClass])[] = [
	[400, 'Invalid service address', 'invalid'],
	[404, '404 page not found', 'invalid'],
	[301, '', 'invalid'],
	[204, '', 'invalid'],
	[401, '', 'forbidden'],
	[403, 'ACL not found', 'forbidden'],
	[403, 'Permission denied: Missing service:write on a', 'forbidden'],
	[500, 'rpc error making call: Permission denied', 'forbidden'],
	[500, 'rpc error making call: rpc error making call: ACL not found', 'forbidden'],
	[429, 'Your IP is issuing too many concurrent connections, please rate limit your calls', 'throttled'],
	[500, 'No cluster leader', 'unavailable'],
	[500, { error: 'x' }, 'unavailable'],
	[503, 'maintenance', 'unavailable'],
	[
		500,
		"Scripts are disabled on this agent from remote calls; to enable, configure 'enable_script_checks' to true",
		'scripts-disabled',
	],
	[
		400,
		"Invalid check: Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or 'enable_local_script_checks' to true",
		'scripts-disabled',
	],
];
for (const [status, body, errorClass] of answers) {
	test(`an answer of ${status} '${String(body)}' is ${errorClass}`, () => {
		const error = refusal(asked, { status, headers: {}, body });
		assert.equal(error.class, errorClass);
		assert.equal(error.status, status);
		assert.ok(error.message.startsWith(`Consul answers ${asked} with ${status}`));
	});
}

test('a refusal of what the agent says of itself names the right that is missing, and the options instead', () => {
	const { message } = refusal('GET /v1/agent/self', { status: 403, headers: {}, body: 'Permission denied' });
	assert.match(message, /agent:read, or --node and -ip/);
	assert.match(message, /CONSUL_HTTP_TOKEN and deploy\/consul-policy\.hcl$/);
});

test('an agent that is too old for a field of a check says which', () => {
	const refused = (status: number, name: string) =>
		refusal(asked, { status, headers: {}, body: `Request decode failed: json: unknown field "${name}"` });
	assert.deepEqual(
		[refused(400, 'H2PING'), refused(400, 'Sidecar'), refused(500, 'H2PING')].map(({ class: it, field }) => [
			it,
			field,
		]),
		[
			['unknown-field', 'h2ping'],
			['invalid', undefined],
			['unavailable', undefined],
		],
	);
});

test('of an answer only the first 200 characters are told', () => {
	const { message } = refusal(asked, { status: 500, headers: {}, body: 'x'.repeat(10_000) });
	assert.equal(message, `Consul answers ${asked} with 500: ${'x'.repeat(200)}`);
});

const failures: readonly (readonly [sentence: string, error: unknown, errorClass: RegistryErrorClass])[] = [
	['a refused connection', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'unreachable'],
	['a name that is not found', Object.assign(new Error('x'), { code: 'ENOTFOUND' }), 'unreachable'],
	[
		'a certificate that is not trusted',
		Object.assign(new Error('x'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
		'unreachable',
	],
	['a connection that timed out', Object.assign(new Error('x'), { code: 'ETIMEDOUT' }), 'timeout'],
	['a deadline that passed', new DeadlineError('x: no answer within 10 ms'), 'timeout'],
	['whatever else is thrown', 'text', 'unreachable'],
	['nothing at all', undefined, 'unreachable'],
];
for (const [sentence, error, errorClass] of failures) {
	test(`${sentence} is ${errorClass}`, () => {
		const result = failure('u1:8500', asked, error);
		assert.equal(result.class, errorClass);
		assert.equal(result.status, undefined);
		assert.ok(result.message.startsWith('Consul at u1:8500: '));
	});
}

test('a refused connection says so in words, with the address', () => {
	const { message } = failure('u1:8500', asked, Object.assign(new Error('x'), { code: 'ECONNREFUSED' }));
	assert.equal(message, `Consul at u1:8500: ${asked}: connection refused; does the agent run?`);
});

test('what the token may not do names the token and the policy', () => {
	assert.match(
		refusal(asked, { status: 403, headers: {}, body: 'Permission denied' }).message,
		/CONSUL_HTTP_TOKEN.*policy/,
	);
});
