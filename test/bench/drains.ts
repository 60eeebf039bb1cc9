import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/lab.ts';
import { type Catalog, followCritical } from './catalog.ts';
import type { Engine } from './engine.ts';
import { type Bundles, launch } from './program.ts';
import { setWallClock } from './recorder.ts';
import { type Agent, startAgent } from './stage.ts';

/** What --recommended does for containers that are told to stop, and what it costs those that end at once. In milliseconds. */

/** It takes two seconds to stop, as a server that ends what is in flight. */
const slow = { Cmd: ['sh', '-c', 'trap "sleep 2; exit 0" TERM; while :; do sleep 86400 & wait $!; done'] };
const idOf = (name: string): string => `u1:${name}:6379`;

export interface HeadStart {
	/** From Docker's event to the agent's answer. */
	readonly marked: number[];
	/** From there to whoever asks the catalog. */
	readonly spread: number[];
	/** From the mark in the agent to the death. */
	readonly agent: number[];
	/** From the mark in the catalog to the death. */
	readonly catalog: number[];
}

/** So many stops; each begins while the one before it still goes on. */
export async function headStart(engine: Engine, bundles: Bundles, stops: number): Promise<HeadStart> {
	await using agent = await startAgent();
	await using program = await begin(engine, agent, bundles, '--recommended');
	await program.ready();
	await using catalog = followCritical(agent.address);
	const found: HeadStart = { marked: [], spread: [], agent: [], catalog: [] };
	const going: Promise<void>[] = [];
	for (let n = 0; n < stops; n += 1) {
		const name = `slow-${n}`;
		const since = Date.now();
		const container = await engine.run(name, 'slow', slow);
		await agent.recorder.written('register', idOf(name));
		// Its shell has to have come to the trap.
		await delay(gapMs);
		setWallClock();
		const stop = async (): Promise<void> => {
			await container.stop({ t: 30 });
			const { kill = Number.NaN, die } = await engine.lifetime(container, since);
			await container.remove();
			const { at } = await agent.recorder.written('maintain', idOf(name));
			const seen = await seenAt(catalog, name);
			found.marked.push(at - kill);
			found.spread.push(seen - at);
			found.agent.push(die - at);
			found.catalog.push(die - seen);
		};
		going.push(stop());
	}
	await Promise.all(going);
	return found;
}

const gapMs = 300;

const seenAt = (catalog: Catalog, name: string): Promise<number> =>
	eventually(
		`the catalog shows the mark of ${name}`,
		() => catalog.criticalAt(`_service_maintenance:${idOf(name)}`) ?? false,
	);

const begin = (engine: Engine, agent: Agent, bundles: Bundles, ...options: readonly string[]) =>
	launch('reconsul', bundles, { socket: engine.socket, consulPort: agent.recorder.port, options });

/** From Docker's die event to the answer to the deregistration, of containers that end the moment they are told to. */
export interface Ends {
	readonly recommended: number[];
	readonly plain: number[];
}

/** One container at a time; two daemons hear of the same end. */
export async function promptEnds(engine: Engine, bundles: Bundles, stops: number): Promise<Ends> {
	await using agents = new AsyncDisposableStack();
	const [recommended, plain] = [agents.use(await startAgent()), agents.use(await startAgent())];
	const programs = [
		agents.use(await begin(engine, recommended, bundles, '--recommended')),
		agents.use(await begin(engine, plain, bundles)),
	];
	for (const program of programs) await program.ready();
	const found: Ends = { recommended: [], plain: [] };
	for (let n = 0; n < stops; n += 1) {
		const id = idOf(`prompt-${n}`);
		const since = Date.now();
		const container = await engine.run(`prompt-${n}`, 'prompt');
		for (const { recorder } of [recommended, plain]) await recorder.written('register', id);
		setWallClock();
		await container.stop();
		const { die } = await engine.lifetime(container, since);
		found.recommended.push((await recommended.recorder.written('deregister', id)).at - die);
		found.plain.push((await plain.recorder.written('deregister', id)).at - die);
		await container.remove();
	}
	return found;
}
