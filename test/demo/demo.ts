import { styleText } from 'node:util';
import { Stage } from './stage.ts';
import { steps } from './steps.ts';
import { openWorld } from './world.ts';

/** `make demo`: the quick start on real containers, in the lab. */
async function demo(stage: Stage): Promise<void> {
	if (process.env['RECONSUL_LAB'] !== '1') throw new Error('it plays in the lab; `make demo` starts one');
	await using world = await openWorld(stage);
	for (const [index, [title, play]] of steps.entries()) {
		const startedAt = performance.now();
		stage.heading(index + 1, title);
		try {
			stage.held(await stage.unlessInterrupted(play(world)), secondsSince(startedAt));
		} catch (error) {
			if (!stage.isInterrupted) world.reconsul.showNews();
			throw new Error(`step ${index + 1} failed: ${world.reconsul.crash ?? messageOf(error)}`, { cause: error });
		}
	}
}

const secondsSince = (startedAt: number): string => `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;

function messageOf(error: unknown): string {
	if (!(error instanceof SuppressedError))
		return error instanceof Error ? error.message.trim().replaceAll('\n', ' ') : String(error);
	return `${messageOf(error.suppressed)}; then cleaning up failed: ${messageOf(error.error)}`;
}

const stage = new Stage();
try {
	await demo(stage);
	stage.say(styleText('green', `\ndemo: all ${steps.length} steps held, ${secondsSince(0)}`));
	process.exit(0);
} catch (error) {
	const isClean = stage.isInterrupted && !(error instanceof SuppressedError);
	stage.say(styleText('red', `\ndemo: ${isClean ? 'interrupted; nothing is left behind' : messageOf(error)}`));
	process.exit(stage.isInterrupted ? 130 : 1);
}
