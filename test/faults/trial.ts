import { idle } from '../e2e/stage.ts';
import { isSame } from './comparison.ts';
import { comeAndGo, type Fault, type Pace, spoiled } from './fault.ts';
import { type Scene, setScene } from './scene.ts';

/** What came of one run of one fault. */
export interface Trial {
	/** From the end of the fault until Docker and Consul agreed; `undefined` if they did not in time. */
	readonly ms: number | undefined;
	/** That the agent has carried out, from the beginning of the fault on. */
	readonly writes: number;
	readonly wrong: readonly string[];
	readonly lost: readonly string[];
	/** Services that are left over, or at a wrong port. */
	readonly stale: readonly string[];
	/** Anything else that was not as it should be. */
	readonly problem: string | undefined;
}

export const isGood = ({ ms, wrong, lost, stale, problem }: Trial): boolean =>
	ms !== undefined && wrong.length + lost.length + stale.length === 0 && problem === undefined;

export async function tried(fault: Fault, pace: Pace): Promise<Trial> {
	await using scene = await setScene(fault.scene ?? {});
	await fault.start?.(scene);
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
	await step(async () => {
		await fault.fault(scene, pace);
		await (fault.meanwhile ?? comeAndGo)(scene);
		await (fault.lasts ?? ((it) => spoiled(3, it)))(scene, pace);
		await fault.expect?.(scene);
	});
	await step(() => fault.end?.(scene));
	const endedAt = performance.now();
	const isConverged = await step(() => scene.converged(fault.withinMs ?? 10_000));
	const ms = isConverged ? performance.now() - endedAt : undefined;
	await step(() => fault.afterwards?.(scene));
	if (isConverged) await step(() => isSteady(scene));
	const comparison = await scene.compare();
	const [problem] = problems;
	return {
		ms,
		writes: writesOf(scene, before),
		wrong: await scene.wrongs(),
		lost: comparison.lost,
		stale: [...comparison.left, ...comparison.wrong],
		problem: problem === undefined ? undefined : `${(problem as Error).message}\n${logOf(scene)}`,
	};
}

/** One more pass changes nothing, and the daemon says that it is well. */
async function isSteady(scene: Scene): Promise<void> {
	const { daemon } = scene;
	await scene.converged(10_000);
	await daemon.ready(20_000);
	daemon.signal('SIGHUP');
	await idle(daemon);
	if (!isSame(await scene.compare())) throw new Error('a pass has undone what was right');
}

const writesOf = ({ toConsul }: Scene, from: number): number =>
	toConsul.passed
		.slice(from)
		.filter(({ path, status }) => status === 200 && /^\/v1\/agent\/service\/(de)?register/.test(path)).length;

/** Its last lines, for whoever has to find out why. */
const logOf = ({ daemon }: Scene): string => daemon.stderr.split('\n').slice(-30).join('\n');
