import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { atRest, coldStarts, heals, readyTimes, settle, startFleet } from './fleet.ts';
import { type ByContestant, churn, noTimes, oneByOne, type Seats, seat, type Times } from './lives.ts';
import { type Contestant, contestants } from './program.ts';
import { type Stage, setStage } from './stage.ts';
import { isWrong, median, type Row, render } from './table.ts';

const { values: options } = parseArgs({
	options: {
		/** Where to write the samples, for comparisons. */
		json: { type: 'string' },
		/** What to measure; another build, for instance. */
		program: { type: 'string', default: 'dist/reconsul.cjs' },
	},
});

/** Every program has met this many containers before it is measured: the first of them compiles the code. */
const warmUp = 3;
const each = 50;
const churned = 60;
const others = 1_000;
const eachAmongOthers = 12;
const fleet = 200;
const coldRounds = 3;
const readyRounds = 5;
const healed = 10;

const legend = `
Times are from Docker's own stamp of the event to the agent's answer to the write, as a recorder between program and agent
sees it, which costs both 0.05 ms a call. The bare calls are test/bench/bare.ts: the same packages, an inspect and a write,
with or without a read of the id before each write; the daemon always reads. They take turns with it, container by container.`;

const began = performance.now();
const tell = (what: string): void =>
	void process.stderr.write(`bench: ${((performance.now() - began) / 1_000).toFixed(0).padStart(3)} s  ${what}\n`);

const pick = (times: ByContestant<Times>, of: keyof Times): Record<Contestant, readonly number[]> => ({
	reconsul: times.reconsul[of],
	read: times.read[of],
	plain: times.plain[of],
});

interface Passing {
	readonly single: ByContestant<Times>;
	readonly crowd: ByContestant<Times>;
	/** One by one, with many other services in the agent. */
	readonly full: ByContestant<Times>;
	readonly ghosts: Record<Contestant, number>;
}

/** Containers that come and go, on engines where nothing else runs. */
async function comeAndGo(stage: Stage): Promise<Passing> {
	const [single, crowd, full] = [noTimes(), noTimes(), noTimes()];
	const ghosts = { reconsul: 0, read: 0, plain: 0 };
	for (const isSwapped of [false, true]) {
		await using stack = new AsyncDisposableStack();
		const seats: Seats = await seat(stage, isSwapped, stack);
		await oneByOne(seats, warmUp, noTimes());
		tell(`one by one, ${each / 2} each`);
		await oneByOne(seats, each / 2, single);
		tell(`eight at a time, ${churned / 2} each`);
		for (const contestant of contestants)
			ghosts[contestant] += await churn(seats, contestant, churned / 2, crowd[contestant]);
		if (!isSwapped) continue;
		tell(`one by one among ${others} other services, ${eachAmongOthers} each`);
		await Promise.all(contestants.map((it) => stage.agents[it].fill(others)));
		await oneByOne(seats, eachAmongOthers, full);
	}
	await Promise.all(contestants.map((it) => stage.agents[it].wipe()));
	return { single, crowd, full, ghosts };
}

function passingRows({ single, crowd, full, ghosts }: Passing): readonly Row[] {
	const grown = (it: Contestant): readonly number[] => [median(full[it].start) / median(single[it].start)];
	return [
		{ what: 'start → registered, one by one', unit: 'ms', samples: pick(single, 'start') },
		{ what: 'die → deregistered, one by one', unit: 'ms', samples: pick(single, 'die') },
		{ what: 'start → registered, eight at a time', unit: 'ms', samples: pick(crowd, 'start') },
		{ what: 'die → deregistered, eight at a time', unit: 'ms', samples: pick(crowd, 'die') },
		{
			what: 'ghosts left after that',
			unit: '',
			samples: { reconsul: [ghosts.reconsul], read: [ghosts.read], plain: [ghosts.plain] },
			must: 0,
		},
		{ what: `start → registered, ${others} other services`, unit: 'ms', samples: pick(full, 'start') },
		{
			what: '  times that without them',
			unit: '×',
			samples: { reconsul: grown('reconsul'), read: grown('read'), plain: grown('plain') },
		},
	];
}

/** A host with many containers. */
async function inService(stage: Stage): Promise<readonly Row[]> {
	tell(`starting ${fleet} containers`);
	await startFleet(stage, fleet);
	tell('cold starts');
	const cold = await coldStarts(stage, fleet, coldRounds);
	const ready = await readyTimes(stage, readyRounds);
	await using stack = new AsyncDisposableStack();
	const programs = await settle(stage, stack);
	tell('at rest');
	const { reconsul, read } = await atRest(stage, programs);
	tell('somebody deregisters by hand');
	const healTimes = await heals(stage, fleet, healed);
	return [
		{ what: `cold start, ${fleet} containers`, unit: 'ms', samples: cold },
		{ what: `process start → ready, ${fleet} containers`, unit: 'ms', samples: ready },
		{ what: 'writes after a restart', unit: '', samples: { reconsul: [reconsul.writes] }, must: 0 },
		{ what: 'foreign deregistration → back', unit: 'ms', samples: healTimes },
		{
			what: `memory at rest, ${fleet} containers`,
			unit: 'MB',
			samples: { reconsul: [reconsul.memoryMb], read: [read.memoryMb] },
		},
		{
			what: '  processor, of one core',
			unit: '%',
			samples: { reconsul: [reconsul.cpuPercent], read: [read.cpuPercent] },
		},
		{ what: '  processor time of a full pass', unit: 'ms', samples: { reconsul: [reconsul.passMs ?? 0] } },
	];
}

/** The bare calls are bundled as the daemon is: loading its packages file by file takes Node twice as long. */
async function bundleBare(folder: string): Promise<string> {
	const outfile = join(folder, 'bare.cjs');
	await build({
		entryPoints: [join(import.meta.dirname, 'bare.ts')],
		outfile,
		bundle: true,
		minify: true,
		platform: 'node',
		target: 'node24',
		format: 'cjs',
		external: ['cpu-features', '*.node'],
		logLevel: 'warning',
	});
	return outfile;
}

async function run(): Promise<readonly Row[]> {
	const folder = await mkdtemp(join(tmpdir(), 'reconsul-bench-'));
	const bundles = { reconsul: options.program, bare: await bundleBare(folder), folder };
	await using stage = await setStage(bundles);
	const [engine] = stage.engines;
	const versions = `Node ${process.version.slice(1)}, Docker ${engine.version}, Consul ${stage.agents.reconsul.version}`;
	tell(`${versions}, ${cpus().length} cores`);
	const rows = [...passingRows(await comeAndGo(stage)), ...(await inService(stage))];
	if (!rows.some(isWrong)) await rm(folder, { recursive: true });
	else tell(`the programs' logs are in ${folder}`);
	return rows;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
const rows = await run();
tell('done');
console.log(render(rows));
console.log(legend);
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(rows, undefined, '\t')}\n`);
process.exitCode = rows.some(isWrong) ? 1 : 0;
