import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Container } from '../../../src/model.ts';
import { containerOf } from '../../../src/source/inspect.ts';
import { SourceError } from '../../../src/source/source.ts';
import { recordedCases } from '../../support/recorded.ts';

const id = 'c0ffee'.padEnd(64, '0');

/** As little as any engine says. */
const least = { Id: id, Name: '/web', State: { Running: true } };
const mapped: Container = {
	id,
	name: 'web',
	image: '',
	imageId: '',
	createdAt: '',
	startedAt: '',
	running: true,
	isPaused: false,
	stopSignal: '',
	exitCode: 0,
	oomKilled: false,
	env: [],
	labels: {},
	networkMode: '',
	exposed: [],
	ports: {},
	networks: {},
	inspect: undefined,
};

const rows: readonly (readonly [sentence: string, said: object, expected: Partial<Container>])[] = [
	['an engine may leave out everything but id, name and whether it runs', {}, {}],
	[
		'maps and lists may be null',
		{ Config: { Env: null, Labels: null, ExposedPorts: null }, NetworkSettings: { Ports: null, Networks: null } },
		{},
	],
	['whole sections may be null', { Config: null, HostConfig: null, NetworkSettings: null }, {}],
	['the image is kept as asked for, beside what it resolved to', image(), { image: 'redis:7', imageId: 'sha256:1' }],
	['a paused container runs', { State: { Running: true, Paused: true } }, { isPaused: true }],
	[
		'one that waits for its restart policy does not run',
		{ State: { Running: true, Restarting: true } },
		{ running: false },
	],
	[
		'how it ended is kept',
		{ State: { Running: false, ExitCode: 137, OOMKilled: true } },
		{ running: false, exitCode: 137, oomKilled: true },
	],
	[
		'health is what the last probe said',
		running({ Health: { Status: 'unhealthy', Log: [{ Output: 'a' }, { Output: 'b' }] } }),
		{ health: { status: 'unhealthy', output: 'b' } },
	],
	[
		'Podman calls it Healthcheck',
		running({ Healthcheck: { Status: 'Healthy', Log: null } }),
		{ health: { status: 'healthy', output: '' } },
	],
	['none is no health', running({ Health: { Status: 'none' } }), {}],
	[
		'a HEALTHCHECK that has not run yet is starting',
		{ ...running({ Health: { Status: '' } }), Config: { Healthcheck: { Test: ['CMD', 'true'] } } },
		{ health: { status: 'starting', output: '' } },
	],
	['a HEALTHCHECK that was switched off is none', { Config: { Healthcheck: { Test: ['NONE'] } } }, {}],
	['the stop signal is as configured', { Config: { StopSignal: 'SIGQUIT' } }, { stopSignal: 'SIGQUIT' }],
	['what is no text is no variable', { Config: { Env: ['A=1', 2, null, 'A=3'] } }, { env: ['A=1', 'A=3'] }],
	['what is no text is no label', { Config: { Labels: { a: '1', b: 2, c: null } } }, { labels: { a: '1' } }],
	['a port that is not published has no bindings', ports({ '80/tcp': null }), { ports: { '80/tcp': [] } }],
	[
		'a port has a binding per address family',
		ports({
			'80/tcp': [
				{ HostIp: '0.0.0.0', HostPort: '32768' },
				{ HostIp: '::', HostPort: '32769' },
			],
		}),
		{
			ports: {
				'80/tcp': [
					{ hostIp: '0.0.0.0', hostPort: 32_768 },
					{ hostIp: '::', hostPort: 32_769 },
				],
			},
		},
	],
	[
		'a binding without a proper port is none',
		ports({
			'80/tcp': [{ HostIp: '', HostPort: '' }, { HostPort: '0' }, { HostPort: '65536' }, { HostPort: 'x' }, null],
		}),
		{ ports: { '80/tcp': [] } },
	],
	[
		'addresses are those of the networks, there is no other since Docker 29',
		{
			NetworkSettings: {
				IPAddress: '172.17.0.9',
				Networks: { bridge: { IPAddress: '172.17.0.2', GlobalIPv6Address: 'fd00::2' }, gone: null },
			},
		},
		{ networks: { bridge: { ipv4: '172.17.0.2', ipv6: 'fd00::2' }, gone: { ipv4: '', ipv6: '' } } },
	],
	['Podman writes names without a slash', { Name: 'web' }, {}],
];

function running(said: object): object {
	return { State: { Running: true, ...said } };
}

function image(): object {
	return { Image: 'sha256:1', Config: { Image: 'redis:7' } };
}

function ports(said: object): object {
	return { NetworkSettings: { Ports: said } };
}

describe('what is read of an inspect', () => {
	for (const [sentence, said, expected] of rows) {
		test(sentence, () => {
			const document = { ...least, ...said };
			assert.deepEqual(containerOf(document), { ...mapped, ...expected, inspect: document });
		});
	}

	test('a label called __proto__ is a label', () => {
		const { labels } = containerOf({ ...least, Config: { Labels: JSON.parse('{"__proto__":"x"}') } });
		assert.deepEqual(Object.entries(labels), [['__proto__', 'x']]);
	});

	const refused: readonly (readonly [what: string, said: unknown, message: RegExp])[] = [
		['no document', undefined, /Id is not 64 hexadecimal digits/],
		['bytes, as of a page that is no JSON', Buffer.from('<html>'), /Id is not 64 hexadecimal digits/],
		['a short id', { ...least, Id: id.slice(0, 12) }, /"web" .*Id is not 64 hexadecimal digits/],
		['an id that is no text', { ...least, Id: 7 }, /Id is not 64/],
		['no name', { ...least, Name: '/' }, /\(c0ffee000000\).*Name is empty/],
		['nothing about whether it runs', { ...least, State: null }, /"web" .*State\.Running is neither true nor false/],
		['a state in words', { ...least, State: { Running: 'true' } }, /State\.Running is neither true nor false/],
	];
	for (const [what, said, message] of refused) {
		test(`${what} is refused, naming the field`, () => {
			assert.throws(() => containerOf(said), { name: 'SourceError', class: 'invalid', message });
		});
	}

	test('every inspect that was recorded can be read', () => {
		const inspects = recordedCases().flatMap(({ docker }) => Object.values(docker.inspect));
		assert.ok(inspects.length > 200);
		for (const inspect of inspects) {
			const container = containerOf(inspect);
			assert.deepEqual([container.id, `/${container.name}`], [inspect.Id, inspect.Name]);
			assert.deepEqual(Object.keys(container.ports), Object.keys(inspect.NetworkSettings.Ports ?? {}));
			assert.equal(container.inspect, inspect);
		}
	});

	test('whatever is said, it is read or refused', () => {
		const section = fc.option(fc.dictionary(fc.string(), fc.jsonValue()), { nil: null });
		const document = fc.record(
			{
				Id: fc.oneof(fc.constant(id), fc.jsonValue()),
				Name: fc.oneof(fc.constant('/web'), fc.jsonValue()),
				State: fc.oneof(fc.record({ Running: fc.boolean(), Restarting: fc.jsonValue() }), fc.jsonValue()),
				Config: fc.oneof(fc.record({ Env: fc.jsonValue(), Labels: section, ExposedPorts: section }), section),
				NetworkSettings: fc.oneof(fc.record({ Ports: section, Networks: section }), section),
			},
			{ requiredKeys: [] },
		);
		fc.assert(
			fc.property(fc.oneof(document, fc.jsonValue()), (said) => {
				try {
					const { env, labels, ports: published } = containerOf(said);
					assert.ok([...env, ...Object.values(labels)].every((text) => typeof text === 'string'));
					assert.ok(
						Object.values(published)
							.flat()
							.every(({ hostPort }) => hostPort > 0 && hostPort < 65_536),
					);
				} catch (error) {
					assert.ok(error instanceof SourceError);
				}
			}),
		);
	});
});
