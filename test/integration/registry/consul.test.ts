import { consulRegistry } from '../../../src/registry/consul/registry.ts';
import { startAgent } from './consul-agent.ts';
import { registrySuite } from './registry-suite.ts';
import type { Bench } from './suite-words.ts';

registrySuite('a Consul agent', async (): Promise<Bench> => {
	const agent = await startAgent();
	const list = async <T>(path: string): Promise<readonly T[]> => {
		const { text } = await agent.ask('GET', path);
		return Object.values(JSON.parse(text) as Record<string, T>);
	};
	const checks = async () => {
		const rows = await list<{ CheckID: string; ServiceID: string; Status: string }>('/v1/agent/checks');
		return rows.map(({ CheckID, ServiceID, Status }) => ({ id: CheckID, serviceId: ServiceID, status: Status }));
	};
	return {
		registry: consulRegistry({ host: agent.host, port: agent.port }),
		checks,
		attach: async (serviceId, id, kind) => {
			const probe = kind === 'ttl' ? { TTL: '600s' } : { TCP: '127.0.0.1:9', Interval: '600s' };
			await agent.ask('PUT', '/v1/agent/check/register', { ID: id, Name: 'theirs', ServiceID: serviceId, ...probe });
		},
		maintain: async (serviceId) => {
			await agent.ask('PUT', `/v1/agent/service/maintenance/${encodeURIComponent(serviceId)}?enable=true`);
		},
		clear: async () => {
			for (const { ID } of await list<{ ID: string }>('/v1/agent/services'))
				await agent.ask('PUT', `/v1/agent/service/deregister/${encodeURIComponent(ID)}`);
			for (const { id } of await checks())
				await agent.ask('PUT', `/v1/agent/check/deregister/${encodeURIComponent(id)}`);
		},
		[Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
	};
});
