import { parseDuration } from '../duration.ts';
import type { ServiceInstance } from '../model.ts';

/** A service that vanished from the agent though we had registered it and its container runs. */
export type Revival =
	| { readonly kind: 'register'; readonly service: ServiceInstance }
	| { readonly kind: 'wait'; readonly ms: number };

/**
 * With deregister_critical_service_after Consul itself removes what has been critical for so long. Such a service is put
 * back at once the first time, critical, so that its check decides and a broken instance does not flap into passing; and
 * again only after that period.
 *
 * @param lastRevivedAt when that was done before, on the same clock as `now` (milliseconds)
 */
export function revival(service: ServiceInstance, lastRevivedAt: number | undefined, now: number): Revival {
	const periods = service.checks.flatMap(({ deregisterCriticalServiceAfter: after }) =>
		after === undefined ? [] : [parseDuration(after) ?? 0],
	);
	if (periods.length === 0) return { kind: 'register', service };
	const waitMs = lastRevivedAt === undefined ? 0 : lastRevivedAt + Math.max(...periods) - now;
	if (waitMs > 0) return { kind: 'wait', ms: waitMs };
	return {
		kind: 'register',
		service: { ...service, checks: service.checks.map((check) => ({ ...check, status: 'critical' })) },
	};
}
