import { lookup } from 'node:dns/promises';
import { hostname } from 'node:os';
import { startConsul } from '../support/lab.ts';
import { CatalogWatch } from './catalog-watch.ts';
import { Reconsul } from './reconsul.ts';
import type { CatalogService } from './record.ts';
import type { Stage } from './stage.ts';

/** What the demo plays on. */
export interface World extends AsyncDisposable {
	readonly stage: Stage;
	readonly watch: CatalogWatch;
	readonly reconsul: Reconsul;
	/** This host's name in service ids, and the address that its services get. */
	readonly host: string;
	readonly address: string;
	/** Ids by name, of the containers that run. */
	readonly containers: Map<string, string>;
	/** The ids of the instances that Consul would send traffic to. */
	passing(service: string): Promise<readonly string[]>;
	/** When Docker says that the container started or died, milliseconds since the epoch. */
	eventTime(event: 'start' | 'die', containerId: string): Promise<number>;
}

interface HealthEntry {
	readonly Service: { readonly ID: string };
}

interface AgentSelf {
	readonly Config: { readonly NodeName: string; readonly Version: string };
	readonly Member: { readonly Addr: string };
}

/**
 * A first look should be the plain picture, consul://localhost:8500. But reconsul registers whatever runs on its engine: where
 * others are at work already, their containers would be written into a Consul that may be theirs, so then the demo brings an
 * agent of its own. In both cases it judges only the services of its own containers.
 */
export async function openWorld(stage: Stage): Promise<World> {
	await using opened = new AsyncDisposableStack();
	const others = await othersHere(stage);
	const own = others === undefined ? undefined : opened.use(await startConsul());
	const at = own === undefined ? labConsul : `${own.host}:${own.port}`;
	stage.env['CONSUL_HTTP_ADDR'] = at;
	const self = await ask<AgentSelf>(at, '/v1/agent/self');
	const host = hostname();
	const address = await addressOf(host, self);
	const docker = await stage.quietly('docker', 'context', 'inspect', '--format', '{{.Endpoints.docker.Host}}');
	const engine = await stage.quietly('docker', 'version', '--format', '{{.Server.Version}}');
	stage.say(`Docker ${engine} at ${docker}, Consul ${self.Config.Version} at ${at}`);
	const isPrivate = process.env['RECONSUL_LAB_CGROUP'] !== undefined;
	if (isPrivate) stage.say('in namespaces of their own: nothing else on this machine is touched');
	stage.say(`this host is called ${host}, its address is ${address}`);
	if (others !== undefined) stage.say(`note: ${others}, so this Consul is the demo's; only its own services count`);
	if (own === undefined) opened.defer(() => forgetServicesOf(host));
	const watch = opened.use(new CatalogWatch(`http://${at}`, self.Config.NodeName));
	opened.defer(() => stage.removeContainers());
	const reconsul = opened.use(new Reconsul(stage, `consul://${at}`, docker));
	const since = Date.now();
	const cleanup = opened.move();
	return {
		...{ stage, watch, reconsul, host, address, containers: new Map() },
		passing: async (service) => {
			const entries = await ask<readonly HealthEntry[]>(at, `/v1/health/service/${service}?passing`);
			return entries.map(({ Service }) => Service.ID);
		},
		eventTime: (event, containerId) => eventTime(stage, since, event, containerId),
		[Symbol.asyncDispose]: () => cleanup.disposeAsync(),
	};
}

const labConsul = 'localhost:8500';

async function ask<T>(at: string, path: string, method = 'GET'): Promise<T> {
	const response = await fetch(`http://${at}${path}`, { method, signal: AbortSignal.timeout(10_000) });
	const text = await response.text();
	if (!response.ok) throw new Error(`${method} ${path} at ${at}: ${response.status} ${text}`);
	return (text === '' ? undefined : JSON.parse(text)) as T;
}

const agentServices = (): Promise<Readonly<Record<string, CatalogService>>> => ask(labConsul, '/v1/agent/services');

/** What is here that is not the demo's. */
async function othersHere(stage: Stage): Promise<string | undefined> {
	const running = (await stage.quietly('docker', 'ps', '--quiet')).split('\n').filter((id) => id !== '').length;
	const services = Object.keys(await agentServices()).length;
	if (running > 0) return `${running} other container${running === 1 ? ' runs' : 's run'} here`;
	return services > 0 ? `Consul at ${labConsul} has ${services} other service${services === 1 ? '' : 's'}` : undefined;
}

/** As docs/architecture.md has it: the host name's address, or if that is loopback the one that the agent advertises. */
async function addressOf(host: string, { Member }: AgentSelf): Promise<string> {
	const { address } = await lookup(host, { family: 4 }).catch(() => ({ address: '127.0.0.1' }));
	return address.startsWith('127.') ? Member.Addr : address;
}

/** Nothing, when every step held. That there were no others before is what brought us to the lab's Consul. */
async function forgetServicesOf(owner: string): Promise<void> {
	for (const { ID, Meta } of Object.values(await agentServices()))
		if (Meta['reconsul-owner'] === owner)
			await ask(labConsul, `/v1/agent/service/deregister/${encodeURIComponent(ID)}`, 'PUT');
}

/** Docker keeps its last events, so they can be asked for when they have passed. */
async function eventTime(stage: Stage, since: number, event: string, containerId: string): Promise<number> {
	const seconds = (ms: number): string => (ms / 1_000).toFixed(3);
	const range = ['--since', seconds(since), '--until', seconds(Date.now())];
	const filters = ['--filter', `container=${containerId}`, '--filter', `event=${event}`];
	const nanos = await stage.quietly('docker', 'events', ...range, ...filters, '--format', '{{.TimeNano}}');
	if (nanos === '') throw new Error(`Docker gave no ${event} event for container ${containerId.slice(0, 12)}`);
	return Number(nanos) / 1e6;
}
