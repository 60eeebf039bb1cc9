import type { Check, CheckReport, ServiceId } from '../model.ts';
import type { TrafficSettings } from './traffic.ts';

/** The checks that the agent runs nothing for: this daemon says how they stand. */

/** Of all checks but registrator's; what begins so is ours to remove. */
export const checkIdOf = (service: ServiceId, name: string): string => `reconsul:${service}:${name}`;

/** How often a check is reported in its TTL, so that one report that is lost does no harm. */
export const beatsPerTtl = 3;

export const ttlCheckId = (service: ServiceId): string => checkIdOf(service, 'ttl');

/**
 * The check that `-ttl` adds to every service: this daemon reports it as passing, so a service whose host or daemon died goes
 * critical. Passing from the start, since Consul begins a TTL check as critical (difference D23).
 *
 * @param refreshMs how often, in milliseconds; 0 where nobody does
 */
export const ttlCheck = (service: ServiceId, seconds: number, refreshMs: number): Check => ({
	id: ttlCheckId(service),
	name: 'Kept alive by reconsul',
	ttl: `${seconds}s`,
	status: 'passing',
	...(refreshMs > 0 ? { beatMs: refreshMs } : {}),
});

export const healthCheckId = (service: ServiceId): string => checkIdOf(service, 'docker-health');

/**
 * The check that says what Docker's HEALTHCHECK says. Without a TTL of its own it stays as it was when this daemon is stopped:
 * a container is no less healthy for that.
 */
export const healthCheck = (
	service: ServiceId,
	report: CheckReport,
	{ healthTtlMs }: Pick<TrafficSettings, 'healthTtlMs'>,
): Check => ({
	id: healthCheckId(service),
	name: 'Docker HEALTHCHECK',
	ttl: healthTtlMs > 0 ? `${healthTtlMs}ms` : never,
	...(healthTtlMs > 0 ? { beatMs: healthTtlMs / beatsPerTtl } : {}),
	report,
});

/** A hundred years; Consul knows no TTL without an end. */
const never = '876000h';
