import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Container } from '../../../src/model.ts';
import { SourceError } from '../../../src/source/source.ts';
import { service } from '../plan/samples.ts';
import { numbered, published } from './containers.ts';
import { unreachable, type World, world } from './world.ts';

/** Everything that can happen to a few containers, to their entries by other hands, to both sides and to the daemon. */
type Step =
	| { readonly do: 'start'; readonly n: number; readonly port: number; readonly isShared: boolean }
	| { readonly do: 'end'; readonly n: number; readonly how: 'stop' | 'remove' | 'rename' }
	| { readonly do: 'meddle'; readonly n: number; readonly how: 'deregister' | 'edit' | 'strip' | 'seize' }
	| { readonly do: 'turn'; readonly how: keyof typeof turns }
	| { readonly do: 'restart' }
	| { readonly do: 'wait'; readonly ms: number };

const turns = {
	'the agent is away': ({ trouble }: World) => {
		trouble.all = unreachable;
	},
	'the agent is back': ({ trouble }: World) => {
		trouble.all = undefined;
	},
	'the engine is away': ({ source }: World) => source.fail(new SourceError('unreachable', 'Docker is away')),
	'the engine is back': ({ source }: World) => source.fail(undefined),
	'the stream is cut': ({ source }: World) => source.disconnect(),
	'the stream is open': ({ source }: World) => source.connect(),
} as const;
const turnNames = Object.keys(turns) as (keyof typeof turns)[];

const anyN = fc.nat(6);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.record({
			do: fc.constant('start'),
			n: anyN,
			port: fc.integer({ min: 40_000, max: 40_005 }),
			isShared: fc.constantFrom(false, false, false, true),
		}),
	},
	{
		weight: 6,
		arbitrary: fc.record({ do: fc.constant('end'), n: anyN, how: fc.constantFrom('stop', 'stop', 'remove', 'rename') }),
	},
	{
		weight: 3,
		arbitrary: fc.record({
			do: fc.constant('meddle'),
			n: anyN,
			how: fc.constantFrom('deregister', 'edit', 'strip', 'seize'),
		}),
	},
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('turn'), how: fc.constantFrom(...turnNames) }) },
	fc.record({ do: fc.constant('restart') }),
	{ weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(0, 50, 600, 3_000, 31_000) }) },
);

/** What of the settings takes other ways to the same end. */
const anyOptions = fc.record({
	isBlind: fc.boolean(),
	settings: fc.record({
		concurrency: fc.constantFrom(1, 8),
		deregister: fc.constantFrom('always', 'on-success'),
	}),
	ownership: fc.record({ cleanup: fc.boolean() }),
});

const { signal } = new AbortController();
const seizedPort = 2;

const executors: {
	readonly [K in Step['do']]: (step: Extract<Step, { readonly do: K }>, made: World) => void | Promise<void>;
} = {
	start: ({ n, port, isShared }, { source }) => {
		const labels: Readonly<Record<string, string>> = isShared ? { SERVICE_ID: 'shared' } : {};
		const changed = { labels, createdAt: `2026-08-01T09:00:0${n}Z`, ports: published(80, port) };
		source.start({ ...(isKnown(n, source) ? { id: idOf(n) } : numbered(n)), ...changed });
	},
	end: ({ n, how }, { source }) => {
		if (!isKnown(n, source)) return;
		if (how === 'rename') source.rename(idOf(n), `other-${n}`);
		else source[how](idOf(n));
	},
	meddle,
	turn: ({ how }, made) => turns[how](made),
	restart: (_, made) => made.restart(),
	wait: ({ ms }, { time }) => time.advance(ms),
};

const carryOut = async <K extends Step['do']>(step: Extract<Step, { readonly do: K }>, made: World): Promise<void> => {
	const execute: (step: Extract<Step, { readonly do: K }>, made: World) => void | Promise<void> =
		executors[step.do as K];
	await execute(step, made);
};

const idOf = (n: number): string => numbered(n).id;

/** Whether the engine has it, running or not, and whether or not it answers the daemon. */
function isKnown(n: number, { update }: World['source']): boolean {
	try {
		update(idOf(n), 'exec_start', {});
		return true;
	} catch {
		return false;
	}
}

/** Somebody else, at an entry of ours. */
async function meddle({ n, how }: Extract<Step, { readonly do: 'meddle' }>, { agent, entry }: World): Promise<void> {
	const before = entry(`u1:web-${n}:80`);
	if (before?.stamp?.owner !== 'u1') return;
	const theirs = { ...service, ...before, checks: [] };
	if (how === 'deregister') await agent.deregister(before.id, signal);
	else if (how === 'edit') await agent.register({ ...theirs, port: 1 }, before.stamp, signal);
	else if (how === 'strip') await agent.register(theirs, { ...before.stamp, owner: '' }, signal);
	else await agent.register({ ...theirs, port: seizedPort }, { ...before.stamp, owner: 'u2' }, signal);
}

/** What there may be by id: of one of the containers that want it, or what another owner made of it. */
async function allowed({ source, agent }: World): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
	const line = (id: string, port: number): string => `${id} 192.0.2.10:${port}`;
	const idFor = ({ name, labels }: Container): string => labels['SERVICE_ID'] ?? `u1:${name}:80`;
	const running = await source.list(signal);
	const wanted = Map.groupBy(running, idFor);
	const lines = [...wanted].map(
		([id, all]) => [id, new Set(all.map(({ ports }) => line(id, ports['80/tcp']?.[0]?.hostPort ?? 0)))] as const,
	);
	const seized = agent.snapshot().registrations.filter(({ stamp }) => stamp?.owner === 'u2');
	return new Map([...lines, ...seized.map(({ id }) => [id, new Set([line(id, seizedPort)])] as const)]);
}

test('whatever happened, once all is well the agent has what runs, nothing else of ours, and nothing more is written', async (t) => {
	const property = fc.asyncProperty(anyOptions, fc.array(anyStep, { maxLength: 40 }), async (options, steps) => {
		const made = await world(t, options);
		try {
			for (const step of steps) await carryOut(step, made);
			made.source.fail(undefined);
			made.trouble.all = undefined;
			made.source.connect();
			await made.time.advance(90_000, 250);
			const expected = await allowed(made);
			const found = new Map(made.registered().map((line) => [line.split(' ', 1)[0] ?? '', line]));
			assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
			for (const [id, line] of found) assert.ok(expected.get(id)?.has(line), line);
			made.newWrites();
			await made.time.advance(70_000, 250);
			assert.deepEqual(made.newWrites(), []);
		} finally {
			await made.controller.stop();
			t.mock.timers.reset();
		}
	});
	// `RUNS=2000` looks for what forty do not find.
	await fc.assert(property, { numRuns: Number(process.env['RUNS'] ?? 40) });
});
