import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { dashboard, panels, rowTitles } from '../prometheus/dashboard.ts';
import { alerts } from '../prometheus/rules.ts';
import { type ComposeFile, deployed, deployFolder, withDefaults } from './compose.ts';
import { namedIn } from './promql.ts';

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
		assert.deepEqual(files.sort(), ['./prometheus']);
		for (const file of files) assert.ok((await stat(join(deployFolder, file))).isDirectory());
		const named = sources.filter((source) => /^\w/.test(source));
		assert.deepEqual(named.sort(), Object.keys(volumes).sort());
	});
	test('Prometheus asks reconsul where that listens', async () => {
		const { reconsul } = (await deployed<ComposeFile>('compose.yaml')).services;
		const { scrape_configs: jobs } = await deployed<PrometheusFile>('prometheus/prometheus.yml');
		const targets = jobs.flatMap((job) => job.static_configs.flatMap((it) => it.targets));
		assert.deepEqual(targets, [withDefaults(reconsul.environment?.['RECONSUL_LISTEN'] ?? '')]);
	});
});

describe('deploy/prometheus', async () => {
	const operations = await readFile(join(deployFolder, '../docs/operations.md'), 'utf8');
	const headings = [...operations.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
	for (const { alert, labels, annotations } of alerts)
		test(`${alert} says where, how bad it is, and what to do`, () => {
			assert.match(labels.severity, /^(critical|warning)$/);
			assert.ok(annotations.summary.includes('{{ $labels.instance }}'));
			assert.match(annotations.description, /\w\.$/);
			assert.equal(annotations.runbook, `docs/operations.md#${alert.toLowerCase()}`);
			assert.ok(headings.includes(alert));
		});

	test('every file is one that Prometheus reads', async () => {
		const { rule_files: files } = await deployed<PrometheusFile>('prometheus/prometheus.yml');
		const all = await readdir(join(deployFolder, 'prometheus'));
		assert.deepEqual(all.sort(), ['prometheus.yml', ...files].sort());
	});
});

describe('deploy/grafana/reconsul.json', () => {
	test('answers three questions, in this order', () => {
		assert.deepEqual(rowTitles, ['Is it working?', 'Is it fast?', 'What is wrong?']);
	});

	test('is for any Prometheus, and for any of the hosts', () => {
		const variables = dashboard.templating.list.map(({ name, type }) => [name, type]);
		assert.deepEqual(variables, [
			['datasource', 'datasource'],
			['instance', 'query'],
		]);
		for (const { title, datasource, targets } of panels) {
			assert.match(datasource?.uid ?? '', /^\$\{datasource\}$/, title);
			for (const { expr } of targets)
				for (const { metric, matchers } of namedIn(expr).selectors)
					assert.ok(
						matchers.some((matcher) => matcher.join(' ') === 'instance =~ $instance'),
						`${title}: ${metric}`,
					);
		}
	});

	test('every panel says what it shows, in which unit, and has its own place', () => {
		const taken = new Map<string, string>();
		for (const { title, description, fieldConfig, gridPos } of panels) {
			assert.match(description ?? '', /\S\.$/, title);
			assert.ok(fieldConfig.defaults.unit, title);
			assert.ok(fieldConfig.defaults.thresholds.steps.length > 0, title);
			for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
				for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
					assert.equal(taken.get(`${x} ${y}`), undefined, title);
					taken.set(`${x} ${y}`, title);
				}
		}
		assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
	});
});

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
