import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { expectAfter, ruleFiles } from '../prometheus/promtool.ts';
import { healthy, type Outcome, rows } from '../prometheus/rows.ts';
import { alerts } from '../prometheus/rules.ts';

const run = promisify(execFile);
const firing = 'group by (alertname) (ALERTS{alertstate="firing"})';
const everFired = 'group by (alertname) (last_over_time(ALERTS{alertstate="firing"}[10h]))';

describe('the rules for Prometheus', { concurrency: 4 }, () => {
	test('promtool has nothing to say against them', async () => {
		const { stdout } = await run('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', ...ruleFiles]);
		assert.match(stdout, /SUCCESS/);
	});

	test('each alert is shown to fire, and shown not to', () => {
		assert.deepEqual(Object.keys(rows).sort(), alerts.map(({ alert }) => alert).sort());
		for (const [alert, cases] of Object.entries(rows))
			for (const outcome of ['fires', 'does not'] as const)
				assert.ok(
					cases.some(([it]) => it === outcome),
					`${alert} ${outcome}`,
				);
	});

	for (const [alert, cases] of Object.entries(rows)) {
		const samples = [[`{alertname="${alert}"}`, 1]] as const;
		const expected: Readonly<Record<Outcome, Parameters<typeof expectAfter>[2]>> = {
			fires: [
				{ expr: firing, samples },
				{ expr: everFired, samples },
			],
			'no longer': [
				{ expr: firing, samples: [] },
				{ expr: everFired, samples },
			],
			'does not': [{ expr: everFired, samples: [] }],
		};
		for (const [outcome, sentence, minutes, change] of cases)
			test(`${alert} ${outcome === 'fires' ? 'fires' : `${outcome} fire`.replace('no longer', 'does no longer')}: ${sentence}`, () =>
				expectAfter(minutes, { ...healthy, ...change }, expected[outcome]));
	}
});

describe('the share of late starts', () => {
	const windows = ['5m', '30m', '1h', '6h'];
	const permille = (window: string): string => `round(1000 * instance:reconsul_late_starts:ratio_rate${window})`;

	const labels = '{instance="u1:9482",job="reconsul"}';
	const oneInTwenty = { 'reconsul_convergence_seconds_bucket{kind="register",le="1"}': '0+19x600' };

	test('is that of the window', async () => {
		const samples = [[labels, 50]] as const;
		await expectAfter(
			60,
			{ ...healthy, ...oneInTwenty },
			windows.map((window) => ({ expr: permille(window), samples })),
		);
	});

	test('is not there where nothing started', async () => {
		const change = {
			'reconsul_convergence_seconds_bucket{kind="register",le="1"}': '0+0x600',
			'reconsul_convergence_seconds_count{kind="register"}': '0+0x600',
		};
		await expectAfter(
			60,
			{ ...healthy, ...change },
			windows.map((window) => ({ expr: permille(window), samples: [] })),
		);
	});

	test('comes with how many that were', async () => {
		await expectAfter(370, { ...healthy, ...oneInTwenty }, [
			{ expr: 'round(instance:reconsul_late_starts:increase1h)', samples: [[labels, 60]] },
			{ expr: 'round(instance:reconsul_late_starts:increase6h)', samples: [[labels, 360]] },
		]);
	});
});
