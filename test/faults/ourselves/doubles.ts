import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { cleanPasses } from '../../e2e/stage.ts';
import type { Daemon } from '../../support/daemon.ts';
import type { Ordeal } from './trial.ts';

const containers = 4;
const options = ['--interval=1s'];

export const sameFlags: Ordeal = {
	name: 'reconsul twice, with the same flags',
	run: async (scene) => {
		for (let n = 0; n < containers; n += 1) await scene.run(`same-${n}`);
		await using first = await scene.proxy();
		await using second = await scene.proxy();
		await using one = await scene.start(first, { options });
		await scene.converged();
		await using two = await scene.start(second, { options });
		await Promise.all([one, two].map((daemon) => cleanPasses(daemon, 4)));
		assert.deepEqual([first.writeCount, second.writeCount], [containers, 0], 'writes at rest');
		const times = scene.pace.isLong ? 40 : 10;
		const convergedMs: number[] = [];
		for (let time = 0; time < times; time += 1) {
			await scene.stage.engine.docker('restart', '-t', '0', `same-${time % containers}`);
			convergedMs.push(await scene.converged());
		}
		await Promise.all([one, two].map((daemon) => cleanPasses(daemon, 2)));
		const writes = [first.writeCount - containers, second.writeCount];
		// An end and a start, of which both can be told before either has written.
		for (const count of writes) assert.ok(count <= 2 * times, `${writes} writes for ${times} restarts`);
		return {
			times,
			convergedMs,
			writes: (writes[0] ?? 0) + (writes[1] ?? 0),
			note: `0 at rest; ${writes} in restarts`,
		};
	},
};

const warned = ({ log }: Daemon): number =>
	log.filter(({ level, message }) => level === 'warn' && message.includes('another reconsul of our owner')).length;

export const otherFlags: Ordeal = {
	name: 'reconsul twice, with different flags (-ip)',
	run: async (scene) => {
		for (let n = 0; n < containers; n += 1) await scene.run(`other-${n}`);
		await using first = await scene.proxy();
		await using second = await scene.proxy();
		await using one = await scene.start(first, { options });
		await scene.converged();
		const seconds = scene.pace.isLong ? 130 : 20;
		await using two = await scene.start(second, { options: [...options, '-ip=192.0.2.20'] });
		await delay(seconds * 1_000);
		const writes = [first.writeCount, second.writeCount];
		// The first one, five repairs at once and then one a minute; the second also takes each over once.
		const most = containers * (2 + 5 + Math.ceil(seconds / 60));
		for (const count of writes) assert.ok(count <= most, `${writes} writes, ${most} at most`);
		assert.deepEqual([warned(one), warned(two)], [1, 1], 'warnings of the two');
		await two.stop();
		const convergedMs = [await scene.converged(70_000)];
		const total = (writes[0] ?? 0) + (writes[1] ?? 0);
		return { times: 1, convergedMs, writes: total, note: `${writes} in ${seconds} s, ${most} each at most; both warn` };
	},
};

export const doubles: readonly Ordeal[] = [sameFlags, otherFlags];
