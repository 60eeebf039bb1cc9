import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ruleFiles } from './promtool.ts';

export interface Alert {
	readonly alert: string;
	readonly expr: string;
	readonly for?: string;
	readonly labels: { readonly severity: string };
	readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook', string>>;
}

interface Recording {
	readonly record: string;
	readonly expr: string;
}

export interface RuleFile {
	readonly groups: readonly { readonly name: string; readonly rules: readonly (Alert | Recording)[] }[];
}

const all = ruleFiles.flatMap((file) =>
	(parse(readFileSync(file, 'utf8')) as RuleFile).groups.flatMap(({ rules }) => rules),
);

export const alerts: readonly Alert[] = all.filter((rule) => 'alert' in rule);
export const recordings: readonly Recording[] = all.filter((rule) => 'record' in rule);
