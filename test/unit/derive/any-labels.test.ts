import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Container } from '../../../src/model.ts';
import { registerBody } from '../../../src/registry/consul/body.ts';
import { refusalOf } from '../../../src/registry/memory-rules.ts';
import { anyLabels, secret } from '../../support/any-labels.ts';
import { stamp } from '../plan/samples.ts';
import { derivedFrom, texts, twoPorts } from './derivations.ts';

const change: fc.Arbitrary<Partial<Container>> = fc.constantFrom<Partial<Container>>(
	{},
	twoPorts,
	{ exposed: [], ports: {} },
	{ networkMode: 'none', networks: {}, ports: {} },
	{ networkMode: 'host', networks: {}, ports: {}, exposed: ['80/tcp', '53/udp'] },
	{ networks: { bridge: { ipv4: '', ipv6: '2001:db8::2' } } },
);
const given = fc.record({ internal: fc.boolean(), ttlSeconds: fc.constantFrom(0, 30) });

suite('whatever the labels', () => {
	const holds = (what: string, check: (derivation: ReturnType<typeof derivedFrom>) => void): void => {
		test(what, () => {
			fc.assert(
				fc.property(anyLabels, change, given, (labels, of, flags) => check(derivedFrom(labels, of, flags))),
				{ numRuns: 1_000 },
			);
		});
	};

	holds('an agent takes the services, every one', ({ services }) => {
		for (const service of services) assert.equal(refusalOf(registerBody(service, stamp), { scripts: true }), undefined);
	});

	holds('ids are told apart, and so are the checks of each', ({ services }) => {
		assert.equal(new Set(services.map(({ id }) => id)).size, services.length);
		for (const { id, checks } of services) {
			assert.equal(new Set(checks.map((check) => check.id)).size, checks.length);
			for (const check of checks) assert.ok(check.id === `service:${id}` || check.id.startsWith(`reconsul:${id}:`));
		}
	});

	holds('a check asks exactly one thing, and has an interval if it asks', ({ services }) => {
		for (const { http, tcp, udp, grpc, h2ping, args, ttl, aliasService, interval } of services.flatMap(
			(it) => it.checks,
		)) {
			const timed = [http, tcp, udp, grpc, h2ping, args].filter((probe) => probe !== undefined);
			assert.equal(timed.length + [ttl, aliasService].filter((probe) => probe !== undefined).length, 1);
			assert.equal(interval !== undefined, timed.length === 1);
		}
	});

	holds('a warning is one line, names no value, and there are not many', (derivation) => {
		assert.ok(derivation.warnings.length <= 20);
		for (const text of texts(derivation)) {
			assert.ok(!text.includes(secret), text);
			assert.doesNotMatch(text, /[\p{Cc}]/u);
		}
	});

	test('the same labels give the same services, in whatever order they come', () => {
		fc.assert(
			fc.property(anyLabels, change, (labels, of) => {
				const newLanguage = Object.entries(labels).filter(([key]) => key.startsWith('reconsul.'));
				const [forward, backward] = [newLanguage, newLanguage.toReversed()].map((it) => Object.fromEntries(it));
				assert.deepEqual(derivedFrom(forward ?? {}, of), derivedFrom(backward ?? {}, of));
			}),
		);
	});
});
