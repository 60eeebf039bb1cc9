import { fieldKeys } from './labels/registrator-rows.ts';

/** What Consul takes for Meta (its structs.ValidateMetadata, per-service limits): less our own four pairs out of 64. */
const maxPairs = 60;
const maxKeyLength = 128;
const maxValueBytes = 512;

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

type Pairs = Readonly<Record<string, string>>;

/**
 * The attributes, and what `reconsul.meta.<key>` says, which goes over them. Consul would refuse the whole service for one bad
 * pair, so the pair goes instead (difference D5); in key order, so that the same ones go every time.
 */
export function metaOf(
	attributes: Pairs,
	labelled: Pairs = {},
): { readonly meta: Pairs; readonly dropped: readonly DroppedPair[] } {
	const meta: Record<string, string> = Object.create(null);
	const dropped: DroppedPair[] = [];
	let kept = 0;
	const keys = [...Object.keys(attributes).filter((key) => !fieldKeys.has(key)), ...Object.keys(labelled)];
	for (const key of [...new Set(keys)].sort()) {
		const value = (Object.hasOwn(labelled, key) ? labelled[key] : attributes[key]) ?? '';
		const reason = flawOf(key, value) ?? (kept >= maxPairs ? 'too-many' : undefined);
		if (reason !== undefined) dropped.push({ key, reason });
		else {
			meta[key] = value;
			kept += 1;
		}
	}
	return { meta, dropped };
}
