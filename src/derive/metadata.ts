/**
 * `SERVICE_*` from a container's environment and labels: registrator's language, frozen (its `serviceMetaData`).
 * A label beats a variable, a key with the port beats one without, keys come out in lower case.
 */

export interface Metadata {
	/** Lower-case key → value, for one port; a null prototype, since keys come from outside. */
	readonly values: Readonly<Record<string, string>>;
	/** The keys that were given for this very port. */
	readonly fromPort: ReadonlySet<string>;
	readonly warnings: readonly string[];
}

interface Entry {
	readonly rawKey: string;
	readonly value: string;
	readonly origin: 'variable' | 'label';
}

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

/** `80_name` → port `80`, key `name`; a key that begins with no number has no port. */
function splitPort(key: string): { readonly port: string | undefined; readonly key: string } {
	const at = key.indexOf('_');
	if (at < 0 || at > 64 || !isGoInteger(key.slice(0, at))) return { port: undefined, key };
	return { port: key.slice(0, at), key: key.slice(at + 1) };
}

/** What the container says of the service on `port` (the exposed port's number, as text). */
export function metadataFor(port: string, env: readonly string[], labels: Readonly<Record<string, string>>): Metadata {
	const values: Record<string, string> = Object.create(null);
	const sources = new Map<string, Entry>();
	const fromPort = new Set<string>();
	const warnings: string[] = [];
	for (const entry of entriesOf(env, labels)) {
		const lowerKey = entry.rawKey.slice(prefix.length).toLowerCase();
		// Looked up with its port still in it, as registrator does; so `SERVICE_80_X` loses to an earlier `SERVICE_80_80_X`.
		if (fromPort.has(lowerKey)) continue;
		const { port: ofPort, key } = splitPort(lowerKey);
		if (ofPort !== undefined && ofPort !== port) continue;
		const before = sources.get(key);
		const isUpgrade = ofPort !== undefined && !fromPort.has(key);
		if (!isUpgrade && before?.origin === entry.origin && before.rawKey !== entry.rawKey) {
			const winner = bytewise(before.rawKey, entry.rawKey) > 0 ? before : entry;
			warnings.push(`${before.rawKey} and ${entry.rawKey} differ only in case: ${winner.rawKey} counts`);
			if (winner === before) continue;
		}
		if (ofPort !== undefined) fromPort.add(key);
		sources.set(key, entry);
		values[key] = entry.value;
	}
	return { values, fromPort, warnings };
}

/** `false`, `0`, `no` in any case and the empty text mean no; everything else means yes (difference D2). */
export const isYes = (value: string | undefined): boolean =>
	value !== undefined && !['', 'false', '0', 'no'].includes(value.toLowerCase());
