import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type Derivation, type DeriveSettings, derive } from '../../../src/derive/derive.ts';
import { Trace } from '../../../src/derive/trace.ts';
import type { Container } from '../../../src/model.ts';
import { anyLabels } from '../../support/any-labels.ts';
import { container } from '../controller/containers.ts';
import { newLife, settings, twoPorts } from '../derive/derivations.ts';

const change: fc.Arbitrary<Partial<Container>> = fc.constantFrom<Partial<Container>>(
	{},
	twoPorts,
	{ ports: {} },
	{
		ports: {
			'80/tcp': [
				{ hostIp: '::', hostPort: 1 },
				{ hostIp: '127.0.0.1', hostPort: 2 },
			],
		},
	},
	{ ports: { '80/tcp': [{ hostIp: '10.0.0.7', hostPort: 3 }] } },
	{ networkMode: 'none', networks: {}, ports: {} },
	{ networkMode: 'host', networks: {}, ports: {}, exposed: ['80/tcp', '53/udp'] },
	{ networks: { b: { ipv4: '172.20.0.5', ipv6: '' }, a: { ipv4: '', ipv6: '2001:db8::2' } } },
);
const given = fc.record<Partial<DeriveSettings>>({
	internal: fc.boolean(),
	ipFromContainer: fc.boolean(),
	ip: fc.constantFrom('', '203.0.113.9'),
	useIpFromLabel: fc.constantFrom('', 'SERVICE_REGION'),
	explicit: fc.boolean(),
	idPort: fc.constantFrom('container', 'host'),
	naming: fc.constantFrom('registrator', 'always-port', 'never-port'),
});

interface Pair {
	readonly plain: Derivation;
	readonly traced: Derivation;
	readonly trace: Trace;
}

suite('whatever the container, an explanation and the daemon', () => {
	const agree = (what: string, check: (pair: Pair) => void): void => {
		test(what, () => {
			fc.assert(
				fc.property(anyLabels, change, given, (labels, of, flags) => {
					const it = container({ ...of, labels });
					const now = Date.parse(it.startedAt) + 60_000;
					const around = { hostAddress: '192.0.2.10', base: undefined, now, life: newLife };
					const all = { ...settings, ...flags };
					const trace = new Trace();
					check({ plain: derive(it, all, around), traced: derive(it, all, around, trace), trace });
				}),
				{ numRuns: 1_000 },
			);
		});
	};

	agree('come to the same', ({ plain, traced }) => assert.deepEqual(traced, plain));

	agree('agree on the address and the port, of which one counts', ({ traced, trace }) => {
		for (const { id, address, port } of traced.services) {
			const told = [...trace.ports.values()].find(({ service }) => service === id);
			// Another name of a service has its address.
			if (told === undefined) continue;
			const chosen = told.candidates.filter(({ isChosen }) => isChosen);
			assert.deepEqual(
				chosen.map((it) => [it.address, it.port]),
				[[address, port]],
			);
		}
	});

	agree('agree on every field, and say of each where it is from', ({ traced, trace }) => {
		for (const { choices, service, checks } of trace.ports.values()) {
			for (const { from } of choices) assert.notEqual(from, '');
			const found = traced.services.find(({ id }) => id === service);
			if (found === undefined) continue;
			const said = (field: string): string | undefined => choices.findLast((it) => it.field === field)?.value;
			assert.equal(said('name'), found.name);
			assert.equal(said('id suffix') ?? said('id'), found.id);
			for (const [key, value] of Object.entries(found.meta)) assert.equal(said(`meta ${key}`), value);
			for (const { id } of found.checks) assert.ok(checks.get(id), id);
		}
	});
});
