import { parseArgs } from 'node:util';
import { consulFaults } from './consul-faults.ts';
import { dockerFaults } from './docker-faults.ts';
import { type Fault, paces } from './fault.ts';
import { isWrong, type Row, render } from './report.ts';
import { isGood, type Trial, tried } from './trial.ts';

const { values: options } = parseArgs({
	options: {
		/** Only faults whose line in the table matches. */
		only: { type: 'string', default: '' },
		/** How often each; 1 for those that take half a minute. */
		times: { type: 'string', default: '2' },
		/** They mostly wait. */
		lanes: { type: 'string', default: '4' },
	},
});

const legend = `
Times are from the end of the fault until Docker's own list and Consul's own list agree, asked every 25 ms. Unless the row
says otherwise one container comes and one goes while the fault lasts, which takes 2 writes.`;

const began = performance.now();
const tell = (what: string): void =>
	void process.stderr.write(`faults: ${((performance.now() - began) / 1_000).toFixed(0).padStart(3)} s  ${what}\n`);

const only = new RegExp(options.only);
const faults = [...consulFaults, ...dockerFaults].filter(({ side, name }) => only.test(`${side} ${name}`));
if (faults.length === 0) throw new Error(`no fault matches ${options.only}`);

const trials = new Map<Fault, Trial[]>(faults.map((fault) => [fault, []]));
const timesOf = ({ times }: Fault): number => times ?? Number(options.times);
// The long ones first, so that none of them is alone at the end.
const due = faults
	.flatMap((fault) => Array.from({ length: timesOf(fault) }, () => fault))
	.sort((a, b) => (b.withinMs ?? 0) - (a.withinMs ?? 0))
	.values();

async function lane(): Promise<void> {
	for (const fault of due) {
		const trial = await tried(fault, paces.full);
		trials.get(fault)?.push(trial);
		const { ms, problem, wrong, lost, stale } = trial;
		const what = isGood(trial) ? `${Math.round(ms ?? 0)} ms` : JSON.stringify({ ms, wrong, lost, stale });
		tell(`${fault.side} ${fault.name}: ${what}${problem === undefined ? '' : `; ${problem}`}`);
	}
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
await Promise.all(Array.from({ length: Number(options.lanes) }, lane));
const rows: readonly Row[] = faults.map((fault) => ({ fault, trials: trials.get(fault) ?? [] }));
console.log(render(rows));
console.log(legend);
process.exitCode = rows.some(isWrong) ? 1 : 0;
