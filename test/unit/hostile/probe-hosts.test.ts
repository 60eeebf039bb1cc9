import assert from 'node:assert/strict';
import { isIPv6 } from 'node:net';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { parseGoUrl } from '../../../src/config/go-url.ts';
import type { Check } from '../../../src/model.ts';
import { anyLabels } from '../../support/any-labels.ts';
import { derivedFrom } from '../derive/derivations.ts';
import { anyText } from './any-inspect.ts';

/** A probe goes where reconsul found the container, whatever its labels say: the answer can be read by everybody. */

const elsewhere = fc.constantFrom(
	'@elsewhere/',
	'user:pw@elsewhere/',
	'//elsewhere/',
	'\\\\elsewhere\\',
	'/\\elsewhere',
	'///elsewhere',
	'http://elsewhere/',
	':80@elsewhere',
	'.elsewhere/',
	'1.elsewhere:80/',
	'#@elsewhere',
	'?@elsewhere/',
	'/\r\nHost: elsewhere',
	'/\tx@elsewhere',
	'\u2044\u2044elsewhere',
	'\uff0felsewhere',
	'\uff20elsewhere',
	'\u3002elsewhere',
	'elsewhere:80',
	'[::1]:80',
	'/%2f%2felsewhere',
	'/%5celsewhere',
	'/;@elsewhere',
	'192.0.2.66:80',
	'0',
	'65536',
	'80/elsewhere',
	'$SERVICE_IP.elsewhere',
);
const value = fc.oneof(
	elsewhere,
	anyText,
	fc.tuple(elsewhere, anyText, elsewhere).map((parts) => parts.join('')),
);
const oldKeys = ['HTTP', 'HTTPS', 'TCP', 'GRPC', 'HTTP_METHOD', 'HTTPS_METHOD', 'GRPC_USE_TLS', 'TTL'];
const newKeys = ['http', 'https', 'tcp', 'udp', 'grpc', 'h2ping', 'tls_server_name', 'header.Host', 'body', 'method'];
const key = fc.oneof(
	fc.constantFrom(...oldKeys).map((it) => `SERVICE_CHECK_${it}`),
	fc.constantFrom(...oldKeys).map((it) => `SERVICE_80_CHECK_${it}`),
	fc
		.tuple(fc.constantFrom('', '80.'), fc.constantFrom(...newKeys))
		.map(([scope, it]) => `reconsul.${scope}check.a.${it}`),
	fc.tuple(fc.constantFrom('b', 'c'), fc.constantFrom(...newKeys)).map(([name, it]) => `reconsul.check.${name}.${it}`),
	// Where others reach it is the container's to say, and nothing to a check.
	fc.constantFrom('reconsul.address', 'reconsul.address.lan', 'reconsul.address.wan', 'reconsul.network', 'SERVICE_IP'),
);
const labels = fc
	.tuple(fc.oneof(anyLabels, fc.constant({})), fc.dictionary(key, value, { maxKeys: 6, noNullPrototype: true }))
	.map(([some, hostile]) => ({ ...some, ...hostile }));

const address = fc.constantFrom('192.0.2.10', '2001:db8::10', 'host.example');

/** `host:port`, with brackets around IPv6, as Go's net.SplitHostPort and nothing else. */
function hostOf(target: string): string {
	const [, bracketed, plain] = /^(?:\[([^[\]]+)\]|([^[\]:]+)):\d{1,5}$/.exec(target) ?? [];
	return bracketed ?? plain ?? `none in ${JSON.stringify(target)}`;
}

/** Every host that some reader of the check might find in it. */
function hostsOf({ http, tcp, udp, grpc, h2ping }: Check): readonly string[] {
	const targets = [tcp, udp, h2ping, grpc?.split('/', 1)[0]].filter((it) => it !== undefined);
	if (http === undefined) return targets.map(hostOf);
	const url = new URL(http);
	assert.deepEqual([url.username, url.password, parseGoUrl(http)?.userinfo], ['', '', undefined]);
	assert.ok(['http:', 'https:'].includes(url.protocol));
	// Where Go refuses to read it, the probe goes nowhere.
	const go = parseGoUrl(http);
	// By hand: what stands between the scheme and the first slash.
	const [, authority = ''] = /^https?:\/\/([^/]*)\//.exec(http) ?? [];
	return [
		...targets.map(hostOf),
		url.hostname.replace(/^\[|\]$/g, ''),
		hostOf(authority),
		...(go ? [hostOf(go.host)] : []),
	];
}

suite('a probe', () => {
	for (const internal of [false, true])
		test(`goes to the service's own address whatever the labels say${internal ? ', inside too' : ''}`, () => {
			let probes = 0;
			const property = fc.property(labels, address, (given, host) => {
				const ports = { '80/tcp': [{ hostIp: isIPv6(host) ? host : '0.0.0.0', hostPort: 49_153 }] };
				const networks = { bridge: { ipv4: isIPv6(host) ? '' : host, ipv6: isIPv6(host) ? host : '' } };
				// The port that a label names may not be published; then it is asked where the container itself is.
				const change = internal ? { networks } : { networks, ports };
				const options = internal ? { internal } : { ip: host };
				for (const check of derivedFrom(given, change, options).services.flatMap(({ checks }) => checks))
					for (const found of hostsOf(check)) {
						probes += 1;
						assert.equal(found, host, JSON.stringify(check));
					}
			});
			fc.assert(property, { numRuns: 2_000 });
			assert.ok(probes > 1_000, `${probes} probes were looked at`);
		});

	test('has no line break or space that could begin another request', () => {
		const property = fc.property(labels, (given) => {
			for (const { http, tcp, grpc, h2ping, udp } of derivedFrom(given).services.flatMap(({ checks }) => checks))
				for (const text of [http, tcp, grpc, h2ping, udp]) assert.doesNotMatch(text ?? '', /[\p{Cc} ]/u);
		});
		fc.assert(property, { numRuns: 2_000 });
	});

	test('inside a container is inside its own', () => {
		const id = fc.oneof(fc.constantFrom('f'.repeat(64), 'a', 'true', 'yes', ''), anyText);
		const property = fc.property(id, (text) => {
			const given = { 'reconsul.check.a.args': 'true', 'reconsul.check.a.docker_container_id': text };
			for (const { dockerContainerId } of derivedFrom(given).services.flatMap(({ checks }) => checks))
				assert.ok(dockerContainerId === undefined || /^a0{63}$/.test(dockerContainerId));
		});
		fc.assert(property);
	});
});
