import { eventually } from '../support/lab.ts';
import type { Engine } from './engine.ts';
import { type Contestant, contestants, launch, type Program } from './program.ts';
import { type Recorder, setWallClock } from './recorder.ts';
import type { Agent, Stage } from './stage.ts';

/** Times of many containers, in milliseconds. */
export interface Times {
	/** From Docker's start event to the answer to the write. */
	readonly start: number[];
	/** From Docker's die event to the answer to the write. */
	readonly die: number[];
}

export type ByContestant<T> = Readonly<Record<Contestant, T>>;

/** Where each contestant works: the daemon on one engine, the bare calls on the other. */
export type Seats = ByContestant<{ readonly engine: Engine; readonly agent: Agent; readonly program: Program }>;

/** @param swapped whether they sit on each other's engine, so that an engine's moods cancel out */
export async function seat(stage: Stage, swapped: boolean, stack: AsyncDisposableStack): Promise<Seats> {
	const [first, second] = swapped ? stage.engines.toReversed() : stage.engines;
	if (first === undefined || second === undefined) throw new Error('a stage has two engines');
	const at = async (contestant: Contestant, engine: Engine): Promise<Seats[Contestant]> => {
		const agent = stage.agents[contestant];
		const place = { socket: engine.socket, consulPort: agent.recorder.port, label: contestant };
		const program = stack.use(await launch(contestant, stage.bundles, place));
		await program.ready();
		return { engine, agent, program };
	};
	return { reconsul: await at('reconsul', first), read: await at('read', second), plain: await at('plain', second) };
}

let count = 0;
const nextName = (contestant: Contestant): string => {
	count += 1;
	return `${contestant}-${count}`;
};

/** One container's life: started, registered, killed, deregistered. */
async function live(engine: Engine, recorder: Recorder, contestant: Contestant, times: Times): Promise<void> {
	const name = nextName(contestant);
	const id = `u1:${name}:6379`;
	const since = Date.now();
	const container = await engine.run(name, contestant);
	const registered = await recorder.written('register', id);
	await container.kill();
	const deregistered = await recorder.written('deregister', id);
	const lifetime = await engine.lifetime(container, since);
	times.start.push(registered.at - lifetime.start);
	times.die.push(deregistered.at - lifetime.die);
	await container.remove();
}

/** One that ends while it is being dealt with: the end may overtake the start. */
async function flash(engine: Engine, contestant: Contestant, lastsMs: number): Promise<void> {
	const container = await engine.run(nextName(contestant), contestant, { Cmd: ['sleep', String(lastsMs / 1_000)] });
	await container.wait();
	await container.remove();
}

export const noTimes = (): ByContestant<Times> => ({
	reconsul: { start: [], die: [] },
	read: { start: [], die: [] },
	plain: { start: [], die: [] },
});

/** So many containers each, one after the other, the contestants taking turns. */
export async function oneByOne(seats: Seats, each: number, times: ByContestant<Times>): Promise<void> {
	for (let i = 0; i < each; i += 1)
		for (const contestant of contestants) {
			const { engine, agent } = seats[contestant];
			setWallClock();
			await live(engine, agent.recorder, contestant, times[contestant]);
		}
}

const workers = 8;
/** Every third container of the churn ends by itself, as many milliseconds after its start as its number says. */
const flashEvery = 3;

/**
 * So many containers, eight at a time.
 *
 * @returns how many services were left in the agent
 */
export async function churn(seats: Seats, contestant: Contestant, total: number, times: Times): Promise<number> {
	const { engine, agent } = seats[contestant];
	const queue = Array.from({ length: total }, (_, i) => i).values();
	const work = async (): Promise<void> => {
		for (const number of queue)
			if (number % flashEvery === 0) await flash(engine, contestant, number);
			else await live(engine, agent.recorder, contestant, times);
	};
	const before = await agent.ids();
	setWallClock();
	await Promise.all(Array.from({ length: workers }, work));
	const left = async (): Promise<readonly string[]> => (await agent.ids()).filter((id) => !before.includes(id));
	await eventually('nothing is left', async () => (await left()).length === 0, { withinMs: 3_000 }).catch(() => {});
	const ghosts = await left();
	for (const id of ghosts) await agent.deregister(id);
	return ghosts.length;
}
