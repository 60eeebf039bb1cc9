import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { createMetrics, type Metrics } from '../../src/metrics/metrics.ts';
import { type Definition, metricTable } from '../../src/metrics/table.ts';

const table = Object.entries<Definition>(metricTable);

/** Series and their values, ours only. */
async function seriesOf(metrics: Metrics): Promise<ReadonlyMap<string, number>> {
	const lines = (await metrics.text()).split('\n').filter((line) => /^(reconsul|workqueue)_/.test(line));
	return new Map(
		lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
	);
}

const without = (series: ReadonlyMap<string, number>, name: string): readonly [string, number][] =>
	[...series].filter(([key]) => !key.startsWith(name));

suite('metrics', () => {
	test('every series is there from the start, at zero, but for the one that says which version runs', async () => {
		const series = await seriesOf(createMetrics('1.2.3'));
		for (const [name, { type, labels = {} }] of table.filter(([name]) => name !== 'reconsul_build_info')) {
			const combinations = Object.values(labels).reduce((count, values) => count * values.length, 1);
			const leaf = type === 'histogram' ? `${name}_count` : name;
			const own = [...series.keys()].filter((key) => key === leaf || key.startsWith(`${leaf}{`));
			assert.equal(own.length, combinations, name);
		}
		assert.deepEqual(
			without(series, 'reconsul_build_info').filter(([, value]) => value !== 0),
			[],
		);
		assert.equal(series.get('reconsul_build_info{version="1.2.3"}'), 1);
	});

	test('the names follow the conventions: a known prefix, counters end with _total, durations are in seconds', () => {
		for (const [name, { type, help, buckets }] of table) {
			assert.match(name, /^(reconsul|workqueue)_[a-z_]+$/);
			assert.equal(name.endsWith('_total'), type === 'counter', name);
			assert.equal(type === 'histogram', buckets !== undefined, name);
			if (type === 'histogram') assert.match(name, /_seconds$/);
			assert.match(help, /^[A-Z].*\.$/s, name);
		}
	});

	test("the queue has client-go's names, so that its dashboards work", () => {
		const names = table.map(([name]) => name).filter((name) => name.startsWith('workqueue_'));
		assert.deepEqual(names.sort(), [
			'workqueue_adds_total',
			'workqueue_depth',
			'workqueue_longest_running_processor_seconds',
			'workqueue_queue_duration_seconds',
			'workqueue_retries_total',
			'workqueue_unfinished_work_seconds',
			'workqueue_work_duration_seconds',
		]);
	});

	test('latencies are told apart from one millisecond to one minute', () => {
		for (const [name, { buckets }] of table) {
			if (buckets === undefined) continue;
			assert.equal(buckets[0], 0.001, name);
			assert.equal(buckets.at(-1), 60, name);
			assert.deepEqual(
				buckets,
				[...new Set(buckets)].sort((a, b) => a - b),
				name,
			);
		}
	});

	test('a counter goes up by one, or by what is given, and no other series moves', async () => {
		const metrics = createMetrics('1');
		metrics.increment('reconsul_operations_total', { kind: 'register', result: 'ok' });
		metrics.increment('reconsul_operations_total', { kind: 'register', result: 'ok' }, 4);
		metrics.increment('reconsul_registry_doubt_total');
		metrics.increment('reconsul_log_suppressed_total', {}, 9);
		const moved = without(await seriesOf(metrics), 'reconsul_build_info').filter(([, value]) => value !== 0);
		assert.deepEqual(Object.fromEntries(moved), {
			'reconsul_operations_total{kind="register",result="ok"}': 5,
			reconsul_registry_doubt_total: 1,
			reconsul_log_suppressed_total: 9,
		});
	});

	test('an observation lands in the buckets that it fits in', async () => {
		const metrics = createMetrics('1');
		metrics.observe('reconsul_convergence_seconds', 0.004, { kind: 'register' });
		metrics.observe('reconsul_reconcile_duration_seconds', 100);
		const series = await seriesOf(metrics);
		assert.equal(series.get('reconsul_convergence_seconds_bucket{le="0.0025",kind="register"}'), 0);
		assert.equal(series.get('reconsul_convergence_seconds_bucket{le="0.005",kind="register"}'), 1);
		assert.equal(series.get('reconsul_convergence_seconds_count{kind="deregister"}'), 0);
		assert.equal(series.get('reconsul_reconcile_duration_seconds_bucket{le="60"}'), 0);
		assert.equal(series.get('reconsul_reconcile_duration_seconds_bucket{le="+Inf"}'), 1);
	});

	test('a gauge shows what its provider says at the time it is asked', async () => {
		const metrics = createMetrics('1');
		let depth = 3;
		metrics.gauge('reconsul_conflicts', () => depth);
		metrics.gauge('workqueue_depth', () => [[{ name: 'reconcile' }, depth * 2]]);
		assert.equal((await seriesOf(metrics)).get('reconsul_conflicts'), 3);
		depth = 8;
		const series = await seriesOf(metrics);
		assert.equal(series.get('reconsul_conflicts'), 8);
		assert.equal(series.get('workqueue_depth{name="reconcile"}'), 16);
	});

	test('what a provider no longer names falls back to zero instead of staying, and never vanishes', async () => {
		const metrics = createMetrics('1');
		let held = true;
		metrics.gauge('reconsul_operations_held', () => (held ? [[{ reason: 'policy' }, 2]] : []));
		assert.equal((await seriesOf(metrics)).get('reconsul_operations_held{reason="policy"}'), 2);
		held = false;
		assert.equal((await seriesOf(metrics)).get('reconsul_operations_held{reason="policy"}'), 0);
	});

	test('two sets of metrics do not know of each other', async () => {
		const [one, other] = [createMetrics('1'), createMetrics('2')];
		one.increment('reconsul_heartbeats_total', { result: 'ok' });
		assert.equal((await seriesOf(other)).get('reconsul_heartbeats_total{result="ok"}'), 0);
	});

	test('no use of the API adds a series, so no dashboard and no memory grows', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.constantFrom('ok', 'error', 'dry_run'), { maxLength: 20 }), async (results) => {
				const metrics = createMetrics('1');
				const before = (await seriesOf(metrics)).size;
				for (const result of results) metrics.increment('reconsul_operations_total', { kind: 'register', result });
				const series = await seriesOf(metrics);
				assert.equal(series.size, before);
				for (const result of ['ok', 'error', 'dry_run'])
					assert.equal(
						series.get(`reconsul_operations_total{kind="register",result="${result}"}`),
						results.filter((one) => one === result).length,
					);
			}),
			{ numRuns: 10 },
		);
	});

	test('names and labels are checked when compiling', () => {
		const use = (metrics: Metrics): void => {
			// @ts-expect-error an unknown name
			metrics.increment('reconsul_nonsense_total');
			// @ts-expect-error a value that is not in the set
			metrics.increment('reconsul_heartbeats_total', { result: 'maybe' });
			// @ts-expect-error a label is missing
			metrics.increment('reconsul_operations_total', { kind: 'register' });
			// @ts-expect-error labels are missing
			metrics.increment('reconsul_heartbeats_total');
			// @ts-expect-error a gauge is not counted
			metrics.increment('reconsul_conflicts');
			// @ts-expect-error a provider for a label that is not there
			metrics.gauge('reconsul_services', () => [[{ state: 'lost' }, 1]]);
		};
		assert.equal(typeof use, 'function');
	});

	test("the process's own figures are there, in a format that Prometheus reads", async () => {
		const metrics = createMetrics('1');
		const text = await metrics.text();
		for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds'])
			assert.match(text, new RegExp(`^# TYPE ${name} `, 'm'));
		assert.match(metrics.contentType, /^text\/plain; version=0\.0\.4/);
		for (const line of text.split('\n').filter(Boolean))
			assert.match(line, /^(# (HELP|TYPE) [a-z0-9_]+ .+|[a-z0-9_]+(\{[^{}]*\})? (\d[\d.e+-]*|\+Inf|Nan|-?\d+))$/);
	});

	test('metrics alone do not keep a process running', async () => {
		const script = `import { createMetrics } from './src/metrics/metrics.ts'; await createMetrics('1').text();`;
		const run = promisify(execFile);
		await run(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 });
	});
});
