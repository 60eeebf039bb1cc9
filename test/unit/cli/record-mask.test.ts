import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { maskRegistry, maskSource } from '../../../src/cli/record/mask.ts';
import type { RecordedRegistry } from '../../../src/registry/recorded.ts';
import type { RecordedSource } from '../../../src/source/recorded.ts';

const unasked = { failure: { class: undefined, message: '' } } as const;
const sourceOf = (inspect: unknown): RecordedSource => ({
	info: unasked,
	list: { value: { containers: [{ inspect }], unread: [] } },
	asked: [],
	changes: [],
});
const registryOf = (given: Partial<RecordedRegistry>): RecordedRegistry => ({
	list: unasked,
	checks: unasked,
	asked: [],
	askedChecks: [],
	address: unasked,
	token: unasked,
	...given,
});
const id = 'a'.repeat(64);
const textOf = (inspect: unknown): string => JSON.stringify(maskSource(sourceOf(inspect)));
const inspectOf = (config: object, more: object = {}): object => ({
	Id: id,
	Name: '/web',
	State: { Running: true },
	Config: config,
	...more,
});

suite('a recording holds', () => {
	const hidden: readonly [sentence: string, inspect: object][] = [
		['no value of a variable that makes no service', inspectOf({ Env: ['DSN=hunter2'] })],
		['no value of a secret variable', inspectOf({ Env: ['SERVICE_TOKEN=hunter2', 'service_80_api_key=hunter2'] })],
		['no user of a URL', inspectOf({ Env: ['SERVICE_X=https://hunter2@host/'], Labels: { a: 'http://x:hunter2@y' } })],
		['no value of a secret label', inspectOf({ Labels: { 'db.password': 'hunter2' } })],
		['no secret tag', inspectOf({ Env: ['SERVICE_TAGS=a,auth.users=hunter2,b'] })],
		[
			'no command line',
			inspectOf({ Cmd: ['hunter2'], Entrypoint: ['hunter2'] }, { Path: 'hunter2', Args: ['hunter2'] }),
		],
		['no probe of a health check', inspectOf({ Healthcheck: { Test: ['CMD-SHELL', 'hunter2'] } })],
		[
			'nothing that a probe printed',
			inspectOf({}, { State: { Running: true, Health: { Log: [{ Output: 'hunter2' }] } } }),
		],
		['no mount', inspectOf({}, { Mounts: [{ Source: '/hunter2' }], HostConfig: { Binds: ['/hunter2:/x'] } })],
		[
			'no option of a log driver',
			inspectOf({}, { HostConfig: { LogConfig: { Config: { 'splunk-token': 'hunter2' } } } }),
		],
		[
			'no option of a network driver',
			inspectOf({}, { NetworkSettings: { Networks: { n: { DriverOpts: { k: 'hunter2' } } } } }),
		],
	];
	for (const [sentence, inspect] of hidden)
		test(sentence, () => assert.doesNotMatch(textOf(inspect), /hunter2/, JSON.stringify(inspect)));

	test('nothing of fields that nobody has thought of', () => {
		const odd = fc
			.string({ minLength: 1 })
			.filter((name) => !/^(Id|Name|Created|Image|Platform|Driver|RestartCount)$/.test(name));
		fc.assert(
			fc.property(odd, odd, (name, inner) => {
				const text = textOf({ ...inspectOf({ [inner]: 'hunter2' }), [name]: { [inner]: 'hunter2' } });
				const isKnown = ['Hostname', 'Domainname', 'Image', 'ExposedPorts', 'StopSignal', 'StopTimeout'].includes(
					inner,
				);
				assert.ok(isKnown || !text.includes('hunter2'));
			}),
		);
	});

	test('what services are made of', () => {
		const labels = { 'com.docker.compose.service': 'web', SERVICE_80_NAME: 'shop' };
		const text = textOf(
			inspectOf({ Env: ['SERVICE_TAGS=a,b', 'EMPTY='], Labels: labels, ExposedPorts: { '80/tcp': {} } }),
		);
		for (const part of ['"SERVICE_TAGS=a,b"', '"EMPTY=***"', '"web"', '"shop"', '"80/tcp"'])
			assert.ok(text.includes(part));
	});

	test('no secret of a registration, and nothing that a check printed', () => {
		const registration = {
			id: 'a',
			name: 'a',
			kind: '',
			address: '192.0.2.10',
			port: 80,
			tags: ['blue', 'auth.users=hunter2'],
			meta: { api_key: 'hunter2', dsn: 'x://u:hunter2@h', version: '7' },
			weights: { passing: 1, warning: 1 },
			enableTagOverride: false,
			stamp: undefined,
		};
		const checks = [
			{ service: 'a', checks: [{ id: 'c', status: 'passing', output: 'hunter2', notes: 'token=hunter2' }] },
		];
		const text = JSON.stringify(
			maskRegistry(
				registryOf({
					list: { value: { registrations: [registration] } },
					asked: [{ id: 'a', answer: { value: registration } }],
					checks: { value: checks },
					askedChecks: [{ id: 'a', answer: { value: checks } }],
					address: { failure: { class: 'forbidden', message: 'X-Consul-Token: hunter2' } },
				}),
			),
		);
		assert.doesNotMatch(text, /hunter2/);
		for (const part of ['"blue"', '"version":"7"', '"auth.users=***"']) assert.ok(text.includes(part), part);
	});
});
