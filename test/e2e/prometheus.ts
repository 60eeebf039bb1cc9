import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { rulesFolder } from '../prometheus/promtool.ts';
import type { RuleFile } from '../prometheus/rules.ts';
import { eventually, freePort } from '../support/lab.ts';

type Labels = Readonly<Record<string, string>>;

export interface FiringAlert {
	readonly labels: Labels;
	readonly annotations: Labels;
}

/** A real Prometheus with deploy/prometheus, but for the times: it looks every half second and no alert waits. */
export interface Prometheus extends AsyncDisposable {
	/** The series that the query yields now; throws with Prometheus' words where it is none. */
	query(expr: string): Promise<readonly { readonly metric: Labels; readonly value: number }[]>;
	firing(): Promise<readonly FiringAlert[]>;
}

const tick = '500ms';

interface PrometheusFile {
	readonly global: object;
	readonly rule_files: readonly string[];
	readonly scrape_configs: readonly [object];
}

/** Writes the deployed files with our times; the path of the first. */
async function hurried(folder: string, target: string): Promise<string> {
	const read = async <T>(name: string): Promise<T> => parse(await readFile(join(rulesFolder, name), 'utf8')) as T;
	const write = (name: string, content: object) => writeFile(join(folder, name), JSON.stringify(content));
	const config = await read<PrometheusFile>('prometheus.yml');
	const [job] = config.scrape_configs;
	await write('prometheus.yml', {
		...config,
		global: { scrape_interval: tick, scrape_timeout: tick, evaluation_interval: tick },
		scrape_configs: [{ ...job, static_configs: [{ targets: [target] }] }],
	});
	for (const name of config.rule_files) {
		const { groups } = await read<RuleFile>(name);
		const rules = groups.map((group) => ({
			...group,
			rules: group.rules.map((rule) => ('alert' in rule ? { ...rule, for: '0s' } : rule)),
		}));
		await write(name, { groups: rules });
	}
	return join(folder, 'prometheus.yml');
}

/** @param target host and port of what it scrapes, as the one target of the deployed job */
export async function startPrometheus(target: string): Promise<Prometheus> {
	await using parts = new AsyncDisposableStack();
	const folder = await mkdtemp(join(tmpdir(), 'reconsul-prometheus-'));
	parts.defer(() => rm(folder, { recursive: true }));
	const address = `127.0.0.1:${await freePort()}`;
	const options = [
		`--config.file=${await hurried(folder, target)}`,
		`--storage.tsdb.path=${join(folder, 'data')}`,
		`--web.listen-address=${address}`,
		'--log.level=error',
	];
	const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'prometheus', ...options], {
		stdio: ['ignore', 'inherit', 'inherit'],
	});
	parts.defer(() => ended(child));
	const get = async (path: string): Promise<Response> =>
		fetch(`http://${address}${path}`, { signal: AbortSignal.timeout(5_000) });
	await eventually('Prometheus is ready', async () => (await get('/-/ready')).ok);
	const api = async <T>(path: string): Promise<T> => {
		const { data, error } = (await (await get(`/api/v1/${path}`)).json()) as {
			readonly data?: T;
			readonly error?: string;
		};
		if (data === undefined) throw new Error(`Prometheus refuses ${decodeURIComponent(path)}: ${error}`);
		return data;
	};
	const all = parts.move();
	return {
		query: async (expr) => {
			type Vector = {
				readonly result: readonly { readonly metric: Labels; readonly value: readonly [number, string] }[];
			};
			const { result } = await api<Vector>(`query?query=${encodeURIComponent(expr)}`);
			return result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
		},
		firing: async () => {
			const { alerts } = await api<{ readonly alerts: readonly (FiringAlert & { readonly state: string })[] }>(
				'alerts',
			);
			return alerts.filter(({ state }) => state === 'firing');
		},
		[Symbol.asyncDispose]: () => all.disposeAsync(),
	};
}

async function ended(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	child.kill('SIGKILL');
	await once(child, 'exit');
}
