import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { headStart, promptEnds } from './drains.ts';
import { startEngine } from './engine.ts';
import { idleCosts, startServices } from './idle.ts';
import type { Bundles } from './program.ts';

/** `make bench-traffic`: how early those who route traffic hear, and what it costs. */

const { values: options } = parseArgs({
	options: {
		/** What to measure; another build, for instance. */
		program: { type: 'string', default: 'dist/reconsul.cjs' },
		/** Only these parts. */
		parts: { type: 'string', default: 'drain,end,idle' },
	},
});

const stops = 50;
const services = 500;
const restMs = 60_000;
const began = performance.now();
const tell = (what: string): void =>
	void process.stderr.write(`bench: ${((performance.now() - began) / 1_000).toFixed(0).padStart(3)} s  ${what}\n`);

const say = (what: string, samples: readonly number[]): void => {
	const sorted = samples.toSorted((a, b) => a - b);
	const at = (share: number): string => (sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1);
	console.log(`${what.padEnd(72)} p50 ${at(0.5)}, min ${at(0)}, p90 ${at(0.9)}, max ${at(1)} ms`);
};

async function run(bundles: Bundles): Promise<void> {
	await using engine = await startEngine();
	tell(`Node ${process.version.slice(1)}, Docker ${engine.version}, ${cpus().length} cores`);
	const parts = options.parts.split(',');
	if (parts.includes('drain')) {
		tell(`${stops} containers are told to stop, and take two seconds`);
		const drained = await headStart(engine, bundles, stops);
		say("Docker's kill event → mark in the agent", drained.marked);
		say('mark in the agent → whoever asks the catalog', drained.spread);
		say('mark in the agent → death', drained.agent);
		say('mark in the catalog → death', drained.catalog);
	}
	if (parts.includes('end')) {
		tell(`${stops} containers end the moment they are told to`);
		const ends = await promptEnds(engine, bundles, stops);
		say('die → deregistered, with --recommended', ends.recommended);
		say('die → deregistered, without', ends.plain);
		say(
			'  the difference, container by container',
			ends.recommended.map((ms, n) => ms - (ends.plain[n] ?? Number.NaN)),
		);
	}
	if (parts.includes('idle')) {
		tell(`${services} services`);
		await startServices(engine, services);
		tell(`at rest, for ${restMs / 1_000} s`);
		const rows = [['-ttl=60', '-ttl-refresh=20'], ['--docker-health'], ['--docker-health', '--health-ttl=60s'], []];
		for (const { options: given, percent, answered } of await idleCosts(engine, bundles, services, rows, restMs)) {
			const calls = `${(answered / (restMs / 1_000)).toFixed(1)} calls a second`;
			console.log(
				`${`${services} services at rest, ${given.join(' ') || 'nothing of it'}`.padEnd(72)} ${percent.toFixed(2)} %, ${calls}`,
			);
		}
	}
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
const folder = await mkdtemp(join(tmpdir(), 'reconsul-bench-'));
await run({ reconsul: options.program, bare: '', folder });
await rm(folder, { recursive: true });
tell('done');
