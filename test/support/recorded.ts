import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The cases recorded from the predecessor; test/conformance/README.md has the format. */
export interface RecordedCase {
	readonly name: string;
	readonly topic: string;
	readonly why: string;
	readonly flags: readonly string[];
	readonly agent: { readonly scriptChecks: boolean };
	readonly hosts?: boolean;
	readonly networks: readonly { readonly name: string; readonly args: readonly string[] }[];
	readonly containers: readonly RecordedContainer[];
	readonly before?: readonly RecordedStep[];
	readonly preregistered?: readonly Preregistered[];
	readonly steps: readonly RecordedStep[];
	readonly expect: readonly RecordedService[];
	readonly expectChecks: Readonly<Record<string, RecordedCheck | null>>;
	readonly expectAfterSteps?: readonly (readonly RecordedService[])[];
	readonly compareMeta?: 'subset';
	readonly docker: { readonly inspect: Readonly<Record<string, RecordedInspect>> };
}

export interface RecordedContainer {
	readonly name?: string;
	readonly ref?: string;
	readonly image: string;
	readonly args: readonly string[];
	readonly cmd?: readonly string[];
}

/** The body of a registration. */
export interface Preregistered {
	readonly ID: string;
	readonly Name: string;
	readonly Address?: string;
	readonly Port?: number;
	readonly Tags?: readonly string[];
	readonly Meta?: Readonly<Record<string, string>>;
}

export type RecordedStep = { readonly settle?: number } & (
	| { readonly do: readonly string[] }
	| { readonly run: RecordedContainer }
	| { readonly consul: readonly ['GET' | 'PUT', string, object?] }
);

export interface RecordedService {
	readonly ID: string;
	readonly Service: string;
	readonly Address: string;
	readonly Port: number | string;
	readonly Tags: readonly string[];
	readonly Meta: Readonly<Record<string, string>>;
	readonly EnableTagOverride: boolean;
}

/** A check's definition under Consul's names. */
export type RecordedCheck = Readonly<Record<string, unknown>>;

export interface RecordedInspect {
	readonly Id: string;
	readonly Name: string;
	readonly NetworkSettings: {
		readonly Ports: Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null>>;
		readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
	};
}

/** What the placeholders of a case stand for. */
export interface Facts {
	/** By a container's name, or its `ref` where it has one. */
	readonly inspects: Readonly<Record<string, RecordedInspect>>;
	/** The address that the daemon finds by itself. */
	readonly hostAddress: string;
}

const root = join(import.meta.dirname, '..', 'conformance', 'cases');

export const recordedCases = (): readonly RecordedCase[] =>
	readdirSync(root, { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.flatMap((topic) => readdirSync(join(root, topic.name)).map((file) => join(root, topic.name, file)))
		.sort()
		.map((path) => JSON.parse(readFileSync(path, 'utf8')) as RecordedCase);

export const titleOf = ({ topic, name }: Pick<RecordedCase, 'topic' | 'name'>): string => `${topic}/${name}`;

/** What other parts of a case call the container. */
export const refOf = ({ name, ref }: RecordedContainer): string => ref ?? name ?? '';

/** As things stood when the case was recorded. */
export const recordedFacts = ({ docker }: RecordedCase): Facts => ({
	inspects: docker.inspect,
	hostAddress: '192.0.2.2',
});

const placeholder = /\{(hostip|id|fullid|name|ip|port)(?: ([^ {}]+))?(?: ([^ {}]+))?\}/g;

/**
 * Puts the values in for `{ip redis.0 bridge}` and the like, in keys too.
 *
 * @throws Error where there is no such container, address or port (yet)
 */
export function resolved<T>(value: T, facts: Facts): T {
	return inValue(value, facts) as T;
}

function inValue(value: unknown, facts: Facts): unknown {
	if (typeof value === 'string') return inText(value, facts);
	if (Array.isArray(value)) return value.map((inner) => inValue(inner, facts));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => {
			const known = inValue(inner, facts);
			return [inText(key, facts), key === 'Port' && typeof known === 'string' ? Number(known) : known];
		}),
	);
}

function inText(text: string, { inspects, hostAddress }: Facts): string {
	return text.replaceAll(placeholder, (all, kind: string, ref = '', what = '') => {
		if (kind === 'hostip') return hostAddress;
		const inspect = inspects[ref];
		const found = inspect === undefined ? undefined : lookups[kind]?.(inspect, what);
		if (found === undefined || found === '') throw new Error(`${all} stands for nothing here`);
		return found;
	});
}

const lookups: Readonly<Record<string, (inspect: RecordedInspect, what: string) => string | undefined>> = {
	id: ({ Id }) => Id.slice(0, 12),
	fullid: ({ Id }) => Id,
	name: ({ Name }) => Name.replace(/^\//, ''),
	ip: ({ NetworkSettings: { Networks } }, network) => Networks[network]?.IPAddress,
	port: ({ NetworkSettings: { Ports } }, key) =>
		(Ports[key] ?? []).toSorted((a, b) => preference(a.HostIp) - preference(b.HostIp))[0]?.HostPort,
};

/** Difference D9: of several bindings of one port the widest counts; among equals the engine's order. */
function preference(hostIp: string): number {
	if (hostIp === '' || hostIp === '0.0.0.0') return 0;
	if (hostIp === '::') return 1;
	return hostIp.startsWith('127.') || hostIp === '::1' ? 3 : 2;
}
