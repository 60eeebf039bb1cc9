import assert from 'node:assert/strict';
import Dockerode from 'dockerode';
import { eventually } from '../../support/lab.ts';
import type { Ordeal } from './trial.ts';

export const restartStorm: Ordeal = {
	name: 'Containers restart on random ports, 20 of them',
	run: async (scene) => {
		const { stage } = scene;
		const docker = new Dockerode({ socketPath: stage.engine.socket });
		const ids = await Promise.all(Array.from({ length: 20 }, (_, n) => scene.run(`storm-${n}`)));
		await using proxy = await scene.proxy();
		await using daemon = await scene.start(proxy);
		await scene.converged();
		proxy.forget();
		const end = performance.now() + scene.pace.stormMs;
		let times = 0;
		const restarting = async (id: string): Promise<void> => {
			while (performance.now() < end) {
				await docker.getContainer(id).restart({ t: 0 });
				times += 1;
			}
		};
		await Promise.all(ids.map(restarting));
		// One more end than starts, so that not everything that was there must be there.
		await stage.engine.docker('kill', 'storm-0', 'storm-1');
		const convergedMs = [await scene.converged()];
		assert.equal(proxy.mostAtOnce, 1, 'writes for one container at the same time');
		const writes = proxy.writeCount;
		assert.ok(writes <= 2 * times + 2, `${writes} writes for ${times} restarts`);
		assert.equal(await daemon.metric('reconsul_flapping'), 0);
		return { times, convergedMs, writes, note: 'never two writes for one container at a time' };
	},
};

interface ApiService {
	readonly id: string;
	readonly state: string;
	readonly reason?: string;
}

export const crashLoop: Ordeal = {
	name: 'Containers crash and are started at once, one of them for ever',
	run: async (scene) => {
		const { stage } = scene;
		const { docker } = stage.engine;
		const engine = new Dockerode({ socketPath: stage.engine.socket });
		await using proxy = await scene.proxy();
		await using daemon = await scene.start(proxy);
		const command = 'test -e /well && exec sleep 1000; sleep 0.2';
		const id = await scene.run('crash', 'sh', '-c', command);
		const end = performance.now() + (scene.pace.isLong ? 60_000 : 0);
		let times = 0;
		// Six, the last one included, make it wait for twenty seconds, more for up to a minute.
		for (; times < 5 || performance.now() < end; times += 1) {
			await engine.getContainer(id).wait();
			await engine.getContainer(id).start();
		}
		await engine.getContainer(id).wait();
		await scene.converged();
		const writes = proxy.writeCount;
		assert.ok(writes <= 12, `${writes} writes for ${times} crashes`);
		// Others do not wait.
		await scene.run('calm');
		await eventually('the other is registered', async () => (await stage.ids()).includes('u1:calm:6379'), {
			withinMs: 2_000,
		});
		await docker('cp', '/proc/self/comm', 'crash:/well');
		const since = performance.now();
		await engine.getContainer(id).start();
		const [shown] = await eventually('it is shown as flapping', async () => {
			const { services } = (await (await fetch(`${daemon.url}/api/services`)).json()) as {
				readonly services: readonly ApiService[];
			};
			const found = services.filter((it) => it.state === 'flapping');
			return found.length > 0 && found;
		});
		assert.match(shown?.reason ?? '', /keeps ending by itself/);
		assert.equal(await daemon.metric('reconsul_flapping'), 1);
		await scene.converged(75_000);
		const convergedMs = [performance.now() - since];
		assert.equal(daemon.log.filter(({ state }) => state === 'flapping').length, 1);
		return { times, convergedMs, writes, note: 'registered once it has run for a while; one line tells' };
	},
};

export const storms: readonly Ordeal[] = [restartStorm, crashLoop];
