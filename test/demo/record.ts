import { isDeepStrictEqual } from 'node:util';
import type { ServiceInstance } from '../../src/model.ts';

/** A service as Consul's catalog has it. */
export interface CatalogService {
	readonly ID: string;
	readonly Service: string;
	readonly Address: string;
	readonly Port: number;
	readonly Tags: readonly string[];
	readonly Meta: Readonly<Record<string, string>>;
	/** Another one after every change, a deletion however short included. */
	readonly ModifyIndex: number;
}

/** What the quick start promises. */
export type ServiceRecord = Pick<ServiceInstance, 'id' | 'name' | 'address' | 'port' | 'tags' | 'meta'>;

/** Without reconsul's stamp, the pairs `reconsul-…` by which it knows its own entries: the user wrote none of them. */
export const recordOf = ({ ID, Service, Address, Port, Tags, Meta }: CatalogService): ServiceRecord => ({
	id: ID,
	name: Service,
	address: Address,
	port: Port,
	tags: Tags,
	meta: Object.fromEntries(Object.entries(Meta).filter(([key]) => !key.startsWith('reconsul-'))),
});

/** What is wrong with the found records; nothing when they are exactly the expected ones, in whatever order. */
export function mismatches(expected: readonly ServiceRecord[], found: readonly ServiceRecord[]): readonly string[] {
	const missing = expected.filter(({ id }) => !found.some((it) => it.id === id));
	const wrong = found.flatMap((record) => {
		const wanted = expected.find(({ id }) => id === record.id);
		return wanted === undefined ? [`${record.id} should not be there`] : differences(wanted, record);
	});
	return [...missing.map(({ id }) => `${id} is missing`), ...wrong];
}

const differences = (wanted: ServiceRecord, found: ServiceRecord): readonly string[] =>
	(['name', 'address', 'port', 'tags', 'meta'] as const)
		.filter((field) => !isDeepStrictEqual(wanted[field], found[field]))
		.map((field) => `${found.id}: ${field} is ${JSON.stringify(found[field])}, not ${JSON.stringify(wanted[field])}`);

const headings = ['ID', 'NAME', 'ADDRESS', 'PORT', 'TAGS', 'META'];

const cellsOf = ({ id, name, address, port, tags, meta }: ServiceRecord): readonly string[] => {
	const pairs = Object.entries(meta).map(([key, value]) => `${key}=${value}`);
	return [id, name, address, String(port), tags.join(',') || '-', pairs.join(',') || '-'];
};

/** The lines of a table as wide as its cells, headings first. */
export function tableOf(records: readonly ServiceRecord[]): readonly string[] {
	const rows = [headings, ...records.map(cellsOf)];
	const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
	return rows.map((row) =>
		row
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join('  ')
			.trimEnd(),
	);
}

/** A command as lines of the shell; an option and its value stay together. */
export function wrapped(words: readonly string[], width: number): string {
	const parts = words.join(' ').split(/ (?=-|\S+$)/);
	let room = width;
	return parts.reduce((text, part) => {
		const fits = part.length + 1 <= room;
		room = (fits ? room : width) - part.length - 1;
		return fits ? `${text} ${part}` : `${text} \\\n    ${part}`;
	}, '');
}
