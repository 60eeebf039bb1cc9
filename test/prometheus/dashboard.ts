import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Target {
	readonly expr: string;
	readonly legendFormat: string;
}

export interface Panel {
	readonly id: number;
	readonly type: string;
	readonly title: string;
	readonly description?: string;
	readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
	readonly datasource?: { readonly uid: string };
	readonly fieldConfig: {
		readonly defaults: { readonly unit: string; readonly thresholds: { readonly steps: object[] } };
	};
	readonly targets: readonly Target[];
}

interface Variable {
	readonly name: string;
	readonly type: string;
	readonly datasource?: { readonly uid: string };
}

export interface Dashboard {
	readonly schemaVersion: number;
	readonly panels: readonly Panel[];
	readonly templating: { readonly list: readonly Variable[] };
}

const file = join(import.meta.dirname, '..', '..', 'deploy', 'grafana', 'reconsul.json');

export const dashboard = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
export const rowTitles: readonly string[] = dashboard.panels.filter(({ type }) => type === 'row').map((it) => it.title);
export const panels: readonly Panel[] = dashboard.panels.filter(({ type }) => type !== 'row');

/** The query as Grafana sends it for all hosts. */
export const sent = (expr: string): string =>
	expr.replaceAll('$__rate_interval', '30s').replaceAll('$__range', '5m').replaceAll('$instance', '.*');
