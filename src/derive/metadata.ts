/**
 * `SERVICE_*` from a container's environment and labels: registrator's language, frozen (its `serviceMetaData`), with the port
 * ranges of the fork that lives on. A label beats a variable, a key with the port beats one with a range around it, that one
 * beats one without, keys come out in lower case.
 */

export interface Metadata {
	/** Lower-case key → value, for one port; a null prototype, since keys come from outside. */
	readonly values: Readonly<Record<string, string>>;
	/** The keys that were given for this very port, or a range around it. */
	readonly fromPort: ReadonlySet<string>;
	readonly warnings: readonly string[];
	/** Where each value is from. */
	readonly sources: ReadonlyMap<string, Source>;
}

/** A label or a variable as it was written. */
export interface Source {
	readonly rawKey: string;
	readonly origin: 'variable' | 'label';
}

interface Entry extends Source {
	readonly value: string;
}

/** Told of what does not count: `winner` does in its place, or nothing, since it is another port's. */
export type PassOver = (loser: Source, winner: Source | undefined) => void;

const prefix = 'SERVICE_';

function entriesOf(env: readonly string[], labels: Readonly<Record<string, string>>): Entry[] {
	const variables = env.flatMap((text): Entry[] => {
		const at = text.indexOf('=');
		return at < 0 ? [] : [{ rawKey: text.slice(0, at), value: text.slice(at + 1), origin: 'variable' }];
	});
	const labelled = Object.entries(labels).map(([key, value]): Entry => {
		// registrator joins a label with "=" and splits it again, so a key cannot hold one.
		const at = key.indexOf('=');
		return at < 0
			? { rawKey: key, value, origin: 'label' }
			: { rawKey: key.slice(0, at), value: `${key.slice(at + 1)}=${value}`, origin: 'label' };
	});
	return [...variables, ...labelled].filter(({ rawKey }) => rawKey.startsWith(prefix));
}

const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Go's strconv.Atoi takes a sign and leading zeros, and refuses what does not fit 64 bits. */
function isGoInteger(text: string): boolean {
	if (!/^[+-]?\d+$/.test(text)) return false;
	const value = BigInt(text.replace(/^\+/, ''));
	return value >= -(2n ** 63n) && value < 2n ** 63n;
}

/** How closely a key describes a port: not at all (0), as one of so many (1/n), exactly (1); `undefined` if it is another's. */
interface Scoped {
	readonly closeness: number | undefined;
	readonly key: string;
}

/**
 * `80_name` → port `80`, key `name`; `8000-8099_name` around the port likewise. What is in front of the first `_` and is
 * neither belongs to the key, and so does a range beside the port: registrator and the fork leave both in Meta.
 */
function scopeOf(lowerKey: string, port: string): Scoped {
	const at = lowerKey.indexOf('_');
	const scope = at > 0 && at <= 64 ? lowerKey.slice(0, at) : '';
	const key = lowerKey.slice(at + 1);
	if (isGoInteger(scope)) return { closeness: scope === port ? 1 : undefined, key };
	const width = widthAround(scope, port);
	return width === undefined ? { closeness: 0, key: lowerKey } : { closeness: 1 / width, key };
}

/** How many ports a range has that the port is in; the exact port goes before a range of one. */
function widthAround(scope: string, port: string): number | undefined {
	const [, low = '', high = ''] = /^(\d{1,5})-(\d{1,5})$/.exec(scope) ?? [];
	const isInside = low !== '' && Number(low) <= Number(port) && Number(port) <= Number(high);
	return isInside ? Number(high) - Number(low) + 2 : undefined;
}

/** What the container says of the service on `port` (the exposed port's number, as text). */
export function metadataFor(
	port: string,
	env: readonly string[],
	labels: Readonly<Record<string, string>>,
	passOver?: PassOver,
): Metadata {
	const values: Record<string, string> = Object.create(null);
	const sources = new Map<string, Entry & { readonly closeness: number }>();
	const fromPort = new Set<string>();
	const warnings: string[] = [];
	for (const entry of entriesOf(env, labels)) {
		const lowerKey = entry.rawKey.slice(prefix.length).toLowerCase();
		// Looked up with its port still in it, as registrator does; so `SERVICE_80_X` loses to an earlier `SERVICE_80_80_X`.
		if (fromPort.has(lowerKey)) continue;
		const { closeness, key } = scopeOf(lowerKey, port);
		const before = sources.get(key);
		if (closeness === undefined || closeness < (before?.closeness ?? 0)) {
			passOver?.(entry, closeness === undefined ? undefined : before);
			continue;
		}
		const isTie = before?.closeness === closeness && before.origin === entry.origin && before.rawKey !== entry.rawKey;
		if (isTie) {
			const winner = bytewise(before.rawKey, entry.rawKey) > 0 ? before : entry;
			const isCase = before.rawKey.toLowerCase() === entry.rawKey.toLowerCase();
			const problem = isCase ? 'differ only in case' : `say the same of port ${port}`;
			warnings.push(`${before.rawKey} and ${entry.rawKey} ${problem}: ${winner.rawKey} counts`);
			if (winner === before) {
				passOver?.(entry, before);
				continue;
			}
		}
		if (before !== undefined) passOver?.(before, entry);
		if (closeness > 0) fromPort.add(key);
		sources.set(key, { ...entry, closeness });
		values[key] = entry.value;
	}
	return { values, fromPort, warnings, sources };
}

/** `false`, `0`, `no` in any case and the empty text mean no; everything else means yes (difference D2). */
export const isYes = (value: string | undefined): boolean =>
	value !== undefined && !['', 'false', '0', 'no'].includes(value.toLowerCase());
