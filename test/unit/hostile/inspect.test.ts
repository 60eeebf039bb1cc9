import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { portKeys } from '../../../src/derive/address.ts';
import { type Derivation, derive } from '../../../src/derive/derive.ts';
import type { Container } from '../../../src/model.ts';
import { stampFor } from '../../../src/plan/ownership.ts';
import { registerBody, stampKeys } from '../../../src/registry/consul/body.ts';
import { readService } from '../../../src/registry/consul/shapes.ts';
import { refusalOf } from '../../../src/registry/memory-rules.ts';
import { containerOf } from '../../../src/source/inspect.ts';
import { SourceError } from '../../../src/source/source.ts';
import { newLife, settings } from '../derive/derivations.ts';
import { ownership } from '../plan/samples.ts';
import { anyInspect, attackerId, hugeLabels, inspectWith } from './any-inspect.ts';

/** The path from what Docker says to what Consul gets: nothing on it may throw, hang or be silent. */

const anySettings = fc.record({
	internal: fc.boolean(),
	ipFromContainer: fc.boolean(),
	explicit: fc.boolean(),
	ip: fc.constantFrom('', '192.0.2.10'),
	useIpFromLabel: fc.constantFrom('', 'SERVICE_IP', '__proto__'),
	ttlSeconds: fc.constantFrom(0, 30),
	idPort: fc.constantFrom('container' as const, 'host' as const),
});

const wantedOf = (container: Container, given: Partial<typeof settings> = {}): Derivation =>
	derive(container, { ...settings, ...given }, { hostAddress: '192.0.2.10', base: undefined, now: 0, life: newLife });

/** What Docker says as a container, or the one error that may come of it. */
function containerIn(document: unknown): Container | undefined {
	try {
		return containerOf(document);
	} catch (error) {
		assert.ok(error instanceof SourceError && error.class === 'invalid', String(error));
		assert.match(error.message, new RegExp(attackerId.slice(0, 12)));
		return undefined;
	}
}

const holds = (check: (container: Container, derivation: Derivation) => void): void =>
	fc.assert(
		fc.property(anyInspect, anySettings, (document, given) => {
			const container = containerIn(document);
			if (container !== undefined) check(container, wantedOf(container, given));
		}),
		{ numRuns: 1_500 },
	);

suite('whatever Docker says of a container', () => {
	test('nothing throws but the one error that names it, and an agent takes every service', () => {
		holds((container, { services }) => {
			for (const service of services) {
				const body = registerBody(service, stampFor(service, container.id, ownership));
				assert.equal(refusalOf(body, { scripts: true }), undefined);
				assert.equal(new Set(body.Checks.map(({ CheckID }) => CheckID)).size, body.Checks.length);
			}
		});
	});

	test('every port is a service, or there is a reason why not', () => {
		holds((container, { services, omitted }) => {
			if (!container.running)
				return assert.deepEqual(
					omitted.map(({ reason }) => reason),
					['not-running'],
				);
			if (omitted.some(({ port }) => port === undefined)) return;
			const silent = portKeys(container).filter((key) => !omitted.some(({ port }) => port === key));
			assert.ok(silent.length <= services.length, `${silent} and ${services.map(({ id }) => id)}`);
			for (const { detail } of omitted) assert.ok(detail.length > 0 && detail.length < 300);
		});
	});

	test('what comes back from an agent is what was written, and the stamp is ours', () => {
		holds((container, { services }) => {
			for (const service of services) {
				const stamp = stampFor(service, container.id, ownership);
				const text = JSON.stringify(registerBody(service, stamp));
				// Half a character is written as an escape, and Consul makes another of it.
				assert.doesNotMatch(text, /\\ud[89a-f]/);
				const body = JSON.parse(text) as { readonly Name: string };
				const back = readService({ ...body, Service: body.Name });
				assert.ok(back.ok, 'the row can be read');
				assert.deepEqual(back.value.stamp, stamp);
				assert.deepEqual({ ...back.value.meta }, { ...service.meta });
			}
		});
	});

	test('no label sets a pair of Meta that is ours or Consul’s', () => {
		const ours = Object.values(stampKeys);
		const key = fc.oneof(
			fc.constantFrom(...ours, 'reconsul-', 'consul-x', 'Reconsul-Owner', 'RECONSUL-OWNER', 'reconsul_owner'),
			fc.constantFrom(...ours).map((it) => ` ${it}`),
		);
		const label = fc.oneof(
			key.map((it) => `SERVICE_${it}`),
			key.map((it) => `SERVICE_80_${it}`),
			key.map((it) => `SERVICE_80_${it.toUpperCase()}`),
			key.map((it) => `reconsul.meta.${it}`),
			key.map((it) => `reconsul.80.meta.${it}`),
		);
		fc.assert(
			fc.property(fc.dictionary(label, fc.constant('forged'), { noNullPrototype: true }), (labels) => {
				const [service] = wantedOf(containerOf(inspectWith(labels))).services;
				assert.ok(service);
				const stamp = stampFor(service, attackerId, ownership);
				const { Meta } = registerBody(service, stamp);
				assert.deepEqual(
					ours.map((it) => Meta[it]),
					[stamp.owner, stamp.engine, stamp.containerId, stamp.spec],
				);
				for (const it of Object.keys(service.meta)) assert.doesNotMatch(it, /^(?:re)?consul-/);
			}),
		);
	});
});

suite('labels of a size that nobody means well by', () => {
	/** Of the processor, which other work on the machine does not make longer. */
	const millisecondsFor = (labels: Readonly<Record<string, string>>): number => {
		const container = containerOf(inspectWith(labels));
		const since = process.cpuUsage();
		for (const service of wantedOf(container).services) {
			const body = registerBody(service, stampFor(service, container.id, ownership));
			assert.equal(refusalOf(body, {}), undefined);
		}
		const { user, system } = process.cpuUsage(since);
		return (user + system) / 1_000;
	};
	for (const [what, labels] of Object.entries(hugeLabels))
		test(`${what}: ten times as many take not much more than ten times as long`, () => {
			const least = (factor: number): number => Math.min(...[0, 1, 2].map(() => millisecondsFor(labels(factor))));
			const [one, ten] = [least(1), least(10)];
			// What takes less than this is no hang, and its ratio is noise; work that is quadratic has a ratio of a hundred.
			assert.ok(ten < 150 || ten / one < 40, `${one.toFixed(1)} ms, then ${ten.toFixed(1)} ms`);
		});
});
