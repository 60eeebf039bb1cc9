import assert from 'node:assert/strict';
import Dockerode from 'dockerode';
import type { Fault as BrokenAnswer } from '../../support/faults.ts';
import { eventually } from '../../support/lab.ts';
import { idOf } from '../comparison.ts';
import { brokenAnswers, comeAndGo, mend, type Outage, spoiled, truncated } from './outage.ts';
import type { Scene } from './scene.ts';

const answers = /^GET .*\/(containers|info|version)/;
const list = /^GET .*\/containers\/json/;
const events = /^GET .*\/events/;
const inspectOf = (id: string): RegExp => new RegExp(`^GET .*/containers/${id}/json`);

const generic: readonly Outage[] = brokenAnswers.map(([name, fault]) => ({
	name,
	side: 'Docker',
	fault: ({ toDocker }) => toDocker.spoil({ on: answers, fault }),
	end: mend,
	withinMs: 25_000,
}));

const listFault = (name: string, fault: BrokenAnswer): Outage => ({
	name,
	side: 'Docker',
	fault: ({ toDocker }) => toDocker.spoil({ on: list, fault }),
	lasts: (scene) => spoiledByPasses(scene, 2),
	end: mend,
	withinMs: 20_000,
});

async function spoiledByPasses(scene: Scene, times: number): Promise<void> {
	await eventually(
		`${times} answers are spoiled`,
		() => {
			scene.daemon.signal('SIGHUP');
			return scene.toDocker.met >= times;
		},
		{ withinMs: 35_000, everyMs: 250 },
	);
}

const brokenStream = (name: string, within: 'line' | 'character'): Outage => ({
	name,
	side: 'Docker',
	isFast: within === 'character',
	fault: ({ toDocker }) => {
		const body = within === 'character' ? /ü/ : /./;
		toDocker.spoil({ on: events, body, fault: { kind: 'break', within } });
	},
	lasts: (scene) => spoiled(1, scene),
	end: mend,
});

const lostStream = (how: 'end' | 'reset'): Outage => ({
	name: how === 'end' ? 'ends its events' : 'resets its events',
	side: 'Docker',
	fault: ({ toDocker }) => toDocker.loseStreams(how),
	lasts: async () => {},
});

const idIn = async ({ engine }: Scene, name: string): Promise<string> => {
	const { Id } = await new Dockerode({ socketPath: engine.socket }).getContainer(name).inspect();
	return Id;
};

const isAway = async ({ daemon }: Scene): Promise<void> => {
	const isNoticed = async (): Promise<boolean> => (await daemon.failedChecks()).includes('docker-events');
	await eventually('the daemon says that Docker is away', isNoticed, { withinMs: 15_000 });
};

const restarted = (name: string, docker: object): Outage => ({
	name,
	side: 'Docker',
	scene: { docker },
	fault: ({ engine }) => engine.kill(),
	meanwhile: async () => {},
	lasts: isAway,
	end: ({ engine }) => engine.restart(),
	withinMs: 20_000,
	afterwards: async (scene) => {
		await scene.run('comes');
		await scene.converged(2_000);
	},
});

const noise = 3_000;

/** Each is an event of the engine, and none of them changes anything. */
async function makeNoise(scene: Scene): Promise<void> {
	const container = new Dockerode({ socketPath: scene.engine.socket }).getContainer('stays.0');
	const each = async (): Promise<void> => {
		for (let count = 0; count < noise / 10; count += 1) await container.exec({ Cmd: ['true'] });
	};
	await Promise.all(Array.from({ length: 10 }, each));
}

export const dockerOutages: readonly Outage[] = [
	restarted('killed and restarted', {}),
	restarted('killed and restarted, live-restore', { 'live-restore': true }),
	{
		name: 'has its socket replaced',
		side: 'Docker',
		isFast: true,
		fault: ({ toDocker }) => toDocker.replace(),
		lasts: async () => {},
	},
	lostStream('end'),
	lostStream('reset'),
	{
		name: 'sends no more events (-resync 5)',
		side: 'Docker',
		scene: { options: ['--interval=5s'] },
		fault: ({ toDocker }) => toDocker.spoil({ on: events, fault: { kind: 'silence' } }),
		lasts: async () => {},
	},
	brokenStream('cuts its events in mid-line', 'line'),
	brokenStream('cuts its events in mid-character', 'character'),
	{
		name: 'sends its events byte by byte',
		side: 'Docker',
		fault: ({ toDocker }) => toDocker.spoil({ on: events, fault: { kind: 'crumble' } }),
		lasts: (scene) => spoiled(2, scene),
	},
	{
		name: 'repeats its events',
		side: 'Docker',
		fault: ({ toDocker }) => toDocker.spoil({ on: events, fault: { kind: 'repeat' } }),
		lasts: (scene) => spoiled(3, scene),
	},
	...generic,
	listFault('cuts its list', { kind: 'cut' }),
	listFault('lists half of its containers', { kind: 'rewrite', body: truncated }),
	listFault('lists no container', { kind: 'rewrite', body: () => '[]' }),
	{
		name: 'fails half-way through its list',
		side: 'Docker',
		fault: ({ toDocker }) => {
			// Without events nothing that was inspected before is remembered.
			toDocker.loseStreams('end');
			const fault = { kind: 'answer', status: 500, body: '{"message":"no"}' } as const;
			toDocker.spoil({ on: inspectOf('[0-9a-f]{64}'), after: 2, fault });
		},
		lasts: (scene) => spoiled(2, scene),
		end: mend,
		withinMs: 20_000,
	},
	{
		name: 'never answers inspects of one container',
		side: 'Docker',
		fault: async (scene) => {
			const on = inspectOf(await idIn(scene, 'stays.0'));
			scene.toDocker.spoil({ on, fault: { kind: 'hang', before: 'headers' } });
			// All is inspected anew, this one in vain.
			scene.toDocker.loseStreams('end');
			await spoiled(1, scene);
		},
		lasts: async () => {},
		expect: (scene) => scene.converged(2_000),
		end: mend,
	},
	{
		name: 'never answers inspects of one; the others start unseen',
		side: 'Docker',
		fault: async (scene) => {
			const on = inspectOf(await idIn(scene, 'stays.0'));
			scene.toDocker.spoil(
				{ on: events, fault: { kind: 'silence' } },
				{ on, fault: { kind: 'hang', before: 'headers' } },
			);
			scene.toDocker.loseStreams('end');
			await spoiled(1, scene);
		},
		lasts: async () => {},
		// The pass that is under way, and the one after it, wait for that call for a while.
		expect: (scene) => {
			scene.daemon.signal('SIGHUP');
			return scene.converged(25_000);
		},
		end: mend,
	},
	{
		name: 'loses a container between list and inspect',
		side: 'Docker',
		isFast: true,
		fault: async (scene) => {
			scene.toDocker.spoil({ on: list, fault: { kind: 'delay', ms: 1_000 } });
			scene.toDocker.loseStreams('end');
			await spoiled(1, scene);
		},
		meanwhile: async (scene) => {
			await scene.remove('ends');
			await scene.run('comes');
		},
		lasts: async () => {},
		end: mend,
	},
	{
		name: `sends ${noise} events that are noise`,
		side: 'Docker',
		isFast: true,
		fault: async (scene) => {
			const before = scene.toDocker.streamed;
			await Promise.all([makeNoise(scene), comeAndGo(scene)]);
			const heard = scene.toDocker.streamed - before;
			assert.ok(heard < 20_000, `${heard} bytes of events have come through`);
		},
		meanwhile: async () => {},
		lasts: async () => {},
		withinMs: 1_000,
	},
	{
		name: 'is another engine',
		side: 'Docker',
		isFast: true,
		fault: async (scene) => {
			await scene.moveToAnotherEngine();
			scene.toDocker.loseStreams('end');
		},
		// Two of the first engine's, which go on there, and two of the same names as the first one's.
		meanwhile: (scene) => scene.run('stays.0', 'stays.1', 'comes'),
		lasts: async () => {},
		expect: async (scene) => {
			scene.spare('stays.2', 'ends');
			await scene.converged(10_000);
			scene.daemon.signal('SIGHUP');
			await scene.converged(10_000);
			scene.spare();
			assert.deepEqual((await scene.compare()).left, [idOf('ends'), idOf('stays.2')]);
			assert.deepEqual(await scene.wrongs(), []);
		},
		end: (scene) => scene.leave('--take-over'),
	},
];
