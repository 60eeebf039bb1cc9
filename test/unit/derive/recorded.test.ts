import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isBasedOn } from '../../../src/derive/address.ts';
import { type DeriveSettings, derive } from '../../../src/derive/derive.ts';
import { parseTags } from '../../../src/derive/tags.ts';
import { parseDuration } from '../../../src/duration.ts';
import type { Check, Container, ServiceInstance } from '../../../src/model.ts';
import { containerOf } from '../../../src/source/inspect.ts';
import { type RecordedCase, recordedCases, recordedHostAddress, resolvePlaceholders } from '../../support/recorded.ts';

const flagValue = (flags: readonly string[], name: string): string => {
	const at = flags.findIndex((flag) => flag.replace(/^--?/, '').split('=')[0] === name);
	const [, inline] = (flags[at] ?? '').split(/=(.*)/);
	return at < 0 ? '' : (inline ?? flags[at + 1] ?? '');
};
const isOn = (flags: readonly string[], name: string): boolean =>
	flags.some((flag) => flag === `-${name}` || flag === `-${name}=true`);

const settingsOf = ({ flags }: RecordedCase): DeriveSettings => ({
	ip: flagValue(flags, 'ip'),
	internal: isOn(flags, 'internal'),
	useIpFromLabel: flagValue(flags, 'useIpFromLabel'),
	hostname: 'u1',
	explicit: isOn(flags, 'explicit'),
	idPort: 'container',
	tagsFor: () => parseTags(flagValue(flags, 'tags')),
	ttlSeconds: 0,
	selfId: undefined,
});

/** The containers that ran when the predecessor was first looked at. */
function containersOf(recorded: RecordedCase): readonly Container[] {
	const names = recorded.containers.map(({ name, ref }) => ref ?? name);
	return Object.entries(recorded.docker.inspect)
		.filter(([ref]) => names.includes(ref))
		.map(([, inspect]) => containerOf(inspect));
}

function derived(recorded: RecordedCase): readonly ServiceInstance[] {
	const containers = containersOf(recorded);
	return containers.flatMap((container) => {
		const baseId = isBasedOn(container);
		const base = baseId === undefined ? undefined : (containers.find(({ id }) => id === baseId) ?? 'gone');
		const now = Date.parse(container.startedAt) + 60_000;
		return derive(container, settingsOf(recorded), { hostAddress: recordedHostAddress, base, now }).services;
	});
}

const durationFields: ReadonlySet<string> = new Set(['Interval', 'Timeout', 'TTL', 'DeregisterCriticalServiceAfter']);
const isGiven = (value: unknown): boolean => value !== undefined && value !== '' && value !== null && value !== false;

/** Consul's field names, empty ones left out, durations by value: what two definitions are compared by. */
function comparable(check: Readonly<Record<string, unknown>> | null | undefined): unknown {
	if (check === null || check === undefined) return null;
	const entries = Object.entries(check).filter(([, value]) => isGiven(value));
	return Object.fromEntries(
		entries.map(([key, value]) => [key, durationFields.has(key) ? parseDuration(String(value)) : value]),
	);
}

const inConsulsWords = (check: Check | undefined): Readonly<Record<string, unknown>> | null =>
	check === undefined
		? null
		: {
				HTTP: check.http,
				Method: check.method,
				TCP: check.tcp,
				GRPC: check.grpc,
				GRPCUseTLS: check.grpcUseTls,
				TLSSkipVerify: check.tlsSkipVerify,
				TTL: check.ttl,
				Args: check.args,
				Interval: check.interval,
				Timeout: check.timeout,
				Status: check.status,
				DeregisterCriticalServiceAfter: check.deregisterCriticalServiceAfter,
			};

const resolvedDeep = (value: unknown, recorded: RecordedCase): unknown => {
	if (typeof value === 'string') return resolvePlaceholders(value, recorded);
	if (Array.isArray(value)) return value.map((inner) => resolvedDeep(inner, recorded));
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).map(([key, inner]) => [
		String(resolvePlaceholders(key, recorded)),
		resolvedDeep(inner, recorded),
	]);
	return Object.fromEntries(entries);
};

const byId = (a: { ID: string }, b: { ID: string }): number => (a.ID < b.ID ? -1 : 1);

suite('what was recorded from the predecessor is what is derived', () => {
	// Templates have tests of their own; entries that were there before the daemon came are not derived from anything.
	const isDerived = ({ flags, preregistered }: RecordedCase): boolean =>
		!flagValue(flags, 'tags').includes('{{') && preregistered === undefined;
	for (const recorded of recordedCases().filter(isDerived))
		test(`${recorded.topic}/${recorded.name}`, () => {
			const services = derived(recorded);
			const got = services
				.map(({ id, name, address, port, tags, meta, enableTagOverride }) => ({
					ID: id,
					Service: name,
					Address: address,
					Port: port,
					Tags: [...new Set(tags)].sort(),
					Meta: { ...meta },
					EnableTagOverride: enableTagOverride,
				}))
				.sort(byId);
			const wanted = recorded.expect
				.map((service) => {
					const { Tags, ...rest } = service;
					return { ...(resolvedDeep(rest, recorded) as typeof rest), Tags: [...new Set(Tags)].sort() };
				})
				.sort(byId);
			if (recorded.compareMeta === 'subset') {
				for (const [at, service] of got.entries())
					for (const [key, value] of Object.entries(service.Meta)) assert.equal(wanted[at]?.Meta[key], value);
				const withoutMeta = ({ Meta: _, ...rest }: { Meta: unknown }): unknown => rest;
				assert.deepEqual(got.map(withoutMeta), wanted.map(withoutMeta));
			} else assert.deepEqual(got, wanted);
			const checks = resolvedDeep(recorded.expectChecks, recorded) as RecordedCase['expectChecks'];
			for (const service of services) {
				const forbidden = !recorded.agent.scriptChecks && service.checks[0]?.args !== undefined;
				const got = forbidden ? null : inConsulsWords(service.checks[0]);
				assert.deepEqual(comparable(got), comparable(checks[service.id]), service.id);
			}
		});
});
