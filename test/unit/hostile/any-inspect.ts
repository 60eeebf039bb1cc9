import fc from 'fast-check';
import { containerId } from '../plan/samples.ts';

/** What Docker might say of a container whose owner means harm, or of one that an engine tells of in its own way. */

type Json = Readonly<Record<string, unknown>>;

const prototypeNames = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];
const megabyte = 1_048_576;

export const anyText: fc.Arbitrary<string> = fc.oneof(
	{ weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 24 }) },
	{ weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 24 }) },
	{ weight: 3, arbitrary: fc.constantFrom('', ' ', 'true', '80', '-1', '1e9', '99999999999999999999', 'NaN', 'null') },
	{ weight: 3, arbitrary: fc.constantFrom(...prototypeNames) },
	{
		weight: 3,
		arbitrary: fc.constantFrom('\0', '\r\nX: y', '\u2028', '\u202e', '\ud800', '\ufeff', '../..', '//', '%00', '{{.}}'),
	},
	{
		weight: 1,
		arbitrary: fc.constantFrom('a', ',', '\\', '"', "'", '{', '$SERVICE_IP', ' ').map((text) => text.repeat(3_000)),
	},
);

const names = ['NAME', 'ID', 'TAGS', 'IGNORE', 'CHECK_HTTP', 'CHECK_SCRIPT', 'CHECK_CMD', 'CHECK_TTL', 'CHECK_TCP'];
const more = ['CHECK_INTERVAL', 'CHECK_TIMEOUT', 'CHECK_INITIAL_STATUS', 'CHECK_DEREGISTER_AFTER', 'CHECK_HTTP_METHOD'];
const oldKey = fc
	.tuple(
		fc.constantFrom('', '80_', '443_', '0_', '-1_', '1-65535_', '99999999999999999999_', '65535-1_'),
		fc.oneof(fc.constantFrom(...names, ...more), anyText),
	)
	.map(([inFront, key]) => `SERVICE_${inFront}${key}`);
const newKey = fc
	.tuple(
		fc.constantFrom('', '80.', '443.', '80/tcp.', '0.', '99999.'),
		fc.oneof(
			fc.constantFrom(
				'name',
				'aliases',
				'tags',
				'ignore',
				'port',
				'network',
				'address',
				'address.lan',
				'weights.passing',
			),
			fc.constantFrom('check.a.http', 'check.a.args', 'check.a.ttl', 'check.a.header.Host', 'check.__proto__.tcp'),
			anyText.map((text) => `meta.${text}`),
			anyText.map((text) => `check.${text}.tcp`),
			anyText,
		),
	)
	.map((parts) => `reconsul.${parts.join('')}`);
const anyKey = fc.oneof(oldKey, newKey, anyText);

/** By its JSON, so that `__proto__` is a key like any other. */
const mapOf = (value: fc.Arbitrary<unknown>, key: fc.Arbitrary<string> = anyKey): fc.Arbitrary<Json> =>
	fc.array(fc.tuple(key, value), { maxLength: 12 }).map((pairs) => Object.fromEntries(pairs));

/** Sometimes not there, null, or of another type. */
const odd = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
	fc.oneof({ weight: 12, arbitrary }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });

const record = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Json> =>
	fc.record(fields, { requiredKeys: [], noNullPrototype: true });

const port = fc.constantFrom(
	'80/tcp',
	'443/tcp',
	'53/udp',
	'9/sctp',
	'0/tcp',
	'65536/tcp',
	'9'.repeat(30),
	'80',
	'/',
	'',
);
const binding = record({
	HostIp: odd(fc.constantFrom('0.0.0.0', '::', '127.0.0.1', '203.0.113.7', '')),
	HostPort: odd(fc.constantFrom('49153', '8080', '', '0', '-1', '65536', '1e3', '9'.repeat(400))),
});
const endpoint = record({ IPAddress: odd(fc.constantFrom('172.17.0.2', '')), GlobalIPv6Address: odd(fc.constant('')) });

/** Both generations of the API: newer ones have no address beside the networks'. */
const network = record({
	Ports: odd(mapOf(odd(fc.array(odd(binding), { maxLength: 3 })), port)),
	Networks: odd(mapOf(odd(endpoint), fc.oneof(fc.constantFrom('bridge', 'other'), anyText))),
	IPAddress: odd(fc.constant('172.17.0.2')),
});

export const attackerId = containerId('bad');

export const anyInspect: fc.Arbitrary<unknown> = fc
	.record(
		{
			Name: fc.oneof({ weight: 5, arbitrary: fc.constant('/attacker') }, { weight: 1, arbitrary: odd(anyText) }),
			Created: odd(fc.constantFrom('2026-08-01T09:00:00Z', '', 'yesterday', '0001-01-01T00:00:00Z')),
			Image: odd(anyText),
			State: odd(
				record({
					Running: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.jsonValue() }),
					StartedAt: odd(fc.constantFrom('2026-08-01T09:00:00Z', 'never')),
					ExitCode: odd(fc.integer()),
				}),
			),
			Config: odd(
				record({
					Image: odd(anyText),
					Env: odd(fc.array(odd(fc.tuple(anyKey, anyText).map(([key, value]) => `${key}=${value}`)), { maxLength: 8 })),
					Labels: odd(mapOf(odd(anyText))),
					ExposedPorts: odd(mapOf(fc.constant({}), port)),
				}),
			),
			HostConfig: odd(
				record({
					NetworkMode: odd(
						fc.constantFrom('default', 'host', 'none', 'other', 'container:', `container:${attackerId}`),
					),
				}),
			),
			NetworkSettings: odd(network),
		},
		{ noNullPrototype: true },
	)
	.map((document) => JSON.parse(JSON.stringify({ Id: attackerId, ...document })));

/** One that has what it takes to be registered, and these labels. */
export const inspectWith = (labels: Readonly<Record<string, string>>): unknown => ({
	Id: attackerId,
	Name: '/attacker',
	Created: '2026-08-01T09:00:00Z',
	State: { Running: true, StartedAt: '2026-08-01T09:00:00Z' },
	Config: { Image: 'attack', Labels: labels, ExposedPorts: { '80/tcp': {} } },
	HostConfig: { NetworkMode: 'default' },
	NetworkSettings: {
		Ports: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '49999' }] },
		Networks: { bridge: { IPAddress: '172.17.0.66' } },
	},
});

/** Labels of a size that nobody means well by: so many, or so long. */
export const hugeLabels: Readonly<Record<string, (factor: number) => Readonly<Record<string, string>>>> = {
	'many attributes': (factor) => numbered(factor * 1_000, (n) => [`SERVICE_K${n}`, 'v']),
	'many keys for ports': (factor) => numbered(factor * 1_000, (n) => [`SERVICE_${n}_NAME`, `n${n}`]),
	'many checks': (factor) => numbered(factor * 1_000, (n) => [`reconsul.check.c${n}.tcp`, 'true']),
	'many scopes': (factor) => numbered(factor * 1_000, (n) => [`reconsul.${n}.name`, 'n']),
	'many unknown keys': (factor) => numbered(factor * 1_000, (n) => [`reconsul.nonsense${n}`, 'n']),
	'many tags': (factor) => ({ SERVICE_TAGS: 'a,'.repeat((factor * megabyte) / 20) }),
	'a long name': (factor) => ({ SERVICE_NAME: 'n'.repeat((factor * megabyte) / 10) }),
	'a long id': (factor) => ({ SERVICE_ID: 'i/'.repeat((factor * megabyte) / 20) }),
	'a long path': (factor) => ({ SERVICE_CHECK_HTTP: '/x%20'.repeat((factor * megabyte) / 50) }),
	'a long path of the new language': (factor) => ({
		'reconsul.check.a.http': '/x%20'.repeat((factor * megabyte) / 50),
	}),
	'a long command': (factor) => ({ 'reconsul.check.a.args': 'a "b\\" '.repeat((factor * megabyte) / 70) }),
	'a long host name': (factor) => ({ 'reconsul.address': 'a.'.repeat((factor * megabyte) / 20) }),
	'a long duration': (factor) => ({
		SERVICE_CHECK_HTTP: '/',
		SERVICE_CHECK_INTERVAL: '1h'.repeat((factor * megabyte) / 20),
	}),
	backslashes: (factor) => ({
		SERVICE_TAGS: '\\'.repeat((factor * megabyte) / 10),
		SERVICE_K: '\\,'.repeat(factor * 50_000),
	}),
	'a long attribute': (factor) => ({ SERVICE_K: 'v'.repeat((factor * megabyte) / 10) }),
	aliases: (factor) => ({ 'reconsul.aliases': Array.from({ length: factor * 1_000 }, (_, n) => `a${n}`).join(',') }),
};

const numbered = (count: number, pair: (n: number) => readonly [string, string]): Readonly<Record<string, string>> =>
	Object.fromEntries(Array.from({ length: count }, (_, n) => pair(n)));
