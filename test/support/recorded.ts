import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The cases recorded from the predecessor; test/conformance/README.md has the format. */
export interface RecordedCase {
	readonly name: string;
	readonly topic: string;
	readonly flags: readonly string[];
	readonly agent: { readonly scriptChecks: boolean };
	readonly containers: readonly { readonly name?: string; readonly ref?: string }[];
	readonly expect: readonly RecordedService[];
	readonly expectChecks: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
	readonly compareMeta?: 'subset';
	readonly preregistered?: readonly unknown[];
	readonly docker: { readonly inspect: Readonly<Record<string, RecordedInspect>> };
}

export interface RecordedService {
	readonly ID: string;
	readonly Service: string;
	readonly Address: string;
	readonly Port: number | string;
	readonly Tags: readonly string[];
	readonly Meta: Readonly<Record<string, string>>;
	readonly EnableTagOverride: boolean;
}

interface RecordedInspect {
	readonly Id: string;
	readonly Name: string;
	readonly NetworkSettings: {
		readonly Ports: Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null>>;
		readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
	};
}

const root = join(import.meta.dirname, '..', 'conformance', 'cases');

export const recordedCases = (): readonly RecordedCase[] =>
	readdirSync(root, { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.flatMap((topic) => readdirSync(join(root, topic.name)).map((file) => join(root, topic.name, file)))
		.sort()
		.map((path) => JSON.parse(readFileSync(path, 'utf8')) as RecordedCase);

/** The host's address when the cases were recorded. */
export const recordedHostAddress = '192.0.2.2';

/** Puts the values in for `{ip redis.0 bridge}` and the like. A number where the placeholder is all there is. */
export function resolvePlaceholders(value: string, { docker }: RecordedCase): string | number {
	const inspectOf = (ref: string): RecordedInspect => {
		const inspect = docker.inspect[ref];
		if (inspect === undefined) throw new Error(`no inspect of ${ref} in the case`);
		return inspect;
	};
	const lookups: Readonly<Record<string, (ref: string, what: string) => string>> = {
		hostip: () => recordedHostAddress,
		id: (ref) => inspectOf(ref).Id.slice(0, 12),
		fullid: (ref) => inspectOf(ref).Id,
		name: (ref) => inspectOf(ref).Name.replace(/^\//, ''),
		ip: (ref, network) => inspectOf(ref).NetworkSettings.Networks[network]?.IPAddress ?? '?',
		port: (ref, key) => (inspectOf(ref).NetworkSettings.Ports[key] ?? [])[0]?.HostPort ?? '?',
	};
	const resolved = value.replaceAll(
		/\{(hostip|id|fullid|name|ip|port)(?: ([^ }]+))?(?: ([^}]+))?\}/g,
		(_, kind: string, ref = '', what = '') => lookups[kind]?.(ref, what) ?? '?',
	);
	return /^\{port [^}]+\}$/.test(value) ? Number(resolved) : resolved;
}
