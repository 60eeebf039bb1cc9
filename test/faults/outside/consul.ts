import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../support/lab.ts';
import { idOf } from '../comparison.ts';
import { token } from '../planted.ts';
import { brokenAnswers, comeAndGo, mend, type Outage, spoiled, truncated } from './outage.ts';
import type { Scene } from './scene.ts';

const everything = /./;
const list = /^GET \/v1\/agent\/services/;
const slowed = new Set(['takes 2 s a call', 'hangs before the headers', 'hangs after the headers']);

const generic: readonly Outage[] = brokenAnswers.map(([name, fault]) => ({
	name: name === 'answers 500' ? 'has no leader: 500' : name,
	side: 'Consul',
	isFast: name === 'answers 429',
	fault: ({ toConsul }) => toConsul.spoil({ on: everything, fault }),
	end: mend,
	// Who hangs at the end waits for his deadline, and then for his next attempt.
	withinMs: slowed.has(name) ? 25_000 : 15_000,
}));

/** Everything is answered as an agent answers a token that it does not know any more. */
const expired = ({ toConsul }: Scene): void => {
	const denied = { kind: 'answer', status: 403, body: 'Permission denied' } as const;
	toConsul.spoil(
		{ on: list, fault: { kind: 'answer', status: 200, body: '{}' } },
		{ on: /^GET \/v1\/catalog/, fault: { kind: 'answer', status: 200, body: 'null' } },
		{ on: everything, fault: denied },
	);
};

const pass = async (scene: Scene): Promise<void> => {
	const count = (): Promise<number> => scene.daemon.metric('reconsul_resync_total');
	const before = await count();
	scene.daemon.signal('SIGHUP');
	await eventually('one more pass', async () => (await count()) > before);
};

const listFault = (name: string, body: (text: string) => string): Outage => ({
	name,
	side: 'Consul',
	fault: ({ toConsul }) => toConsul.spoil({ on: list, fault: { kind: 'rewrite', body } }),
	lasts: async (scene) => {
		for (let passes = 0; passes < 3; passes += 1) await pass(scene);
		await spoiled(3, scene);
	},
	end: mend,
});

const refused = 'refused';

const connectionLimit = 12;

/** Takes every connection that the agent has to give, and each that becomes free, until it is told to let go. */
function occupy({ consul }: Scene): () => void {
	const held = new Set<Socket>();
	let isOver = false;
	const take = (): void => {
		if (isOver) return;
		const socket = connect(consul.port, '127.0.0.1').on('error', () => {});
		held.add(socket);
		// Whoever is one too many is answered 429 and put out, and tries again.
		socket.resume().on('close', () => {
			held.delete(socket);
			setTimeout(take, 50);
		});
	};
	for (let count = 0; count < connectionLimit + 4; count += 1) take();
	return () => {
		isOver = true;
		for (const socket of held) socket.destroy();
	};
}

const occupied = new WeakMap<Scene, () => void>();

export const consulOutages: readonly Outage[] = [
	{
		name: 'killed and restarted empty',
		side: 'Consul',
		fault: ({ consul }) => consul.kill(),
		lasts: ({ daemon }) => isUnready(daemon),
		end: async (scene) => {
			await scene.consul.restart();
			await scene.plant();
		},
	},
	{
		name: 'stopped (SIGSTOP), 30 s',
		side: 'Consul',
		times: 1,
		fault: ({ consul }) => consul.freeze(),
		lasts: (_, { stoppedMs }) => delay(stoppedMs),
		end: ({ consul }) => consul.thaw(),
		withinMs: 25_000,
	},
	{
		name: 'stopped (SIGSTOP), 3 s',
		side: 'Consul',
		fault: ({ consul }) => consul.freeze(),
		lasts: () => delay(3_000),
		end: ({ consul }) => consul.thaw(),
		withinMs: 25_000,
	},
	{
		name: 'restarted with other data',
		side: 'Consul',
		isFast: true,
		fault: async (scene) => {
			const before = await scene.consul.request('GET', `/v1/agent/service/${encodeURIComponent(idOf('stays.0'))}`);
			scene.toConsul.spoil({ on: everything, fault: { kind: 'reset' } });
			await scene.consul.kill();
			await scene.consul.restart();
			const { Meta } = before as { readonly Meta: Readonly<Record<string, string>> };
			const gone = { ...Meta, 'reconsul-container': 'f'.repeat(64) };
			for (const entry of [
				{ ID: idOf('stays.0'), Name: 'redis', Port: 1, Meta },
				{ ID: idOf('stays.1'), Name: 'redis', Port: 2, Meta: gone },
				{ ID: idOf('long-gone'), Name: 'redis', Port: 3, Meta: gone },
			])
				await scene.consul.request('PUT', '/v1/agent/service/register', entry);
			await scene.plant();
		},
		end: mend,
	},
	...generic,
	{
		name: 'refuses writes for one service only',
		side: 'Consul',
		isFast: true,
		fault: ({ toConsul }) =>
			toConsul.spoil({
				on: /^PUT \/v1\/agent\/service\/register/,
				body: new RegExp(`"${idOf(refused)}"`),
				fault: { kind: 'answer', status: 500, body: 'no' },
			}),
		meanwhile: async (scene) => {
			await scene.run(refused);
			await spoiled(1, scene);
			await comeAndGo(scene);
		},
		expect: async (scene) => {
			scene.spare(refused);
			// The others are not delayed.
			await scene.converged(1_000);
			scene.spare();
		},
		end: mend,
	},
	{
		name: 'takes no more connections',
		side: 'Consul',
		isFast: true,
		scene: { consul: { limits: { http_max_conns_per_client: connectionLimit } } },
		fault: (scene) => void occupied.set(scene, occupy(scene)),
		lasts: ({ daemon }) =>
			eventually('calls fail', async () => (await daemon.metric('reconsul_registry_errors_total')) > 0),
		end: (scene) => occupied.get(scene)?.(),
		withinMs: 15_000,
	},
	{
		name: 'repeats the token that it refuses',
		side: 'Consul',
		isFast: true,
		fault: ({ toConsul }) =>
			toConsul.spoil({ on: everything, fault: { kind: 'answer', status: 500, body: `what is ${token}?` } }),
		end: mend,
		withinMs: 15_000,
	},
	listFault('lists half of its services', truncated),
	listFault('lists no service', () => '{}'),
	{
		name: 'knows the token no more: 200 {} and 403',
		side: 'Consul',
		isFast: true,
		fault: expired,
		expect: async (scene) => {
			await pass(scene);
			await pass(scene);
			const { lost } = await scene.compare();
			assert.deepEqual(lost, [idOf('comes')]);
		},
		end: mend,
		withinMs: 15_000,
	},
];

async function isUnready(daemon: Scene['daemon']): Promise<void> {
	const names = async (): Promise<boolean> => (await daemon.failedChecks()).length > 0;
	await eventually('the daemon says that it is not ready', names, { withinMs: 15_000 });
}
