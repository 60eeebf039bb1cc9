import { idle } from '../../e2e/stage.ts';
import { isSame } from '../comparison.ts';
import type { Fault, Pace, Trial } from '../fault.ts';
import { leaksIn } from '../planted.ts';
import { comeAndGo, type Outage, spoiled } from './outage.ts';
import { type Scene, setScene } from './scene.ts';

export const outsideFault = (outage: Outage): Fault => ({
	name: `${outage.side} ${outage.name}`,
	isFast: outage.isFast ?? false,
	...(outage.times === undefined ? {} : { times: outage.times }),
	roughlyMs: outage.withinMs ?? 10_000,
	tried: (pace) => tried(outage, pace),
});

async function tried(outage: Outage, pace: Pace): Promise<Trial> {
	await using scene = await setScene(outage.scene ?? {}, pace.random);
	await outage.start?.(scene);
	const before = scene.toConsul.passed.length;
	const problems: unknown[] = [];
	const step = async <T>(what: () => T | Promise<T>): Promise<boolean> => {
		try {
			await what();
			return true;
		} catch (error) {
			problems.push(error);
			return false;
		}
	};
	await step(() => endure(outage, scene, pace));
	await step(() => outage.end?.(scene));
	const endedAt = performance.now();
	const isConverged = await step(() => scene.converged(outage.withinMs ?? 10_000));
	const convergedMs = isConverged ? [performance.now() - endedAt] : [];
	await step(() => outage.afterwards?.(scene));
	if (isConverged) await step(() => isSteady(scene));
	const writes = writesOf(scene, before);
	await step(() => isBounded(writes));
	const { lost, left, wrong } = await scene.compare();
	const [problem] = problems;
	return {
		times: 1,
		convergedMs,
		writes,
		wrong: await scene.wrongs(),
		lost,
		stale: [...left, ...wrong],
		leaks: leaksIn(scene.heard),
		problem: problem === undefined ? undefined : `${(problem as Error).message}\n${logOf(scene)}`,
	};
}

async function endure(outage: Outage, scene: Scene, pace: Pace): Promise<void> {
	await outage.fault(scene, pace);
	await (outage.meanwhile ?? comeAndGo)(scene);
	await (outage.lasts ?? ((it) => spoiled(3, it)))(scene, pace);
	await outage.expect?.(scene);
	// What it says of its trouble.
	await scene.heard.read(scene.daemon);
}

/** One more pass changes nothing, and the daemon says that it is well. */
async function isSteady(scene: Scene): Promise<void> {
	const { daemon } = scene;
	await scene.converged(10_000);
	await daemon.ready(20_000);
	daemon.signal('SIGHUP');
	await idle(daemon);
	if (!isSame(await scene.compare())) throw new Error('a pass has undone what was right');
	await scene.heard.read(daemon);
}

/** Of five containers, of which one comes and one goes. */
const mostWrites = 10;

function isBounded(writes: number): void {
	if (writes > mostWrites) throw new Error(`${writes} writes, ${mostWrites} at most`);
}

const writesOf = ({ toConsul }: Scene, from: number): number =>
	toConsul.passed
		.slice(from)
		.filter(({ path, status }) => status === 200 && /^\/v1\/agent\/service\/(de)?register/.test(path)).length;

/** Its last lines, for whoever has to find out why. */
const logOf = ({ daemon }: Scene): string => daemon.stderr.split('\n').slice(-30).join('\n');
