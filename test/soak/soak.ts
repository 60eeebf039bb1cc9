import { startStage } from '../e2e/stage.ts';
import { eventually } from '../support/lab.ts';
import { crowdOf } from './crowd.ts';
import { Curves } from './curves.ts';
import { type Action, Plan } from './plan.ts';
import { random } from './random.ts';
import { strangersOf } from './strangers.ts';
import { truthOf } from './truth.ts';

/** A host that is used for a while by somebody who does at random what people and machines do to containers and entries. */

const given = (name: string, otherwise: number): number => Number(process.env[name] || otherwise);
const minutes = given('SOAK_MINUTES', 20);
const containers = given('SOAK_CONTAINERS', 200);
const seed = given('SEED', Math.floor(Math.random() * 2 ** 31));
/** Of the daemon; with `--policy=upsert-only` the run has to fail, which shows that it can. */
const options = (process.env['SOAK_OPTIONS'] ?? '').split(' ').filter((option) => option !== '');

const batchesBetweenChecks = 10;
/** A mass delete is confirmed after ten seconds, and a pass comes every thirty. */
const quietWithinMs = 60_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

say(`soak: SEED=${seed} SOAK_MINUTES=${minutes} SOAK_CONTAINERS=${containers} SOAK_OPTIONS='${options.join(' ')}'`);
await using stage = await startStage();
const strangers = strangersOf(stage);
const truth = truthOf(stage);
const crowd = await crowdOf(stage, strangers, 'soak');
const plan = new Plan(random(seed), containers);
await strangers.register();
const daemon = await stage.start(...options);
const curves = new Curves(daemon);
const counts = new Map<string, number>();
const quietMs: number[] = [];
const complaints: string[] = [];

async function perform(actions: readonly Action[]): Promise<void> {
	for (const { kind } of actions) counts.set(kind, (counts.get(kind) ?? 0) + 1);
	await Promise.all(actions.map((action) => crowd.perform(action)));
}

/** Nothing happens now, so Docker and Consul must come to say the same. */
async function check(batch: number): Promise<void> {
	const since = performance.now();
	let last: readonly string[] = [];
	const isQuiet = async (): Promise<boolean> => {
		last = await truth.differences();
		return last.length === 0;
	};
	try {
		await eventually('Docker and Consul say the same', isQuiet, { withinMs: quietWithinMs });
		quietMs.push(performance.now() - since);
	} catch {
		complaints.push(`after batch ${batch} there still differ: ${last.slice(0, 5).join(', ')}`);
	}
	const touched = await strangers.touched();
	if (touched.length > 0) complaints.push(`after batch ${batch} entries of others have changed: ${touched.join(', ')}`);
	await curves.sample();
}

const all = plan.fill();
for (let at = 0; at < all.length; at += 4) await perform(all.slice(at, at + 4));
await check(0);
const end = performance.now() + minutes * 60_000;
let batches = 0;
while (performance.now() < end && complaints.length === 0 && daemon.isRunning) {
	batches += 1;
	await perform(plan.next());
	if (batches % batchesBetweenChecks === 0) await check(batches);
}
await check(batches);
if (!daemon.isRunning) complaints.push('the daemon has ended');
complaints.push(...curves.complaints());
const errors = daemon.log.filter(({ level }) => level === 'error').map(({ message }) => message);

const sorted = quietMs.toSorted((a, b) => a - b);
const at = (part: number): string => `${Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN)} ms`;
say(`\n${curves.table()}\n`);
say(`actions   ${[...counts].map(([kind, count]) => `${kind} ${count}`).join(', ')}`);
say(`checks    ${quietMs.length} after ${batches} batches; the same after ${at(0.5)} (p50), ${at(1)} (max)`);
say(`errors    ${errors.length} in the log${errors.length > 0 ? `, the first: ${errors[0]}` : ''}`);
for (const complaint of complaints) say(`WRONG     ${complaint}`);
say(`soak: ${complaints.length === 0 ? 'passed' : `failed; the same again: make soak SEED=${seed}`}`);
process.exitCode = complaints.length === 0 ? 0 : 1;
