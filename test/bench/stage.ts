import { type ConsulProcess, startConsul } from '../support/lab.ts';
import { type Engine, startEngine } from './engine.ts';
import type { Bundles, Contestant } from './program.ts';
import { type Recorder, record } from './recorder.ts';

/** An agent, and the recorder that stands before it. */
export interface Agent extends AsyncDisposable {
	readonly recorder: Recorder;
	/** Of the agent itself, past the recorder. */
	readonly address: string;
	/** The ids of all services it has. */
	ids(): Promise<readonly string[]>;
	deregister(id: string): Promise<void>;
	/** Gives it services that are nobody's business here. */
	fill(count: number): Promise<void>;
	wipe(): Promise<void>;
	readonly version: string;
}

/**
 * Two engines and an agent for each contestant. A contestant has an engine where the others' containers are not to be heard
 * of, so that all of them run all the time and take turns container by container: drift of the machine meets all alike. The
 * two kinds of bare calls share one, where Docker tells each only of its own.
 */
export interface Stage extends AsyncDisposable {
	readonly engines: readonly [Engine, Engine];
	readonly agents: Readonly<Record<Contestant, Agent>>;
	readonly bundles: Bundles;
}

export async function setStage(bundles: Bundles): Promise<Stage> {
	await using stack = new AsyncDisposableStack();
	const engines = await Promise.all([startEngine(), startEngine()]);
	for (const engine of engines) stack.use(engine);
	const [reconsul, read, plain] = await Promise.all([startAgent(), startAgent(), startAgent()]);
	for (const agent of [reconsul, read, plain]) stack.use(agent);
	const all = stack.move();
	return {
		engines,
		agents: { reconsul, read, plain },
		bundles,
		[Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
	};
}

export async function startAgent(): Promise<Agent> {
	const consul: ConsulProcess = await startConsul();
	const recorder = await record(consul.port);
	const ids: Agent['ids'] = async () => Object.keys(Object(await consul.request('GET', '/v1/agent/services')));
	const deregister: Agent['deregister'] = async (id) => {
		await consul.request('PUT', `/v1/agent/service/deregister/${encodeURIComponent(id)}`);
	};
	const self = Object(await consul.request('GET', '/v1/agent/self'));
	return {
		recorder,
		address: consul.address,
		version: self.Config.Version,
		ids,
		deregister,
		fill: async (count) => {
			for (let i = 0; i < count; i += 1)
				await consul.request('PUT', '/v1/agent/service/register', {
					ID: `else:${i}`,
					Name: `else-${i % 50}`,
					Port: 80,
				});
		},
		wipe: async () => {
			for (const id of await ids()) await deregister(id);
		},
		[Symbol.asyncDispose]: async () => {
			await recorder[Symbol.asyncDispose]();
			await consul[Symbol.asyncDispose]();
		},
	};
}
