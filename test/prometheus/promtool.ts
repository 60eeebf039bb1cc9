import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Series } from './rows.ts';

const run = promisify(execFile);
export const rulesFolder = join(import.meta.dirname, '..', '..', 'deploy', 'prometheus');
export const ruleFiles = ['alerts.yml', 'objective.yml'].map((name) => join(rulesFolder, name));

const target = 'job="reconsul",instance="u1:9482"';
const scraped = (series: string): string =>
	series.endsWith('}') ? `${series.slice(0, -1)},${target}}` : `${series}{${target}}`;

interface Expectation {
	readonly expr: string;
	/** Series with the labels that the query leaves, and their values. */
	readonly samples: readonly (readonly [labels: string, value: number])[];
}

/** Lets promtool evaluate the rules once a minute over these series; rejects with what differs. */
export async function expectAfter(minutes: number, series: Series, expected: readonly Expectation[]): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'reconsul-rules-'));
	const file = join(folder, 'test.yml');
	const input = Object.entries(series).map(([name, values]) => ({ series: scraped(name), values }));
	const asked = expected.map(({ expr, samples }) => ({
		expr,
		eval_time: `${minutes}m`,
		exp_samples: samples.map(([labels, value]) => ({ labels, value })),
	}));
	// JSON is YAML.
	const tests = [{ interval: '1m', input_series: input, promql_expr_test: asked }];
	try {
		await writeFile(file, JSON.stringify({ rule_files: ruleFiles, evaluation_interval: '1m', tests }));
		await run('promtool', ['test', 'rules', file]);
	} catch (error) {
		const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
		throw new Error(`promtool: ${stdout}${stderr}`, { cause: error });
	} finally {
		await rm(folder, { recursive: true });
	}
}
