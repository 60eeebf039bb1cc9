import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DeadlineError } from '../../../src/deadline.ts';
import { isNoSuchContainer, sourceErrorOf } from '../../../src/source/docker-errors.ts';
import { SourceError } from '../../../src/source/source.ts';

const failed = (fields: object, message = 'it failed'): Error => Object.assign(new Error(message), fields);

/** As docker-modem makes it of an answer: its own message, and the body where it is JSON. */
const answered = (statusCode: number, json: unknown): Error =>
	failed(
		{ statusCode, json, reason: 'no such container' },
		`(HTTP code ${statusCode}) no such container - ${String(json)} `,
	);

const rows: readonly (readonly [
	sentence: string,
	cause: unknown,
	errorClass: SourceError['class'],
	message: RegExp,
])[] = [
	[
		'no socket',
		failed({ code: 'ENOENT' }),
		'unreachable',
		/^Docker at \/d\.sock: no such file; mount it with --volume=\/d\.sock:\/d\.sock or set DOCKER_HOST$/,
	],
	['nobody listens', failed({ code: 'ECONNREFUSED' }), 'unreachable', /connection refused; is Docker running\?/],
	['cut', failed({ code: 'ECONNRESET' }), 'unreachable', /was cut/],
	['a name that does not resolve', failed({ code: 'ENOTFOUND' }), 'unreachable', /does not resolve; see DOCKER_HOST/],
	['no permission', failed({ code: 'EACCES' }), 'refused', /run as root or with --group-add/],
	['a policy', failed({ code: 'EPERM' }), 'refused', /security policy/],
	['no answer to SYN', failed({ code: 'ETIMEDOUT' }), 'timeout', /no answer/],
	[
		'a stranger',
		failed({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }),
		'unreachable',
		/not trusted; see ca\.pem in DOCKER/,
	],
	[
		'another name',
		failed({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
		'unreachable',
		/another name than DOCKER_HOST says$/,
	],
	['an old one', failed({ code: 'CERT_HAS_EXPIRED' }), 'unreachable', /has expired, or is not valid yet/],
	[
		'an alert',
		failed({ code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' }),
		'unreachable',
		/see cert\.pem and key\.pem/,
	],
	['plain HTTP', failed({ code: 'EPROTO' }), 'unreachable', /does not speak TLS there; see DOCKER_TLS_VERIFY/],
	['files of two', failed({ code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' }), 'unreachable', /do not go together/],
	['another service', failed({ code: 'HPE_INVALID_CONSTANT' }), 'invalid', /does not speak HTTP/],
	[
		'a deadline',
		new DeadlineError('list: no answer within 10000 ms'),
		'timeout',
		/Docker at \/d\.sock: list: no answer within 10000 ms/,
	],
	['a proxy that forbids', answered(403, { message: 'denied' }), 'refused', /answers list with 403: denied/],
	['a proxy that wants to know who asks', answered(401, '<html>'), 'refused', /401/],
	['an engine in trouble', answered(500, { message: 'a\nb' }), 'unavailable', /500: a b$/],
	['a proxy without an engine', answered(503, '<html>'), 'unreachable', /503/],
	['an old API', answered(400, { message: 'client version 1.24 is too old' }), 'invalid', /400: client version/],
	['an unknown code', failed({ code: 'EWHATEVER' }), 'unreachable', /: it failed$/],
	['no error at all', undefined, 'unreachable', /: undefined$/],
];

describe('why Docker could not be asked', () => {
	for (const [sentence, cause, errorClass, message] of rows)
		test(`${sentence}: ${errorClass}`, () => {
			const error = sourceErrorOf('/d.sock', 'list', cause);
			assert.equal(error.class, errorClass);
			assert.match(error.message, message);
			assert.equal(error.cause, cause);
		});

	test('an error that is explained is left as it is', () => {
		const error = new SourceError('invalid', 'explained');
		assert.equal(sourceErrorOf('/d.sock', 'list', error), error);
	});

	test('an answer of many pages is cut', () => {
		assert.ok(sourceErrorOf('/d.sock', 'list', answered(500, { message: 'x'.repeat(10_000) })).message.length < 300);
	});
});

const absences: readonly (readonly [sentence: string, error: unknown, isAbsent: boolean])[] = [
	['Docker says so', answered(404, { message: 'No such container: web' }), true],
	['Podman says so', answered(404, { message: 'no container with name or ID "web" found: no such container' }), true],
	["a proxy's page does not, whatever the client makes of it", answered(404, '404 page not found'), false],
	["nor does a proxy's JSON", answered(404, { message: 'page not found' }), false],
	['nor does another status', answered(500, { message: 'No such container: web' }), false],
	['nor does a broken connection', failed({ code: 'ECONNRESET' }), false],
];

describe('there is no such container', () => {
	for (const [sentence, error, isAbsent] of absences)
		test(sentence, () => {
			assert.equal(isNoSuchContainer(error), isAbsent);
		});
});
