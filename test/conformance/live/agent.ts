import { type ConsulProxy, startConsulProxy } from '../../support/consul-proxy.ts';
import { startConsul } from '../../support/lab.ts';
import type { RecordedCheck, RecordedService } from '../../support/recorded.ts';

/** A Consul agent, and what is written to it through `uri`. */
export interface Agent extends AsyncDisposable {
	/** For the daemon; everything else asks the agent directly. */
	readonly uri: string;
	readonly traffic: Pick<ConsulProxy, 'lastWriteAt' | 'writing' | 'forget'>;
	request(method: 'GET' | 'PUT', path: string, body?: unknown): Promise<unknown>;
	services(): Promise<readonly RecordedService[]>;
	/** By service id the checks of the last registration that the agent took. */
	sentChecks(): ReadonlyMap<string, readonly RecordedCheck[]>;
	/** Takes out everything. */
	wipe(): Promise<void>;
}

interface RegisterBody {
	readonly ID: string;
	readonly Check?: RecordedCheck;
	readonly Checks?: readonly RecordedCheck[];
}

export async function startAgent(allowsScripts: boolean): Promise<Agent> {
	const consul = await startConsul({ config: { enable_script_checks: allowsScripts } });
	const proxy = await startConsulProxy(consul.port);
	const { request } = consul;
	return {
		uri: `consul://127.0.0.1:${proxy.port}`,
		traffic: proxy,
		request,
		services: async () => {
			const all = (await request('GET', '/v1/agent/services')) as Readonly<Record<string, RecordedService>>;
			return Object.values(all);
		},
		sentChecks: () => sentChecks(proxy),
		wipe: async () => {
			for (const [what, path] of [
				['services', 'service/deregister'],
				['checks', 'check/deregister'],
			] as const) {
				const all = (await request('GET', `/v1/agent/${what}`)) as object;
				for (const id of Object.keys(all)) await request('PUT', `/v1/agent/${path}/${encodeURIComponent(id)}`);
			}
			// Some ids cannot be deregistered; an agent in memory forgets them with everything else.
			if (Object.keys((await request('GET', '/v1/agent/services')) as object).length > 0) await consul.restart();
		},
		[Symbol.asyncDispose]: async () => {
			await proxy[Symbol.asyncDispose]();
			await consul[Symbol.asyncDispose]();
		},
	};
}

function sentChecks({ writes }: ConsulProxy): ReadonlyMap<string, readonly RecordedCheck[]> {
	const registrations = writes.filter(
		({ path, status }) => status === 200 && path.split('?')[0] === '/v1/agent/service/register',
	);
	return new Map(
		registrations.map(({ body }) => {
			const { ID, Check, Checks } = body as RegisterBody;
			return [ID, [...(Check === undefined ? [] : [Check]), ...(Checks ?? [])]];
		}),
	);
}
