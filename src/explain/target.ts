import type { Context } from '../controller/context.ts';
import type { State } from '../controller/state.ts';
import type { View } from '../controller/views.ts';
import { editDistance } from '../derive/labels/suggestion.ts';
import type { Registration } from '../model.ts';
import { type Key, leftoverKey, leftoverOf, type Ownership, standingOf } from '../plan/ownership.ts';
import type { NotFound } from './explanation.ts';

const maxNear = 5;
const maxLength = 80;
const shortestPrefix = 4;

/** What somebody asks about. */
export type Target =
	| { readonly key: Key }
	/** An entry that this owner neither wrote nor may touch. */
	| { readonly stranger: Registration }
	| NotFound;

/**
 * Finds it by a container's name or id, or the beginning of an id; by a service's id, or its name where one container alone has it.
 *
 * @throws SourceError and RegistryError, where one of them gives no answer
 */
export async function targetOf(
	what: string,
	{ source, registry, signal }: Context,
	{ views, index }: State,
	ownership: Ownership,
): Promise<Target> {
	const container = await source.get(what, signal);
	if (container !== undefined) return { key: container.id };
	const all = [...views.all()];
	const known = index.keyOf(what) ?? all.find(has('id', what))?.key;
	if (known !== undefined) return { key: known };
	const isPrefix = /^[0-9a-f]+$/.test(what) && what.length >= shortestPrefix;
	const found = all.filter((view) => (isPrefix && view.key.startsWith(what)) || has('name', what)(view));
	const [first, ...others] = found;
	if (first !== undefined)
		return others.length === 0
			? { key: first.key }
			: { notFound: what, near: found.flatMap(namesIn).slice(0, maxNear) };
	const entry = await registry.get(what, signal);
	if (entry !== undefined) return targetIn(entry, ownership);
	return {
		notFound: what,
		near: nearest(
			what,
			all.flatMap((view) => [...namesIn(view), ...idsIn(view)]),
		),
	};
}

function targetIn(entry: Registration, ownership: Ownership): Target {
	if (standingOf(entry, ownership) === 'ours') return { key: entry.stamp?.containerId ?? leftoverKey(entry.id) };
	return leftoverOf(entry, ownership) === undefined ? { stranger: entry } : { key: leftoverKey(entry.id) };
}

const has =
	(field: 'id' | 'name', text: string) =>
	({ services }: View): boolean =>
		services.some(({ service }) => service[field] === text);

const namesIn = ({ container }: View): readonly string[] => (container === undefined ? [] : [container.name]);
const idsIn = ({ services }: View): readonly string[] => services.flatMap(({ service }) => [service.id, service.name]);

/** Those that hold the text, or that a few slips turn into it; the nearest first. */
export function nearest(text: string, names: readonly string[]): readonly string[] {
	const wanted = text.toLowerCase().slice(0, maxLength);
	const most = Math.max(1, Math.floor(text.length / 3));
	const distance = (name: string): number =>
		name.includes(wanted) ? 0 : name.length > maxLength ? Number.POSITIVE_INFINITY : editDistance(wanted, name);
	return [...new Set(names)]
		.map((name) => ({ name, slips: distance(name.toLowerCase()) }))
		.filter(({ slips }) => slips <= most)
		.sort((a, b) => a.slips - b.slips || (a.name < b.name ? -1 : 1))
		.slice(0, maxNear)
		.map(({ name }) => name);
}
