import type { Check, Registration, ServiceInstance, Stamp } from '../../../src/model.ts';
import type { Situation } from '../../../src/plan/decide.ts';
import { type Ownership, stampFor } from '../../../src/plan/ownership.ts';
import { service as plainService } from '../../support/samples.ts';

/** A container's id that begins with these digits. */
export const containerId = (digits: string): string => digits.padEnd(64, '0');

export const self = containerId('a');
export const other = containerId('b');

export const ownership: Ownership = {
	owner: 'u1',
	hostname: 'u1',
	formerHostnames: [],
	engine: 'ENGI:NEID',
	takeOver: false,
	cleanup: false,
};

const check: Check = { id: 'service:u1:web:80', name: 'answers', tcp: '192.0.2.10:49153', interval: '10s' };

export const service: ServiceInstance = plainService({
	tags: ['a', 'b'],
	meta: { region: 'eu', zone: 'c' },
	checks: [check],
});

export const stamp: Stamp = stampFor(service, self, ownership);

/** What an agent has after the service was registered so. */
export function registered(
	{ labelledId: _, checks: __, ...fields }: ServiceInstance,
	given: Stamp | undefined,
): Registration {
	return { ...fields, kind: '', stamp: given };
}

/** The agent has exactly what is wanted. */
export const observed: Registration = registered(service, stamp);

/** One wanted service, which the agent has; nothing speaks against a delete. */
export const situation: Situation = {
	key: self,
	wanted: [service],
	found: new Map([[observed.id, observed]]),
	rivals: new Set(),
	written: new Set(),
	ownership,
	holdOf: () => undefined,
};

export const byId = (registrations: readonly Registration[]): ReadonlyMap<string, Registration> =>
	new Map(registrations.map((registration) => [registration.id, registration]));
