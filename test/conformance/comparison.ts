import { isDeepStrictEqual } from 'node:util';
import { parseDuration } from '../../src/duration.ts';
import type { RecordedCheck, RecordedService } from '../support/recorded.ts';

/** Who wrote a registration, and why: not what is compared. */
const stampPrefix = 'reconsul-';

/**
 * What is wrong with the services that are there.
 *
 * @param meta `subset`: pairs may be missing, a quarter of them at most, but none may be added
 * @returns one line per fault, none where all is as wanted
 */
export function serviceFaults(
	wanted: readonly RecordedService[],
	there: readonly RecordedService[],
	meta: 'all' | 'subset' = 'all',
): readonly string[] {
	const wantedById = new Map(wanted.map((service) => [service.ID, service]));
	const thereById = new Map(there.map((service) => [service.ID, service]));
	const ids = [...new Set([...wantedById.keys(), ...thereById.keys()])].sort();
	return ids.flatMap((id) => {
		const [want, got] = [wantedById.get(id), thereById.get(id)];
		if (got === undefined) return [`${id} is missing`];
		if (want === undefined) return [`${id} is there and should not be: ${shown(got)}`];
		return [...fieldFaults(want, got), ...metaFaults(want, withoutStamp(got.Meta), meta)];
	});
}

const shown = (value: unknown): string => JSON.stringify(value);

function fieldFaults(want: RecordedService, got: RecordedService): readonly string[] {
	const fields = ['Service', 'Address', 'Port', 'EnableTagOverride'] as const;
	const differing = fields.filter((field) => want[field] !== got[field]);
	const faults = differing.map((field) => fault(want.ID, field, got[field], want[field]));
	const sameTags = new Set(want.Tags).symmetricDifference(new Set(got.Tags)).size === 0;
	return sameTags ? faults : [...faults, fault(want.ID, 'Tags', got.Tags, want.Tags)];
}

const fault = (id: string, what: string, got: unknown, want: unknown): string =>
	`${id}: ${what} is ${shown(got)}, wanted ${shown(want)}`;

const withoutStamp = (meta: RecordedService['Meta']): RecordedService['Meta'] =>
	Object.fromEntries(Object.entries(meta).filter(([key]) => !key.startsWith(stampPrefix)));

function metaFaults(
	{ ID, Meta }: RecordedService,
	got: RecordedService['Meta'],
	meta: 'all' | 'subset',
): readonly string[] {
	if (meta === 'all') return isDeepStrictEqual(got, { ...Meta }) ? [] : [fault(ID, 'Meta', got, Meta)];
	const added = Object.entries(got).filter(([key, value]) => Meta[key] !== value);
	if (added.length > 0) return [`${ID}: Meta has ${shown(Object.fromEntries(added))}, which is not wanted`];
	const [have, want] = [Object.keys(got).length, Object.keys(Meta).length];
	return have * 4 < want * 3 ? [`${ID}: Meta has only ${have} of ${want} pairs`] : [];
}

/**
 * What is wrong with the check definitions that were sent.
 *
 * @param sent by service id what the last registration that was accepted had with it
 */
export const checkFaults = (
	wanted: Readonly<Record<string, RecordedCheck | null>>,
	sent: ReadonlyMap<string, readonly RecordedCheck[]>,
): readonly string[] =>
	Object.entries(wanted).flatMap(([id, check]) => {
		const checks = sent.get(id);
		if (checks === undefined) return [`${id} was not registered, so its check is unknown`];
		const got = checks.map(comparable);
		const want = check === null ? [] : [comparable(check)];
		return isDeepStrictEqual(got, want) ? [] : [fault(id, 'its check', got, want)];
	});

/** What a check is called is the daemon's choice. */
const freeFields: ReadonlySet<string> = new Set(['CheckID', 'Name', 'Notes', 'ServiceID']);
const durationFields: ReadonlySet<string> = new Set(['Interval', 'Timeout', 'TTL', 'DeregisterCriticalServiceAfter']);
const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '' && value !== false;

/** Without what says nothing, durations by value. */
const comparable = (check: RecordedCheck): RecordedCheck =>
	Object.fromEntries(
		Object.entries(check)
			.filter(([field, value]) => isGiven(value) && !freeFields.has(field))
			.map(([field, value]) => [field, durationFields.has(field) ? milliseconds(String(value)) : value])
			.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
	);

const milliseconds = (text: string): string => {
	const ms = parseDuration(text);
	return ms === undefined ? text : `${ms} ms`;
};
