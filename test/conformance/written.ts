import type { Scenario } from './live/play.ts';
import { env, redis, run, service, web, webService, webWithCheck } from './written-words.ts';

/**
 * Cases that nobody recorded: what the list of differences and findings says, written as cases. They are played as the
 * recorded ones are, as the topic `written`.
 */
export const writtenCases = (): readonly Scenario[] =>
	rows.map(([name, why, given]) => ({ ...base, ...given, name, why }));

const base = {
	topic: 'written',
	flags: ['-ip', '192.168.1.102'],
	agent: { scriptChecks: true },
	networks: [],
	containers: [],
	steps: [],
	expect: [],
	expectChecks: {},
} as const satisfies Partial<Scenario>;

const netA = { name: 'net-a', args: ['--subnet', '10.77.1.0/24'] };
const front = { ID: 'front', Service: 'my_app.web-ui', Port: 8000 };

const rows: readonly (readonly [name: string, why: string, given: Partial<Scenario>])[] = [
	[
		'host-name-unknown',
		'D13: a host name without an address; the agent tells its own.',
		{ flags: [], hosts: false, containers: [redis()], expect: [service({ Address: '127.0.0.1' })] },
	],
	[
		'ip-is-a-name',
		'What -ip says is not looked at.',
		{ flags: ['-ip', 'host.example'], containers: [redis()], expect: [service({ Address: 'host.example' })] },
	],
	[
		'internal-beats-ip',
		'-internal takes no notice of -ip.',
		{
			flags: ['-ip', '192.168.1.102', '-internal'],
			containers: [redis()],
			expect: [service({ Address: '{ip redis.0 bridge}', Port: 6379 })],
		},
	],
	[
		'bound-to-any-ipv6',
		'D14: a binding to all IPv6 addresses is one to all addresses.',
		{
			flags: [],
			containers: [run('redis.0', 'progrium/redis', '-p', '[::]:10000:6379')],
			expect: [service({ Address: '{hostip}' })],
		},
	],
	[
		'container-of-user-network',
		'D6: in the network of a container that has one of its own.',
		{
			networks: [netA],
			containers: [
				run('base.0', 'acme/worker', '--network', 'net-a'),
				run('redis.0', 'progrium/redis', '--network', 'container:base.0'),
			],
			expect: [service({ Address: '{ip base.0 net-a}', Port: 6379 })],
		},
	],
	[
		'host-network-published',
		'The engine publishes nothing on the host network, whatever -p says.',
		{ flags: [], containers: [redis('--network', 'host')], expect: [service({ Address: '{hostip}', Port: 6379 })] },
	],
	[
		'id-of-tcp-and-udp',
		'D7: one id for both protocols of a port; tcp keeps it.',
		{
			containers: [
				run('dns.0', 'coredns/coredns:1.6.9', '-p', '5353:53', '-p', '5353:53/udp', ...env('SERVICE_53_ID=dns')),
			],
			expect: [
				service({ ID: 'dns', Service: 'coredns-53', Port: 5353 }),
				service({ ID: 'dns:53:udp', Service: 'coredns-53', Port: 5353, Tags: ['udp'] }),
			],
		},
	],
	[
		'id-of-two-containers',
		'Two containers that want one id: the first keeps it, the second gets it when that goes.',
		{
			containers: [web(...env('SERVICE_ID=front')), redis(...env('SERVICE_ID=front'))],
			expect: [webService(front)],
			expectChecks: { front: null },
			steps: [{ do: ['docker', 'rm', '-f', 'web.0'] }],
			expectAfterSteps: [[service({ ID: 'front' })]],
		},
	],
	[
		'id-that-cannot-be-removed',
		'D20: Consul would register such an id and never deregister it.',
		{ containers: [redis(...env('SERVICE_ID=a//b')), web(...env('SERVICE_ID=a/../b'))] },
	],
	[
		'keys-that-differ-in-case',
		'D21: bytewise order, the last one wins.',
		{
			containers: [redis(...env('SERVICE_ZONE=upper', 'SERVICE_Zone=mixed', 'SERVICE_zone=lower'))],
			expect: [service({ Meta: { zone: 'lower' } })],
		},
	],
	[
		'name-for-a-port-empty',
		'An empty name for the port drops the suffix and the general name.',
		{
			containers: [
				run(
					'nginx.0',
					'progrium/nginx',
					'-p',
					'8000:80',
					'-p',
					'4443:443',
					...env('SERVICE_80_NAME=', 'SERVICE_NAME=www'),
				),
			],
			expect: [
				service({ ID: 'u1:nginx.0:80', Service: 'nginx', Port: 8000 }),
				service({ ID: 'u1:nginx.0:443', Service: 'www-443', Port: 4443 }),
			],
		},
	],
	[
		'meta-of-no-port',
		'A number that is written in another way belongs to no port.',
		{
			containers: [redis(...env('SERVICE_06379_A=1', 'SERVICE_+6379_B=2', 'SERVICE_-1_C=3', 'SERVICE_D=4'))],
			expect: [service({ Meta: { d: '4' } })],
		},
	],
	[
		'meta-that-consul-refuses',
		'D5: such pairs go, the others stay.',
		{
			containers: [
				redis(
					'--label',
					'SERVICE_CONSUL-X=1',
					'--label',
					'SERVICE_RECONSUL-OWNER=me',
					...env('SERVICE_6379_=x', 'SERVICE_ZONE=a'),
				),
			],
			expect: [service({ Meta: { zone: 'a' } })],
		},
	],
	[
		'check-https-unverified',
		'D15: CHECK_TLS_SKIP_VERIFY counts for https; a path gets its slash.',
		webWithCheck(
			{ CHECK_HTTPS: 'health', CHECK_TLS_SKIP_VERIFY: 'yes' },
			{ HTTP: 'https://192.168.1.102:8000/health', TLSSkipVerify: true, Interval: '10s' },
		),
	],
	[
		'check-interval-zero',
		'D12: an interval that Consul refuses falls back to the default.',
		webWithCheck(
			{ CHECK_HTTP: '/', CHECK_INTERVAL: '0s', CHECK_DEREGISTER_AFTER: 'later' },
			{ HTTP: 'http://192.168.1.102:8000/', Interval: '10s' },
		),
	],
	['check-ttl-bad', 'D12: a check that cannot work is left out.', webWithCheck({ CHECK_TTL: 'sometimes' }, null)],
	[
		'check-script-timeout',
		'D4, D15: a script runs in a shell, with the timeout.',
		webWithCheck(
			{ CHECK_SCRIPT: 'nc $SERVICE_IP $SERVICE_PORT | grep OK', CHECK_TIMEOUT: '2s' },
			{ Args: ['sh', '-c', 'nc 192.168.1.102 8000 | grep OK'], Timeout: '2s', Interval: '10s' },
		),
	],
	[
		'check-of-ipv6',
		'D22: an IPv6 address is bracketed in a URL.',
		{
			...webWithCheck({ CHECK_HTTP: '/' }, { HTTP: 'http://[2001:db8::1]:8000/', Interval: '10s' }),
			flags: ['-ip', '2001:db8::1'],
			expect: [webService({ Address: '2001:db8::1', Meta: { check_http: '/' } })],
		},
	],
	[
		'rename',
		'D18: a rename is followed at once.',
		{
			containers: [redis()],
			expect: [service({})],
			steps: [{ do: ['docker', 'rename', 'redis.0', 'redis.9'] }],
			expectAfterSteps: [[service({ ID: 'u1:redis.9:6379' })]],
		},
	],
	[
		'edited-by-others',
		'D19: what others edit or take away is put back at once.',
		{
			containers: [redis()],
			expect: [service({})],
			steps: [
				{ consul: ['PUT', '/v1/agent/service/register', { ID: 'u1:redis.0:6379', Name: 'other', Port: 1 }] },
				{ consul: ['PUT', '/v1/agent/service/deregister/u1:redis.0:6379'] },
			],
			expectAfterSteps: [[service({})], [service({})]],
		},
	],
	[
		'cleanup-of-internal-explicit',
		'D16: with -cleanup goes what is of our form and not wanted.',
		{
			flags: ['-internal', '-explicit', '-cleanup'],
			containers: [redis(), web(...env('SERVICE_NAME=www'))],
			preregistered: [
				{ ID: 'u1:redis.0:6379', Name: 'redis', Port: 10000 },
				{ ID: 'u1:web.0:80', Name: 'www', Port: 8000 },
				{ ID: 'u1:web.0:81', Name: 'www', Port: 8001 },
				{ ID: 'mine', Name: 'mine', Port: 1 },
			],
			expect: [
				webService({ Service: 'www', Address: '{ip web.0 bridge}', Port: 80 }),
				service({ ID: 'mine', Service: 'mine', Address: '', Port: 1 }),
			],
		},
	],
];
