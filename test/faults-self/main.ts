import { startStage } from '../e2e/stage.ts';
import { doubles } from './doubles.ts';
import { kills } from './kills.ts';
import { limits } from './limits.ts';
import { cleared, type Result, sceneOn, type Trial } from './scene.ts';
import { storms } from './storms.ts';

/** What can happen to ourselves, one after the other, on a real engine and a real agent, and a table of it at the end. */

const seed = Number(process.env['SEED'] || Math.floor(Math.random() * 2 ** 31));
const isLong = Boolean(process.env['LONG']);
/** Only those whose name has this in it. */
const only = process.env['ONLY'] ?? '';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface Row {
	readonly fault: string;
	readonly outcome: Result | Error;
}

say(`faults of our own: SEED=${seed}${isLong ? ' LONG=1' : ''}`);
await using stage = await startStage();
const scene = sceneOn(stage, seed, isLong);
const rows: Row[] = [];
for (const trial of [...kills, ...doubles, ...storms, ...limits])
	if (trial.fault.includes(only)) rows.push(await row(trial));

async function row(trial: Trial): Promise<Row> {
	const since = performance.now();
	await cleared(scene);
	const outcome = await trial.run(scene).catch((error: Error) => error);
	const seconds = ((performance.now() - since) / 1_000).toFixed(0);
	say(`  ${outcome instanceof Error ? 'WRONG' : 'ok   '} ${trial.fault} (${seconds} s)`);
	return { fault: trial.fault, outcome };
}

const header = ['fault', 'times', 'converged p50', 'max', 'writes', ''];
const lines = rows.map(({ fault, outcome }) =>
	outcome instanceof Error ? [fault, '', '', '', '', `WRONG: ${outcome.message}`] : cells(fault, outcome),
);
const widths = header.map((_, column) => Math.max(...[header, ...lines].map((line) => line[column]?.length ?? 0)));
say('');
for (const line of [header, ...lines])
	say(
		line
			.map((text, at) =>
				at === 0 || at === line.length - 1 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0),
			)
			.join('  ')
			.trimEnd(),
	);

function cells(fault: string, { times, convergedMs, writes, note }: Result): readonly string[] {
	const sorted = convergedMs.toSorted((a, b) => a - b);
	const at = (part: number): string => {
		const ms = sorted[Math.floor((sorted.length - 1) * part)];
		return ms === undefined ? '–' : `${Math.round(ms)} ms`;
	};
	return [fault, `${times}`, at(0.5), at(1), `${writes ?? '–'}`, note];
}

const wrong = rows.filter(({ outcome }) => outcome instanceof Error).length;
say(
	`\n${wrong === 0 ? 'passed: nothing lost, nothing left, nothing of others touched' : `${wrong} failed; again: SEED=${seed}`}`,
);
process.exitCode = wrong === 0 && rows.length > 0 ? 0 : 1;
