import type { Fault, Pace, Trial } from '../fault.ts';
import { leaksIn } from '../planted.ts';
import { type Scene, setScene } from './scene.ts';

/** Something that happens to ourselves, or to containers with us looking on. */
export interface Ordeal {
	readonly name: string;
	/** In `make test` as well. */
	readonly isFast?: boolean;
	/** Throws where what must hold does not. */
	run(scene: Scene): Promise<Pick<Trial, 'times' | 'convergedMs' | 'writes' | 'note'>>;
}

export const ourFault = ({ name, isFast = false, run }: Ordeal): Fault => ({
	name,
	isFast,
	// It happens many times in one.
	times: 1,
	roughlyMs: 60_000,
	tried: (pace) => tried(run, pace),
});

async function tried(run: Ordeal['run'], pace: Pace): Promise<Trial> {
	await using scene = await setScene(pace);
	let problem: string | undefined;
	const outcome = await run(scene).catch((error: Error) => {
		problem = error.message;
		return { times: 1, convergedMs: [], writes: scene.writes };
	});
	const { lost, left, wrong } = await scene.compare();
	return {
		...outcome,
		wrong: await scene.wrongs(),
		lost,
		stale: [...left, ...wrong],
		leaks: leaksIn(scene.heard),
		problem,
	};
}
