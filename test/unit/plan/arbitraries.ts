import fc from 'fast-check';
import type { Check, Registration, ServiceInstance, Stamp } from '../../../src/model.ts';
import { containerId, ownership } from './samples.ts';

/** Few values of each field, so that two of anything are often the same in part. */

export const anyKey = fc.constantFrom(...['a', 'b', 'c'].map(containerId));

export const anyServiceId: fc.Arbitrary<string> = fc.constantFrom(
	'u1:web:80',
	'u1:web:81',
	'u1:db:5432',
	'u0:web:80',
	'my-id',
);

const anyMeta = fc.dictionary(fc.constantFrom('region', 'zone', 'constructor', '7'), fc.constantFrom('', 'eu', 'us'), {
	noNullPrototype: true,
});

const anyTags = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 });

const anyWeights = fc.record(
	{ passing: fc.integer({ min: 1, max: 2 }), warning: fc.nat(1) },
	{ noNullPrototype: true },
);

export const anyCheck: fc.Arbitrary<Check> = fc.record(
	{
		id: fc.constantFrom('service:u1:web:80', 'reconsul:u1:web:80:ttl'),
		name: fc.constantFrom('answers', 'beats'),
		tcp: fc.constantFrom('192.0.2.10:80', '192.0.2.10:81'),
		interval: fc.constantFrom('10s', '1m'),
		header: fc.dictionary(fc.constantFrom('Host', 'Accept'), fc.array(fc.constantFrom('x', 'y')), {
			noNullPrototype: true,
		}),
		args: fc.array(fc.constantFrom('sh', '-c', 'true')),
	},
	{ requiredKeys: ['id', 'name'], noNullPrototype: true },
);

const fields = {
	id: anyServiceId,
	name: fc.constantFrom('web', 'db'),
	address: fc.constantFrom('192.0.2.10', '192.0.2.11'),
	port: fc.constantFrom(80, 49_153),
	tags: anyTags,
	meta: anyMeta,
	weights: anyWeights,
	enableTagOverride: fc.boolean(),
};

export const anyService: fc.Arbitrary<ServiceInstance> = fc.record(
	{ ...fields, labelledId: fc.boolean(), checks: fc.array(anyCheck, { maxLength: 2 }) },
	{ noNullPrototype: true },
);

/** Several services with ids of their own, as one container wants them. */
export const anyServices = fc.uniqueArray(anyService, { selector: ({ id }) => id, maxLength: 5 });

export const anyStamp: fc.Arbitrary<Stamp> = fc.record(
	{
		owner: fc.constantFrom('u1', 'u0', 'u10'),
		engine: fc.constantFrom(ownership.engine, 'OTHE:RONE', 'none'),
		containerId: anyKey,
		spec: fc.constantFrom('1-0123456789abcdef', '1-fedcba9876543210'),
	},
	{ noNullPrototype: true },
);

export const anyRegistration: fc.Arbitrary<Registration> = fc.record(
	{
		...fields,
		kind: fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constant('connect-proxy') }),
		stamp: fc.option(anyStamp, { nil: undefined, freq: 2 }),
	},
	{ noNullPrototype: true },
);

export const anyRegistrations = fc.uniqueArray(anyRegistration, { selector: ({ id }) => id, maxLength: 5 });
