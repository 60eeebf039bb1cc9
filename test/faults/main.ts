import { random } from '../soak/random.ts';
import { type Fault, isGood, paces, type Trial } from './fault.ts';
import { ourselves, outside } from './faults.ts';
import { isWrong, type Row, render } from './report.ts';

/** All that can happen to Consul, to Docker, to containers and to ourselves, on real ones, and a table of what came of it. */

const given = process.env;
const isLong = Boolean(given['LONG']);
const seed = Number(given['SEED'] || Math.floor(Math.random() * 2 ** 31));
/** Only faults whose line in the table matches. */
const only = new RegExp(given['ONLY'] ?? '');
/** How often each, whatever it says itself. */
const times = given['TIMES'] ? Number(given['TIMES']) : undefined;

const legend = `
Times are from the end of the fault until Docker's own list and Consul's own list agree, asked every 25 ms. Unless the row
says otherwise one container comes and one goes while a fault of Consul or Docker lasts, which takes 2 writes. Leaks are
places where something that the daemon let out shows a token, a password or a variable that was planted.`;

const began = performance.now();
const tell = (what: string): void =>
	void process.stderr.write(`faults: ${((performance.now() - began) / 1_000).toFixed(0).padStart(3)} s  ${what}\n`);

const chosen = (faults: readonly Fault[]): readonly Fault[] => faults.filter(({ name }) => only.test(name));
const faults = [...chosen(outside), ...chosen(ourselves)];
if (faults.length === 0) {
	console.error(`no fault matches ONLY='${only.source}'; the names are those in the table`);
	process.exit(1);
}
const trials = new Map<Fault, Trial[]>(faults.map((fault) => [fault, []]));

/** The long ones first, so that none of them is alone at the end. */
const dueOf = (these: readonly Fault[]): Iterator<Fault> & Iterable<Fault> =>
	these
		.flatMap((fault) => Array.from({ length: times ?? fault.times ?? (isLong ? 4 : 2) }, () => fault))
		.sort((a, b) => b.roughlyMs - a.roughlyMs)
		.values();

const unplayed = ({ message: problem }: Error): Trial => ({
	times: 1,
	convergedMs: [],
	writes: 0,
	wrong: [],
	lost: [],
	stale: [],
	leaks: [],
	problem,
});

let begun = 0;

async function run(fault: Fault): Promise<void> {
	begun += 1;
	const pace = { ...(isLong ? paces.long : paces.full), random: random(seed + begun) };
	// An engine that does not come up must not cost the table.
	const trial = await fault.tried(pace).catch(unplayed);
	trials.get(fault)?.push(trial);
	const { convergedMs, problem, note, times: _, ...counts } = trial;
	const what = isGood(trial) ? `${Math.round(Math.max(...convergedMs))} ms` : JSON.stringify(counts);
	tell(`${fault.name}: ${what}${problem === undefined ? '' : `; ${problem}`}`);
}

async function lane(...queues: readonly Iterable<Fault>[]): Promise<void> {
	for (const queue of queues) for (const fault of queue) await run(fault);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
tell(`SEED=${seed}${isLong ? ' LONG=1' : ''}`);
const ofOurs = dueOf(chosen(ourselves));
const ofOthers = dueOf(chosen(outside));
// Those of ours keep the machine busy, so one at a time; during those of others everybody mostly waits.
await Promise.all([lane(ofOurs, ofOthers), lane(ofOthers), lane(ofOthers), lane(ofOthers)]);
const rows: readonly Row[] = faults.map((fault) => ({ fault, trials: trials.get(fault) ?? [] }));
console.log(render(rows));
console.log(legend);
const wrong = rows.filter(isWrong).length;
console.log(
	wrong === 0 ? `\nall ${rows.length} are right` : `\n${wrong} of ${rows.length} are WRONG; again: SEED=${seed}`,
);
process.exitCode = wrong === 0 ? 0 : 1;
