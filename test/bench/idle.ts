import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from './engine.ts';
import { type Bundles, launch, type Program } from './program.ts';
import { setWallClock } from './recorder.ts';
import { type Agent, startAgent } from './stage.ts';

/** What checks that the daemon keeps up cost it while nothing happens: processor time in percent of one core. */

const portsEach = 10;
const ports = Object.fromEntries(Array.from({ length: portsEach }, (_, n) => [`${8_001 + n}/tcp`, {}]));
/** Not probed while it is measured: that is Docker's cost, and as long as the answer is the same we hear nothing of it. */
const Healthcheck = { Test: ['CMD', 'true'], Interval: 3_600e9 };

/** Containers of ten services each, which publish nothing. */
export async function startServices(engine: Engine, services: number): Promise<void> {
	const names = Array.from({ length: services / portsEach }, (_, n) => `idle-${n}`).values();
	const work = async (): Promise<void> => {
		for (const name of names)
			await engine.run(name, 'idle', {
				Image: 'busybox',
				Cmd: ['sleep', '86400'],
				ExposedPorts: ports,
				Healthcheck,
				HostConfig: {},
			});
	};
	await Promise.all(Array.from({ length: 4 }, work));
}

export interface Kept {
	readonly options: readonly string[];
	/** In percent of one core. */
	readonly percent: number;
	/** Writes to the catalog, which there should be none of. */
	readonly answered: number;
}

/** Each row of options is a daemon with an agent of its own; they all rest at the same time. */
export async function idleCosts(
	engine: Engine,
	bundles: Bundles,
	services: number,
	rows: readonly (readonly string[])[],
	restMs: number,
): Promise<readonly Kept[]> {
	await using parts = new AsyncDisposableStack();
	const kept: { readonly options: readonly string[]; readonly agent: Agent; readonly program: Program }[] = [];
	for (const options of rows) {
		const agent = parts.use(await startAgent());
		const place = { socket: engine.socket, consulPort: agent.recorder.port, options: ['-internal', ...options] };
		setWallClock();
		const program = parts.use(await launch('reconsul', bundles, place));
		await program.ready();
		await agent.recorder.registered(services);
		kept.push({ options, agent, program });
	}
	// The first reports come at once, and the second ones within the first period.
	await delay(calmMs);
	const measure = async ({ options, agent, program }: (typeof kept)[number]): Promise<Kept> => {
		const [before, asked] = [await program.cpuMs(), agent.recorder.answered];
		await delay(restMs);
		const after = await program.cpuMs();
		return { options, percent: ((after - before) / restMs) * 100, answered: agent.recorder.answered - asked };
	};
	return await Promise.all(kept.map(measure));
}

const calmMs = 22_000;
