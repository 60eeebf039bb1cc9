import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { Plan } from '../../soak/plan.ts';
import { eventually } from '../../support/lab.ts';
import type { Scene } from './scene.ts';
import type { Ordeal } from './trial.ts';
import type { WatchingProxy } from './watching-proxy.ts';

/** From the first question to well after the first pass. */
const longestLifeMs = 600;

export const killed: Ordeal = {
	name: 'reconsul killed (-9) at any moment, while containers come and go',
	isFast: true,
	run: async (scene) => {
		await using proxy = await scene.proxy();
		// Long enough that many a write is under way when the end comes.
		proxy.delayMs = 40;
		const crowd = await scene.crowd('kill');
		const plan = new Plan(scene.pace.random, 10);
		for (const action of plan.fill()) await crowd.perform(action);
		const times = scene.pace.kills;
		const convergedMs: number[] = [];
		let whileWriting = 0;
		for (let time = 1; time <= times; time += 1) {
			await dropSome(scene);
			const before = proxy.asked;
			const daemon = await scene.launch(proxy);
			const deeds = Promise.all(plan.next().map((action) => crowd.perform(action)));
			await eventually('it asks', () => proxy.asked > before, { everyMs: 5 });
			// Every other one in the middle of a write, if there is any to come; they are too short to be met by chance.
			const isAimed = time % 2 === 0 && (await writesSoon(proxy));
			await delay(scene.pace.random.below(isAimed ? proxy.delayMs : longestLifeMs));
			whileWriting += Math.min(proxy.writing, 1);
			await daemon.kill();
			await deeds;
			if (time % 5 > 0) continue;
			await using last = await scene.start(proxy);
			convergedMs.push(await scene.converged());
			await last.stop();
		}
		// About every second one does.
		assert.ok(whileWriting > 0 || times < 10, 'no kill hit a write');
		return { times, convergedMs, writes: proxy.writeCount, note: `${whileWriting} of them during a write` };
	},
};

const writesSoon = async (proxy: WatchingProxy): Promise<boolean> => {
	const limit = { withinMs: longestLifeMs, everyMs: 5 };
	return eventually('it writes', () => proxy.writing > 0, limit).catch(() => false);
};

/** Else there would soon be nothing left to write. */
async function dropSome({ stage, pace }: Scene): Promise<void> {
	for (const id of await stage.ids())
		if (id.startsWith('u1:kill-') && pace.random.below(2) === 0)
			await stage.consul.request('PUT', `/v1/agent/service/deregister/${id}`);
}

const containers = 16;

export const stoppedWhileWriting: Ordeal = {
	name: 'reconsul stopped (SIGTERM) while writing',
	run: async (scene) => {
		for (let n = 0; n < containers; n += 1) await scene.run(`term-${n}`);
		const times = scene.pace.isLong ? 10 : 3;
		const convergedMs: number[] = [];
		for (let time = 0; time < times; time += 1) {
			await scene.stage.consul.restart();
			await scene.strangers.register();
			await using proxy = await scene.proxy();
			proxy.delayMs = 100;
			const daemon = await scene.launch(proxy);
			await eventually('it writes', () => proxy.writing > 0, { everyMs: 5 });
			assert.equal(await daemon.stop(), 0);
			assert.equal(proxy.writing, 0, 'it ended before its writes were answered');
			await using again = await scene.start(proxy);
			convergedMs.push(await scene.converged());
			assert.equal(proxy.writeCount, containers, 'each service is written once, by the one or the other');
			await again.stop();
		}
		return { times, convergedMs, writes: times * containers, note: 'exit 0; nothing written twice' };
	},
};

export const kills: readonly Ordeal[] = [killed, stoppedWhileWriting];
