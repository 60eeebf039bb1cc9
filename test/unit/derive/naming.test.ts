import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type DeriveSettings, derive } from '../../../src/derive/derive.ts';
import { nameTemplate } from '../../../src/derive/service-name.ts';
import { containerOf } from '../../../src/source/inspect.ts';
import { plainSettings } from '../controller/contexts.ts';

const base: DeriveSettings = { ...plainSettings.derive, hostname: 'u1', selfId: undefined };

import { newLife } from './derivations.ts';

const around = { hostAddress: '192.0.2.10', base: undefined, now: Date.parse('2026-01-01T00:01:00Z'), life: newLife };

const container = (ports: readonly string[], env: readonly string[] = []) =>
	containerOf({
		Id: 'ab'.repeat(32),
		Name: '/web.0',
		State: { Running: true, StartedAt: '2026-01-01T00:00:00Z' },
		HostConfig: { NetworkMode: 'default' },
		Config: { Image: 'acme/web', Env: env, Hostname: 'abcabcabcabc', Labels: { team: 'core' } },
		NetworkSettings: {
			Ports: Object.fromEntries(ports.map((port, at) => [port, [{ HostIp: '', HostPort: String(8000 + at) }]])),
			Networks: { bridge: { IPAddress: '172.17.0.2' } },
		},
	});

const derived = (settings: Partial<DeriveSettings>, ports: readonly string[], env: readonly string[] = []) =>
	derive(container(ports, env), { ...base, ...settings }, around);
const names = (...given: Parameters<typeof derived>): readonly string[] =>
	derived(...given).services.map(({ name }) => name);

suite('what follows the name', () => {
	const rows: readonly (readonly [
		sentence: string,
		naming: DeriveSettings['naming'],
		ports: readonly string[],
		env: readonly string[],
		expected: readonly string[],
	])[] = [
		['one port: nothing, as registrator', 'registrator', ['80/tcp'], [], ['web']],
		['two ports: the port, as registrator', 'registrator', ['80/tcp', '443/tcp'], [], ['web-80', 'web-443']],
		['always the port', 'always-port', ['80/tcp'], [], ['web-80']],
		['always the port behind SERVICE_NAME too', 'always-port', ['80/tcp'], ['SERVICE_NAME=www'], ['www-80']],
		["but not behind a port's own name", 'always-port', ['80/tcp'], ['SERVICE_80_NAME=www'], ['www']],
		['never the port', 'never-port', ['80/tcp', '443/tcp'], [], ['web', 'web']],
	];
	for (const [sentence, naming, ports, env, expected] of rows)
		test(sentence, () => assert.deepEqual(names({ naming }, ports, env), expected));

	test('services of one name keep ids of their own', () => {
		const ids = derived({ naming: 'never-port' }, ['80/tcp', '443/tcp']).services.map(({ id }) => id);
		assert.deepEqual(ids, ['u1:web.0:80', 'u1:web.0:443']);
	});
});

suite('--name-template', () => {
	test('makes names of the container and of three variables', () => {
		const nameFor = nameTemplate('{{index .Config.Labels "team"}}-{{$Name}}-{{$Port}}-{{$Protocol}}');
		assert.deepEqual(names({ nameFor }, ['80/tcp', '53/udp']), ['core-web-53-udp', 'core-web-80-tcp']);
	});

	test("a port's own name stands", () => {
		const nameFor = nameTemplate('x-{{$Name}}');
		assert.deepEqual(names({ nameFor }, ['80/tcp'], ['SERVICE_80_NAME=www']), ['www']);
	});

	test('one that does not suit a container costs it a warning, and it gets the usual name', () => {
		const { services, warnings } = derived({ nameFor: nameTemplate('{{.Nope}}') }, ['80/tcp']);
		assert.deepEqual(
			services.map(({ name }) => name),
			['web'],
		);
		assert.match(warnings.map(({ text }) => text).join(), /--name-template.*can't evaluate field Nope/);
	});

	test('one that yields nothing gives the usual name, with a warning', () => {
		const { services, warnings } = derived({ nameFor: nameTemplate('{{if false}}x{{end}} ') }, ['80/tcp', '81/tcp']);
		assert.deepEqual(
			services.map(({ name }) => name),
			['web-80', 'web-81'],
		);
		assert.equal(warnings.length, 1);
	});

	test('one that is no template is refused with the place', () => {
		assert.throws(() => nameTemplate('{{$Nome}}'), /1:.*\$Nome/);
	});
});

suite('-ip-from-container', () => {
	test("registers a published port at the container's own address and port", () => {
		const [service] = derived({ ipFromContainer: true }, ['80/tcp']).services;
		assert.deepEqual([service?.address, service?.port], ['172.17.0.2', 80]);
	});

	test('and nothing that is not published', () => {
		const exposed = {
			...container(['80/tcp']),
			exposed: ['80/tcp', '81/tcp'],
			ports: { '80/tcp': [{ hostIp: '', hostPort: 8000 }], '81/tcp': [] },
		};
		const { services, omitted } = derive(exposed, { ...base, ipFromContainer: true }, around);
		assert.deepEqual(
			services.map(({ port }) => port),
			[80],
		);
		assert.deepEqual(
			omitted.map(({ port, reason }) => [port, reason]),
			[['81/tcp', 'not-published']],
		);
	});
});

test('a container out of scope yields nothing, and says why', () => {
	const { services, omitted } = derived({ exclude: ['web*'] }, ['80/tcp']);
	assert.deepEqual(services, []);
	assert.deepEqual(
		omitted.map(({ reason, detail }) => [reason, detail]),
		[['out-of-scope', '--exclude web* matches it']],
	);
});
