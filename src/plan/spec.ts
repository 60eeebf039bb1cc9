import { createHash } from 'node:crypto';
import type { Check, ServiceInstance } from '../model.ts';

/**
 * A fingerprint of everything that is wanted of a service, checks included. It goes into the stamp, because an agent does
 * not give a check's definition back: a changed check shows only here. The version in front tells a change of this
 * function from a change of the service.
 */
export function specOf(service: ServiceInstance): string {
	const known = specs.get(service) ?? fingerprint(service);
	specs.set(service, known);
	return known;
}

/** A pass asks for each service's three times, and it would be a third of what the pass costs. */
const specs = new WeakMap<ServiceInstance, string>();

function fingerprint(service: ServiceInstance): string {
	const { id, name, address, port, meta, weights, enableTagOverride, taggedAddresses } = service;
	const tags = [...new Set(service.tags)].sort();
	const checks = service.checks.map(({ beatMs: _, report: __, ...sent }): Check => sent);
	// What is absent is left out of the text, so a field that is new changes nothing for services without it.
	const text = canonical({ id, name, address, port, tags, meta, weights, enableTagOverride, taggedAddresses, checks });
	return `1-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

/** JSON with sorted keys, so that the order in which things were built does not count. */
const canonical = (value: unknown): string =>
	JSON.stringify(value, (_, inner: unknown) =>
		typeof inner === 'object' && inner !== null && !Array.isArray(inner)
			? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
			: inner,
	);
