import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cleanPasses } from '../../e2e/stage.ts';
import { Plan } from '../../soak/plan.ts';
import type { Ordeal } from './trial.ts';

/** Dates go forward and back by an hour, twice a second; what counts time by itself does not, as in the kernel. */
const jumpingClock = `
const now = Date.now;
const RealDate = Date;
let shift = 0;
setInterval(() => { shift = [3600000, -3600000, 0][Math.floor(Math.random() * 3)]; }, 500).unref();
globalThis.Date = class extends RealDate {
	constructor(...given) { super(...(given.length === 0 ? [now() + shift] : given)); }
	static now() { return now() + shift; }
};
`;

export const clockJumps: Ordeal = {
	name: 'reconsul sees the clock jump by an hour, twice a second',
	isFast: true,
	run: async (scene) => {
		const folder = await mkdtemp(join(tmpdir(), 'reconsul-clock-'));
		try {
			const file = join(folder, 'clock.cjs');
			await writeFile(file, jumpingClock);
			await using proxy = await scene.proxy();
			const env = { NODE_OPTIONS: `--require=${file}` };
			await using daemon = await scene.start(proxy, { env, options: ['--interval=2s'] });
			const crowd = await scene.crowd('clock');
			const plan = new Plan(scene.pace.random, 6);
			for (const action of plan.fill()) await crowd.perform(action);
			const times = scene.pace.jumps;
			const convergedMs: number[] = [];
			for (let time = 0; time < times; time += 1) {
				await Promise.all(plan.next().map((action) => crowd.perform(action)));
				convergedMs.push(await scene.converged());
			}
			await cleanPasses(daemon, 2);
			const writes = proxy.writeCount;
			await delay(5_000);
			assert.equal(proxy.writeCount, writes, 'writes at rest');
			assert.equal((await fetch(`${daemon.url}/healthz`)).status, 200);
			const dates = daemon.log.map(({ time }) => Date.parse(String(time))).filter((it) => !Number.isNaN(it));
			const spread = Math.max(...dates) - Math.min(...dates);
			assert.ok(spread > 3_000_000, `its dates lie ${spread} ms apart, so its clock did not jump`);
			return { times, convergedMs, writes, note: 'nothing written at rest; passes go on; healthy' };
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	},
};

export const fewDescriptors: Ordeal = {
	name: 'reconsul with a slow agent, and 4,096 open files at most',
	run: async (scene) => {
		const count = scene.pace.isLong ? 100 : 30;
		const names = Array.from({ length: count }, (_, n) => `files-${n}`);
		const start = async (): Promise<void> => {
			for (let name = names.pop(); name !== undefined; name = names.pop()) await scene.run(name);
		};
		await Promise.all(Array.from({ length: 4 }, start));
		await using proxy = await scene.proxy();
		proxy.delayMs = scene.pace.isLong ? 2_000 : 500;
		await using daemon = await scene.launch(proxy);
		execFileSync('prlimit', ['--pid', `${daemon.pid}`, '--nofile=4096:4096']);
		await daemon.ready(30_000);
		let most = 0;
		let isOver = false;
		const sampling = async (): Promise<void> => {
			while (!isOver) {
				most = Math.max(most, await daemon.metric('process_open_fds'));
				await delay(100);
			}
		};
		const [convergedMs] = await Promise.all([
			scene.converged(180_000).finally(() => {
				isOver = true;
			}),
			sampling(),
		]);
		assert.ok(most < 200, `${most} descriptors were open at once`);
		return { times: 1, convergedMs: [convergedMs], writes: proxy.writeCount, note: `${count} services, ${most} open` };
	},
};

export const limits: readonly Ordeal[] = [clockJumps, fewDescriptors];
