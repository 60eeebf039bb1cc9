import { after, describe, test } from 'node:test';
import { killed } from '../faults-self/kills.ts';
import { clockJumps } from '../faults-self/limits.ts';
import { cleared, sceneOn } from '../faults-self/scene.ts';
import { crashLoop, restartStorm } from '../faults-self/storms.ts';
import { startStage } from './stage.ts';

// The short half of `make test-faults-self`; each of them throws where something is lost, left, or touched that is not ours.
const stage = await startStage();
const scene = sceneOn(stage, 1, false);
after(() => stage[Symbol.asyncDispose]());

describe('nothing is lost and nothing left', { concurrency: 1 }, () => {
	for (const trial of [killed, clockJumps, restartStorm, crashLoop])
		test(trial.fault, async () => {
			await cleared(scene);
			await trial.run(scene);
		});
});
