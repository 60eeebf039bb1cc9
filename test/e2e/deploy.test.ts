import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Definition, metricTable } from '../../src/metrics/table.ts';
import { type ComposeFile, deployed, deployFolder, withDefaults } from './compose.ts';

/** Not everywhere that Linux is. */
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

describe('deploy/compose.yaml', () => {
	for (const name of ['consul', 'reconsul', 'prometheus'] as const) {
		test(`${name} can do no more than it must, and its image is of a version that can be chosen`, async () => {
			const service = (await deployed<ComposeFile>('compose.yaml')).services[name];
			assert.match(service.image, new RegExp(`^\\$\\{${name.toUpperCase()}_IMAGE:-[a-z/]+:(?!latest)[a-z0-9.]+\\}$`));
			assert.equal(service.network_mode, 'host');
			assert.equal(service.read_only, true);
			assert.deepEqual(service.cap_drop, ['ALL']);
			assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
		});
		test(`${name} has a health check`, async () => {
			const { healthcheck } = (await deployed<ComposeFile>('compose.yaml')).services[name];
			if (name === 'reconsul')
				assert.match(await readFile(join(deployFolder, '../Dockerfile'), 'utf8'), /^HEALTHCHECK /m);
			else assert.match(String(healthcheck?.test[0]), /^CMD/);
		});
	}
	test('what it mounts is there', async () => {
		const { services, volumes } = await deployed<ComposeFile>('compose.yaml');
		const sources = Object.values(services).flatMap((it) => it.volumes.map((volume) => volume.split(':')[0] ?? ''));
		const files = sources.filter((source) => source.startsWith('./'));
		assert.deepEqual(files.sort(), ['./alerts.yml', './prometheus.yml']);
		for (const file of files) assert.ok((await stat(join(deployFolder, file))).isFile());
		const named = sources.filter((source) => /^\w/.test(source));
		assert.deepEqual(named.sort(), Object.keys(volumes).sort());
	});
	test('Prometheus asks reconsul where that listens', async () => {
		const { reconsul } = (await deployed<ComposeFile>('compose.yaml')).services;
		const { scrape_configs: jobs } = await deployed<PrometheusFile>('prometheus.yml');
		const targets = jobs.flatMap((job) => job.static_configs.flatMap((it) => it.targets));
		assert.deepEqual(targets, [withDefaults(reconsul.environment?.['RECONSUL_LISTEN'] ?? '')]);
	});
});

describe('deploy/alerts.yml', async () => {
	const { rule_files: files } = await deployed<PrometheusFile>('prometheus.yml');
	const groups = (await Promise.all(files.map((file) => deployed<RuleFile>(file)))).flatMap((it) => it.groups);
	for (const { alert, expr, labels, annotations } of groups.flatMap(({ rules }) => rules)) {
		test(`${alert} looks at what there is`, async () => {
			const series = selectorsIn(expr);
			assert.ok(series.length > 0);
			for (const selector of series) assert.equal(flawOf(selector), undefined);
			assert.match(labels.severity, /^(critical|warning)$/);
			assert.ok(annotations.summary.includes('{{ $labels.instance }}'));
		});
	}
});

interface Selector {
	readonly metric: string;
	/** Label, operator, value. */
	readonly matchers: readonly (readonly [label: string, value: string])[];
}

const selectorsIn = (expression: string): readonly Selector[] =>
	[...expression.matchAll(/\b(reconsul_\w+|workqueue_\w+|up)\b(?:\{([^}]*)\})?/g)].map(
		([, metric = '', text = '']) => ({
			metric,
			matchers: [...text.matchAll(/(\w+)!?="([^"]*)"/g)].map(([, label = '', value = '']) => [label, value] as const),
		}),
	);

/** Why such a series can never be, by the table that the daemon's metrics come from. */
function flawOf({ metric, matchers }: Selector): string | undefined {
	// Prometheus' own, with the labels that the scrape job gives.
	if (metric === 'up') return matchers.every(([label]) => label === 'job') ? undefined : `${metric} has only a job`;
	const table: Readonly<Record<string, Definition>> = metricTable;
	const definition = table[metric] ?? table[metric.replace(/_(bucket|sum|count)$/, '')];
	if (definition === undefined) return `there is no ${metric}`;
	const wrong = matchers.find(([label, value]) => definition.labels?.[label]?.includes(value) !== true);
	return wrong && `${metric} has no ${wrong.join('=')}`;
}

describe('deploy/reconsul.service', () => {
	const path = join(deployFolder, 'reconsul.service');

	test('it is made of sections and settings', async (t) => {
		const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
		assert.deepEqual(
			lines.filter((line) => line.startsWith('[')),
			['[Unit]', '[Service]', '[Install]'],
		);
		for (const line of lines) assert.match(line, /^\[[A-Z][a-z]+\]$|^[A-Z][A-Za-z]+=/);
		if (!hasSystemd) t.diagnostic('systemd-analyze is not installed here, so systemd has not been asked');
	});
	if (hasSystemd)
		test('systemd has nothing to say against it', async () => {
			const folder = await mkdtemp(join(tmpdir(), 'reconsul-unit-'));
			try {
				const unit = (await readFile(path, 'utf8')).replace(
					'ExecStart=/usr/local/lib/reconsul.cjs',
					`ExecStart=/bin/sh`,
				);
				await writeFile(join(folder, 'reconsul.service'), unit);
				const { stderr } = spawnSync('systemd-analyze', ['verify', join(folder, 'reconsul.service')], {
					encoding: 'utf8',
				});
				// It looks at the units beside it too, and this machine's own are not ours to judge.
				assert.deepEqual(
					stderr.split('\n').filter((line) => line.includes('reconsul.service')),
					[],
				);
			} finally {
				await rm(folder, { recursive: true, force: true });
			}
		});
});

interface PrometheusFile {
	readonly rule_files: readonly string[];
	readonly scrape_configs: readonly { readonly static_configs: readonly { readonly targets: readonly string[] }[] }[];
}

interface RuleFile {
	readonly groups: readonly { readonly rules: readonly Rule[] }[];
}

interface Rule {
	readonly alert: string;
	readonly expr: string;
	readonly labels: { readonly severity: string };
	readonly annotations: { readonly summary: string };
}
