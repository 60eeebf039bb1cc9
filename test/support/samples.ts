import type { Check, ServiceInstance, Stamp } from '../../src/model.ts';

export const stamp: Stamp = {
	owner: 'u1',
	engine: 'ENGI:NEID',
	containerId: '4f1c'.repeat(16),
	spec: 'v1:0123456789abcdef',
};

const plain: ServiceInstance = {
	id: 'u1:web:80',
	name: 'web',
	address: '192.0.2.10',
	port: 49_153,
	tags: [],
	meta: {},
	weights: { passing: 1, warning: 1 },
	enableTagOverride: false,
	labelledId: false,
	checks: [],
};

export const service = (change: Partial<ServiceInstance> = {}): ServiceInstance => ({ ...plain, ...change });

/** Nobody answers there, and nobody asks before the test is over. */
export const tcpCheck = (id: string, more: Partial<Check> = {}): Check => ({
	id,
	name: 'answers',
	tcp: '127.0.0.1:9',
	interval: '600s',
	...more,
});

export const ttlCheck = (id: string, more: Partial<Check> = {}): Check => ({ id, name: 'beats', ttl: '600s', ...more });
