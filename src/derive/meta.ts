/** What Consul takes for Meta (its structs.ValidateMetadata, per-service limits): less our own four pairs out of 64. */
const maxPairs = 60;
const maxKeyLength = 128;
const maxValueBytes = 512;

/** Removed from the attributes, since they have fields of their own; `ignore` and `check_*` stay, as in registrator. */
const fieldKeys: ReadonlySet<string> = new Set(['id', 'name', 'tags']);

export type MetaFlaw = 'key' | 'reserved' | 'value-too-long' | 'too-many';

export interface DroppedPair {
	readonly key: string;
	readonly reason: MetaFlaw;
}

function flawOf(key: string, value: string): MetaFlaw | undefined {
	if (!/^[A-Za-z0-9_-]+$/.test(key) || key.length > maxKeyLength) return 'key';
	if (key.startsWith('consul-') || key.startsWith('reconsul-')) return 'reserved';
	if (Buffer.byteLength(value) > maxValueBytes) return 'value-too-long';
	return undefined;
}

/**
 * The attributes that become Meta. Consul would refuse the whole service for one bad pair, so the pair goes instead
 * (difference D5); in key order, so that the same ones go every time.
 */
export function metaOf(values: Readonly<Record<string, string>>): {
	readonly meta: Readonly<Record<string, string>>;
	readonly dropped: readonly DroppedPair[];
} {
	const meta: Record<string, string> = Object.create(null);
	const dropped: DroppedPair[] = [];
	let kept = 0;
	for (const key of Object.keys(values).sort()) {
		if (fieldKeys.has(key)) continue;
		const value = values[key] ?? '';
		const reason = flawOf(key, value) ?? (kept >= maxPairs ? 'too-many' : undefined);
		if (reason !== undefined) dropped.push({ key, reason });
		else {
			meta[key] = value;
			kept += 1;
		}
	}
	return { meta, dropped };
}
