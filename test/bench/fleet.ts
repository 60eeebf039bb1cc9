import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/lab.ts';
import type { ByContestant } from './lives.ts';
import { type Contestant, contestants, launch, type Program } from './program.ts';
import { setWallClock, wallClock } from './recorder.ts';
import type { Stage } from './stage.ts';

/** A host that is in service: many containers, all of them on the first engine, where each contestant hears of all. */

export interface Rest {
	readonly memoryMb: number;
	/** Processor time in percent of one core, passes left out. */
	readonly cpuPercent: number;
	/** Processor time of one full pass; of the daemon only. */
	readonly passMs: number | undefined;
	/** Writes to the agent since the start of the process, which found everything registered. */
	readonly writes: number;
}

const parallel = 8;

/** Starts containers until there are so many; nobody listens. */
export async function startFleet({ engines: [engine] }: Stage, size: number): Promise<void> {
	const queue = Array.from({ length: size }, (_, i) => `fleet-${i}`).values();
	const work = async (): Promise<void> => {
		for (const name of queue) await engine.run(name, 'fleet');
	};
	await Promise.all(Array.from({ length: parallel }, work));
}

const begin = ({ engines, agents, bundles }: Stage, contestant: Contestant, watch = false): Promise<Program> => {
	setWallClock();
	const place = { socket: engines[0].socket, consulPort: agents[contestant].recorder.port, watch };
	return launch(contestant, bundles, place);
};

/** From the start of the process to the answer to the last write, over an agent that has nothing of them. */
export async function coldStarts(stage: Stage, size: number, rounds: number): Promise<ByContestant<number[]>> {
	const times: ByContestant<number[]> = { reconsul: [], read: [], plain: [] };
	for (let round = 0; round < rounds; round += 1)
		for (const contestant of contestants) {
			const { recorder, wipe } = stage.agents[contestant];
			await wipe();
			recorder.forget();
			await using program = await begin(stage, contestant);
			times[contestant].push((await recorder.registered(size)) - program.startedAt);
		}
	return times;
}

/** From the start of the process to the first time it says that it is ready. */
export async function readyTimes(stage: Stage, rounds: number): Promise<ByContestant<number[]>> {
	const times: ByContestant<number[]> = { reconsul: [], read: [], plain: [] };
	for (let round = 0; round < rounds; round += 1)
		for (const contestant of contestants) {
			await using program = await begin(stage, contestant);
			times[contestant].push(await program.ready());
		}
	return times;
}

/** Starts the daemon and the bare calls over what they have registered before; both stay. */
export async function settle(
	stage: Stage,
	stack: AsyncDisposableStack,
): Promise<Readonly<Record<'reconsul' | 'read', Program>>> {
	for (const contestant of contestants) stage.agents[contestant].recorder.forget();
	const start = async (contestant: Contestant): Promise<Program> => {
		const program = stack.use(await begin(stage, contestant, true));
		await program.ready();
		return program;
	};
	return { reconsul: await start('reconsul'), read: await start('read') };
}

const restMs = 10_000;
const calmMs = 3_000;

export async function atRest(stage: Stage, programs: Readonly<Record<'reconsul' | 'read', Program>>) {
	await delay(calmMs);
	const rest = async (contestant: 'reconsul' | 'read'): Promise<Rest> => {
		const program = programs[contestant];
		// Asking costs something itself.
		const first = await program.cpuMs();
		const before = await program.cpuMs();
		await delay(restMs);
		const asking = before - first;
		const after = await program.cpuMs();
		return {
			cpuPercent: (Math.max(0, after - before - asking) / restMs) * 100,
			passMs: contestant === 'reconsul' ? (await passMs(program)) - asking : undefined,
			memoryMb: await program.memoryMb(),
			writes: stage.agents[contestant].recorder.writes.length,
		};
	};
	const [reconsul, read] = await Promise.all([rest('reconsul'), rest('read')]);
	return { reconsul, read };
}

async function passMs(program: Program): Promise<number> {
	const before = await program.cpuMs();
	program.pass();
	await delay(1_000);
	return (await program.cpuMs()) - before;
}

/** Long enough for both to watch again: answers of the catalog are taken a quarter of a second apart at least. */
const healGapMs = 400;

/** Somebody deregisters a service by hand: from the answer to that until it is registered again, the two taking turns. */
export async function heals({ agents }: Stage, size: number, each: number) {
	const times: Record<'reconsul' | 'read', number[]> = { reconsul: [], read: [] };
	for (let i = 0; i < each; i += 1)
		for (const contestant of ['reconsul', 'read'] as const) {
			const { recorder, deregister, ids } = agents[contestant];
			const id = `u1:fleet-${i}:6379`;
			recorder.forget();
			setWallClock();
			await deregister(id);
			const gone = wallClock();
			times[contestant].push((await recorder.written('register', id)).at - gone);
			await eventually('it is there', async () => (await ids()).length === size);
			await delay(healGapMs);
		}
	return times;
}
