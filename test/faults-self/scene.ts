import type { Stage } from '../e2e/stage.ts';
import { type Random, random } from '../soak/random.ts';
import { type Strangers, strangersOf } from '../soak/strangers.ts';
import { type Truth, truthOf } from '../soak/truth.ts';
import { type Daemon, type DaemonOptions, launchDaemon, startDaemon } from '../support/daemon.ts';
import { eventually } from '../support/lab.ts';
import { startWatchingProxy, type WatchingProxy } from './watching-proxy.ts';

/** What a trial came to. */
export interface Result {
	/** How often the fault happened. */
	readonly times: number;
	/** From its end until Docker and Consul said the same. */
	readonly convergedMs: readonly number[];
	readonly writes?: number;
	/** Whatever else is worth knowing. */
	readonly note: string;
}

/** One thing that can happen to us. Throws where what must hold does not. */
export interface Trial {
	readonly fault: string;
	run(scene: Scene): Promise<Result>;
}

/** An engine and an agent with entries of others, and nothing else on them. */
export interface Scene {
	readonly stage: Stage;
	readonly truth: Truth;
	readonly strangers: Strangers;
	readonly random: Random;
	readonly isLong: boolean;
	/** A way to the agent of the trial's own. */
	proxy(): Promise<WatchingProxy>;
	launch(proxy: WatchingProxy, given?: Partial<DaemonOptions>): Promise<Daemon>;
	start(proxy: WatchingProxy, given?: Partial<DaemonOptions>): Promise<Daemon>;
	/** Waits until Docker and Consul say the same and nothing of others was touched; how long that took. */
	converged(withinMs?: number): Promise<number>;
}

export function sceneOn(stage: Stage, seed: number, isLong: boolean): Scene {
	const truth = truthOf(stage);
	const strangers = strangersOf(stage);
	return {
		stage,
		truth,
		strangers,
		random: random(seed),
		isLong,
		proxy: () => startWatchingProxy(stage.consul.port),
		launch: (proxy, given) => launchDaemon({ ...stage.target, registry: proxy.uri, ...given }),
		start: (proxy, given) => startDaemon({ ...stage.target, registry: proxy.uri, ...given }),
		converged: async (withinMs = 45_000) => {
			const since = performance.now();
			const isSame = async (): Promise<void> => {
				const differences = await truth.differences();
				if (differences.length > 0) throw new Error(`these differ: ${differences.slice(0, 5).join(', ')}`);
			};
			await eventually('Docker and Consul say the same', isSame, { withinMs });
			const tookMs = performance.now() - since;
			const touched = await strangers.touched();
			if (touched.length > 0) throw new Error(`entries of others were touched: ${touched.join(', ')}`);
			return tookMs;
		},
	};
}

/** An empty engine, and an agent that has only the entries of others. */
export async function cleared({ stage, strangers }: Scene): Promise<void> {
	await stage.clear();
	await stage.consul.restart();
	await strangers.register();
}
