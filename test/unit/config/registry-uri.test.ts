import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { type ConsulTarget, registryFrom } from '../../../src/config/registry-uri.ts';
import { resultOrComplaint, usageErrorOf } from './usage-errors.ts';

type Env = Readonly<Record<string, string>>;

/** The target without its functions: what there is to compare. */
const targetOf = (uri: string, env: Env = {}): unknown => JSON.parse(JSON.stringify(registryFrom(uri, env).target));

const consulOf = (uri: string, env: Env): ConsulTarget => {
	const { target } = registryFrom(uri, env);
	assert.ok(target.kind === 'consul');
	return target;
};

const plain = (host: string, port: number, where = `http://${host}:${port}`): unknown => ({
	kind: 'consul',
	host,
	port,
	where,
});
const socket = (socketPath: string): unknown => ({
	kind: 'consul',
	host: 'localhost',
	port: 8500,
	socketPath,
	where: `unix://${socketPath}`,
});
const tls = (host: string, port: number, files: Readonly<Record<string, unknown>> = { verify: true }): unknown => ({
	kind: 'consul',
	host,
	port,
	where: `https://${host}:${port}`,
	tls: files,
});

suite('the registry URI', () => {
	const rows: readonly [uri: string, env: Env, target: unknown][] = [
		['consul://localhost:8500', {}, plain('localhost', 8500)],
		['consul://10.0.0.1', {}, plain('10.0.0.1', 8500)],
		['consul://h:', {}, plain('h', 8500)],
		['CONSUL://H.example:65535/', {}, plain('H.example', 65_535)],
		['consul://[::1]:1', {}, plain('::1', 1, 'http://[::1]:1')],
		['consul://[2001:db8::1]', {}, plain('2001:db8::1', 8500, 'http://[2001:db8::1]:8500')],
		['consul://[fe80::1%25eth0]', {}, plain('fe80::1%eth0', 8500, 'http://[fe80::1%eth0]:8500')],
		['consul://h', { CONSUL_HTTP_ADDR: 'other:1' }, plain('h', 8500)],
		['consul://', {}, plain('127.0.0.1', 8500)],
		['consul:', {}, plain('127.0.0.1', 8500)],
		['consul:///', { CONSUL_HTTP_ADDR: 'a:1' }, plain('a', 1)],
		['consul://', { CONSUL_HTTP_ADDR: '' }, plain('127.0.0.1', 8500)],
		['consul://', { CONSUL_HTTP_ADDR: ' a ' }, plain('a', 8500)],
		['consul://', { CONSUL_HTTP_ADDR: 'http://a:1/' }, plain('a', 1)],
		['consul://', { CONSUL_HTTP_ADDR: '[::1]:7' }, plain('::1', 7, 'http://[::1]:7')],
		['consul://', { CONSUL_HTTP_ADDR: 'https://a:1' }, tls('a', 1)],
		['consul://', { CONSUL_HTTP_ADDR: 'http://a:1', CONSUL_HTTP_SSL: 'true' }, tls('a', 1)],
		['consul://', { CONSUL_HTTP_ADDR: 'unix:///run/consul.sock' }, socket('/run/consul.sock')],
		['consul-tls://', { CONSUL_HTTP_ADDR: 'a:1' }, tls('a', 1)],
		['consul-tls://h:8501', {}, tls('h', 8501)],
		['consul://h', { CONSUL_HTTP_SSL: '1' }, tls('h', 8500)],
		['consul://h', { CONSUL_HTTP_SSL: 'false', CONSUL_CACERT: '/ca' }, plain('h', 8500)],
		['consul-tls://h', { CONSUL_HTTP_SSL_VERIFY: 'false' }, tls('h', 8500, { verify: false })],
		[
			'consul-tls://h',
			{ CONSUL_CACERT: '/ca', CONSUL_CLIENT_CERT: '/c', CONSUL_CLIENT_KEY: '/k', CONSUL_TLS_SERVER_NAME: 's' },
			tls('h', 8500, { caFile: '/ca', certFile: '/c', keyFile: '/k', serverName: 's', verify: true }),
		],
		[
			'consul-tls://h',
			{ CONSUL_TLSCERT: '/old-c', CONSUL_TLSKEY: '/old-k' },
			tls('h', 8500, { certFile: '/old-c', keyFile: '/old-k', verify: true }),
		],
		['consul-unix:///run/consul.sock', { CONSUL_HTTP_ADDR: 'a:1' }, socket('/run/consul.sock')],
		['consul-unix:/run/consul.sock', {}, socket('/run/consul.sock')],
		['memory://', { CONSUL_HTTP_TOKEN: 'bad token' }, { kind: 'memory', where: 'memory://' }],
		['memory:', {}, { kind: 'memory', where: 'memory://' }],
	];
	for (const [uri, env, target] of rows)
		test(`${uri} ${Object.entries(env).join(' ')}`.trim(), () => {
			assert.deepEqual(targetOf(uri, env), target);
			assert.deepEqual(registryFrom(uri, env).warnings, []);
		});

	const ignored: readonly [uri: string, env: Env, target: unknown, warning: string][] = [
		['consul://h/some/path', {}, plain('h', 8500), "the registry URI's path has no effect"],
		['consul://h?dc=a', {}, plain('h', 8500), "the registry URI's query has no effect"],
		[
			'consul://u:p@h',
			{},
			plain('h', 8500),
			"the registry URI's user (a token is given in CONSUL_HTTP_TOKEN or by --token-file) has no effect",
		],
		[
			'consul://h',
			{ CONSUL_HTTP_AUTH: 'u:p' },
			plain('h', 8500),
			'CONSUL_HTTP_AUTH is set, but not supported; it has no effect',
		],
	];
	for (const [uri, env, target, warning] of ignored)
		test(`${uri} ${Object.keys(env)}: what the predecessor ignored is ignored with a warning`, () => {
			assert.deepEqual(targetOf(uri, env), target);
			assert.deepEqual(registryFrom(uri, env).warnings, [warning]);
		});

	const wrong: readonly [uri: string, env: Env, message: RegExp][] = [
		['consul', {}, /^unrecognized adapter: consul\nsupported are consul:\/\/host:port, .*memory:\/\/$/],
		['healthcheck://h', {}, /^unrecognized adapter: healthcheck:\/\/h\n/],
		[
			'etcd://h:4001/services',
			{},
			/^unrecognized adapter: etcd:\/\/h:4001\/services\nreconsul does not have registrator's etcd; supported are /,
		],
		['consulkv-unix:///s', {}, /registrator's consulkv-unix; /],
		['127.0.0.1:8500', {}, /^bad adapter uri: 127\.0\.0\.1:8500\nsupported are /],
		['consul://h:x', {}, /^bad adapter uri: consul:\/\/h:x\n/],
		['consul://h:65536', {}, /^bad adapter uri: consul:\/\/h:65536\nwants host or host:port/],
		['consul://h:0', {}, /wants host or host:port/],
		['consul://::1', {}, /wants host or host:port.*brackets/],
		['consul://[::1%25a/b]', {}, /^bad adapter uri/],
		['consul://[h]:1', {}, /wants host/],
		['consul://a"b', {}, /wants host/],
		['consul://hö', {}, /wants host/],
		['consul:h:8500', {}, /^bad adapter uri: consul:h:8500\n"\/\/" is missing: consul:\/\/h:8500$/],
		['consul-unix://', {}, /socket's path must be absolute/],
		['consul-unix://relative/path', {}, /socket's path must be absolute/],
		[`consul-unix:///${'x'.repeat(107)}`, {}, /at most 107 bytes/],
		['consul://', { CONSUL_HTTP_ADDR: 'ftp://a' }, /^CONSUL_HTTP_ADDR must be .*, got ftp:\/\/a$/],
		['consul://', { CONSUL_HTTP_ADDR: 'a:b:c' }, /^CONSUL_HTTP_ADDR\nwants host/],
		['consul://', { CONSUL_HTTP_ADDR: 'unix://x' }, /^CONSUL_HTTP_ADDR: the socket's path/],
		['consul://h', { CONSUL_HTTP_SSL: 'yes' }, /^CONSUL_HTTP_SSL must be true or false, got "yes"$/],
		['consul-tls://h', { CONSUL_HTTP_SSL_VERIFY: 'off' }, /^CONSUL_HTTP_SSL_VERIFY must be true or false, got "off"$/],
		['consul-tls://h', { CONSUL_CLIENT_CERT: '/c' }, /^CONSUL_CLIENT_CERT and CONSUL_CLIENT_KEY must be set together/],
		['consul://h', { CONSUL_HTTP_TOKEN: 'two words' }, /^CONSUL_HTTP_TOKEN must be printable ASCII/],
	];
	for (const [uri, env, message] of wrong)
		test(`${uri.slice(0, 60)} ${Object.entries(env).join(' ')} is refused with 1`, () => {
			const error = usageErrorOf(() => registryFrom(uri, env));
			assert.match(error.message, message);
			assert.deepEqual([error.exitCode, error.usage], [1, false]);
		});
});

suite('credentials', () => {
	test('the token comes out of a function, without the blanks of a copied line', () => {
		assert.equal(consulOf('consul://h', { CONSUL_HTTP_TOKEN: ' abc\n' }).token?.(), 'abc');
		assert.equal(consulOf('consul-unix:///s', { CONSUL_HTTP_TOKEN: 'abc' }).token?.(), 'abc');
		assert.equal(consulOf('consul://h', { CONSUL_HTTP_TOKEN: ' ' }).token, undefined);
	});

	test('a token file wins over a token, as in Consul', () => {
		const target = consulOf('consul://h', { CONSUL_HTTP_TOKEN: 'abc', CONSUL_HTTP_TOKEN_FILE: '/t' });
		assert.deepEqual([target.token, target.tokenFile], [undefined, '/t']);
	});

	test('the namespace is passed on', () =>
		assert.equal(consulOf('consul://h', { CONSUL_NAMESPACE: 'team' }).namespace, 'team'));

	test('neither JSON nor a print of the target shows the token', () => {
		const target = consulOf('consul-tls://h', { CONSUL_HTTP_TOKEN: 'b1gs-secret' });
		for (const text of [JSON.stringify(target), inspect(target, { depth: null, showHidden: true }), String(target)])
			assert.ok(!text.includes('b1gs-secret'), text);
	});
});

const secret = 'f00dcafe-5ec2e7';
const piece = fc.constantFrom(
	...['consul', 'consul-tls', 'consul-unix', 'memory', 'etcd', ':', '/', '//', '://', '@', '?', '#', '[', ']', '::1'],
	...[
		'%25',
		'%',
		'%zz',
		'h',
		':8500',
		'70000',
		'x y',
		'\n',
		'\u202e',
		'ö',
		`:${secret}@`,
		`?token=${secret}`,
		`#${secret}`,
	],
);
const anyUri = fc.oneof(
	fc.string({ unit: 'binary' }),
	fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
	fc
		.tuple(fc.constantFrom('consul', 'consul-unix', 'foo'), fc.string(), fc.string())
		.map(([scheme, user, host]) => `${scheme}://${user}:${secret}@${host}`),
);

suite('any registry URI', () => {
	test('is understood or refused in a short message without the secrets in it', () => {
		fc.assert(
			fc.property(anyUri, (uri) => {
				const found = resultOrComplaint(() => registryFrom(uri, { CONSUL_HTTP_TOKEN: secret }), secret);
				if (found === undefined) return;
				assert.ok(!JSON.stringify(found).includes(secret) || uri.includes(`/${secret}`) || uri.includes(`:${secret}`));
				const { target } = found;
				if (target.kind !== 'consul') return;
				assert.ok(target.port >= 1 && target.port <= 65_535 && target.host !== '');
			}),
			{ numRuns: 5_000 },
		);
	});

	test('in CONSUL_HTTP_ADDR likewise', () => {
		fc.assert(
			fc.property(anyUri, (address) => {
				resultOrComplaint(() => registryFrom('consul://', { CONSUL_HTTP_ADDR: address }), secret);
			}),
			{ numRuns: 2_000 },
		);
	});
});
