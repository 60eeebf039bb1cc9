import fc from 'fast-check';
import { type CheckKey, checkRows, optionRows, probeRows } from '../../src/derive/labels/check-rows.ts';
import { registratorRows } from '../../src/derive/labels/registrator-rows.ts';
import { containerRows, serviceRows } from '../../src/derive/labels/service-rows.ts';

/** A value that no warning may repeat. */
export const secret = 's3cret';

const scope = fc.constantFrom('', '80.', '443.', '80/tcp.', '53/udp.', '9.');
const name = fc.constantFrom('web', 'db', 'ttl', 'a-b_c');
const check = fc.oneof(
	fc.constantFrom(...Object.keys(checkRows)),
	fc.constantFrom('header.Accept', 'header.X-Y', 'header.Host'),
);

const newKey = fc.oneof(
	fc
		.tuple(scope, fc.constantFrom(...Object.keys(serviceRows), 'meta.region', 'meta.a.b', 'nonsense'))
		.map((parts) => `reconsul.${parts.join('')}`),
	fc.constantFrom(...Object.keys(containerRows)).map((key) => `reconsul.${key}`),
	fc.tuple(scope, name, check).map(([inFront, of, field]) => `reconsul.${inFront}check.${of}.${field}`),
	fc.string({ unit: 'binary', maxLength: 12 }).map((rest) => `reconsul.${rest}`),
);

const oldKey = fc
	.tuple(fc.constantFrom('', '80_', '1-500_', '53_'), fc.constantFrom(...Object.keys(registratorRows), 'region', 'a.b'))
	.map(([inFront, key]) => `SERVICE_${inFront}${key.toUpperCase()}`);

const value = fc.oneof(
	{ weight: 4, arbitrary: fc.constantFrom('true', 'yes', '1', '2', '80', '443', '9000', '10s', '1m', '/', '/health') },
	{
		weight: 2,
		arbitrary: fc.constantFrom('', 'no', 'passing', 'critical', 'a,b', 'web.example', '192.0.2.7', '[::1]:9'),
	},
	{
		weight: 1,
		arbitrary: fc.constantFrom('2001:db8::7', '65535', '70000', '-1', 'nc -z $SERVICE_IP', '["sh"]', '[]', '//x'),
	},
	{ weight: 1, arbitrary: fc.constant(secret) },
	{ weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
);

const noise = fc.dictionary(fc.oneof({ weight: 3, arbitrary: newKey }, { weight: 1, arbitrary: oldKey }), value, {
	maxKeys: 15,
	noNullPrototype: true,
});

/** A value that suits the key, so that checks come about that have it. */
const suiting: { readonly [K in CheckKey]: readonly [string, ...string[]] } = {
	http: ['/', '/health?x=%20', 'true'],
	https: ['/'],
	tcp: ['true', '443', '22'],
	udp: ['true', '53'],
	grpc: ['true', 'my.Service'],
	h2ping: ['true', '/'],
	args: ['nc -z $SERVICE_IP $SERVICE_PORT', '["true"]', '[]'],
	ttl: ['10s', '1h'],
	alias_service: ['u1:db:5432'],
	method: ['HEAD', 'post'],
	body: ['{}', 'a\nb'],
	disable_redirects: ['yes', 'no'],
	docker_container_id: ['true', 'no', 'f'.repeat(12)],
	shell: ['/bin/sh'],
	tcp_use_tls: ['yes', 'no'],
	grpc_use_tls: ['yes', 'no'],
	h2ping_use_tls: ['yes', 'no'],
	tls_skip_verify: ['yes', 'no'],
	tls_server_name: ['web.example'],
	interval: ['5s', '1ns', '2562047h'],
	timeout: ['1s', '1.5h'],
	status: ['passing', 'warning', 'critical'],
	success_before_passing: ['0', '3', '2147483647'],
	failures_before_warning: ['0', '2'],
	failures_before_critical: ['0', '2'],
	deregister_critical_service_after: ['1m'],
	heartbeat: ['yes', 'no'],
	name: ['für alle'],
	notes: ['n'],
	output_max_size: ['1', '4096'],
};

const suited = (key: CheckKey): fc.Arbitrary<readonly [string, string]> =>
	fc.constantFrom(...suiting[key]).map((it) => [key, it]);
const one = <K extends CheckKey>(rows: Readonly<Record<K, unknown>>) =>
	fc.constantFrom(...(Object.keys(rows) as K[])).chain(suited);

/** One check with a kind and some options, which may suit the kind or not. */
const wholeCheck = fc
	.tuple(scope, name, one(probeRows), fc.array(one(optionRows), { maxLength: 6 }))
	.map(([inFront, of, probe, options]) =>
		Object.fromEntries([probe, ...options].map(([key, it]) => [`reconsul.${inFront}check.${of}.${key}`, it])),
	);

/** Labels of both languages, right and wrong ones. */
export const anyLabels: fc.Arbitrary<Readonly<Record<string, string>>> = fc
	.tuple(noise, fc.array(wholeCheck, { maxLength: 3 }))
	.map(([other, checks]) => Object.assign({}, ...checks, other));
