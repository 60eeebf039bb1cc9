import Dockerode from 'dockerode';
import { agentServices, type Stage, startStage } from '../../e2e/stage.ts';
import { type Crowd, crowdOf } from '../../soak/crowd.ts';
import { type Strangers, strangersOf } from '../../soak/strangers.ts';
import { type Daemon, type DaemonOptions, launchDaemon } from '../../support/daemon.ts';
import { eventually } from '../../support/lab.ts';
import { Overheard } from '../../support/overheard.ts';
import { type Comparison, compare, isSame, wrongDeletes } from '../comparison.ts';
import type { Pace } from '../fault.ts';
import * as planted from '../planted.ts';
import { Lifetimes } from './lifetimes.ts';
import { startWatchingProxy, type WatchingProxy } from './watching-proxy.ts';

/** An engine and an agent with entries of others, and nothing else on them; daemons come as somebody starts them. */
export class Scene {
	readonly stage: Stage;
	readonly strangers: Strangers;
	readonly pace: Pace;
	readonly heard = new Overheard();
	readonly #docker: Dockerode;
	readonly #lifetimes: Lifetimes;
	readonly #proxies: WatchingProxy[] = [];
	readonly #daemons: Daemon[] = [];

	constructor(stage: Stage, lifetimes: Lifetimes, pace: Pace) {
		this.stage = stage;
		this.pace = pace;
		this.strangers = strangersOf(stage);
		this.#docker = new Dockerode({ socketPath: stage.engine.socket });
		this.#lifetimes = lifetimes;
	}

	/** Starts a container; its id. */
	run(name: string, ...command: readonly string[]): Promise<string> {
		return this.stage.run('-P', '--name', name, ...planted.containerArgs, 'redis', ...command);
	}

	crowd(prefix: string): Promise<Crowd> {
		return crowdOf(this.stage, this.strangers, prefix, planted.container);
	}

	/** A way to the agent of one's own. */
	async proxy(): Promise<WatchingProxy> {
		const proxy = await startWatchingProxy(this.stage.consul.port);
		this.#proxies.push(proxy);
		return proxy;
	}

	async launch({ port }: WatchingProxy, { env, ...given }: Partial<DaemonOptions> = {}): Promise<Daemon> {
		const registry = planted.registryAt(port);
		const secret = { ...planted.daemonEnvironment, ...env };
		const daemon = await launchDaemon({ ...this.stage.target, registry, env: secret, ...given });
		this.#daemons.push(daemon);
		return this.heard.listen(daemon);
	}

	async start(proxy: WatchingProxy, given?: Partial<DaemonOptions>): Promise<Daemon> {
		const daemon = await this.launch(proxy, given);
		await daemon.ready();
		return daemon;
	}

	async compare(): Promise<Comparison> {
		return compare(await this.#docker.listContainers(), await agentServices(this.stage.consul));
	}

	/** Waits until Docker and Consul say the same and nothing of others was touched; how long that took. */
	async converged(withinMs = 45_000): Promise<number> {
		const since = performance.now();
		const agree = async (): Promise<void> => {
			const comparison = await this.compare();
			if (!isSame(comparison)) throw new Error(JSON.stringify(comparison));
		};
		await eventually('Docker and Consul agree', agree, { withinMs });
		const tookMs = performance.now() - since;
		const touched = await this.strangers.touched();
		if (touched.length > 0) throw new Error(`entries of others were touched: ${touched.join(', ')}`);
		for (const daemon of this.#daemons) if (daemon.isRunning) await this.heard.read(daemon);
		return tookMs;
	}

	/** Through all the proxies. */
	get writes(): number {
		return this.#proxies.reduce((total, { passed }) => total + passed.length, 0);
	}

	/** Ids deregistered though they should not have been, entries of others that are not as they were registered. */
	async wrongs(): Promise<readonly string[]> {
		const passed = this.#proxies.flatMap((proxy) => proxy.passed);
		const wrong = await wrongDeletes(passed, (name) => this.#lifetimes.of(name), noticeMs);
		return [...wrong, ...(await this.strangers.touched())];
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const daemon of this.#daemons) await daemon[Symbol.asyncDispose]();
		this.#lifetimes.end();
		await this.stage[Symbol.asyncDispose]();
	}
}

/** From a start until the daemon cannot but have heard of it, with the machine as busy as these faults keep it. */
const noticeMs = 1_000;

export async function setScene(pace: Pace): Promise<Scene> {
	const stage = await startStage();
	try {
		const scene = new Scene(stage, await Lifetimes.on(stage.engine), pace);
		await scene.strangers.register();
		return scene;
	} catch (error) {
		await stage[Symbol.asyncDispose]();
		throw error;
	}
}
