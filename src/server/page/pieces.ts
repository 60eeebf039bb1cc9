import { type Content, type Html, html } from './html.ts';
import type { CheckModel, ContainerModel, OmittedModel } from './model.ts';
import type { Tone } from './standing.ts';
import { span } from './words.ts';

/** What both pages are made of. */

export const badge = (tone: Tone, text: Content): Html => html`<span class="badge ${tone}">${text}</span>`;

/** How long ago; the script keeps it current, the title has the time itself. */
export const since = (at: number, now: number): Html => {
	const time = new Date(at).toISOString();
	return html`<time data-since datetime="${time}" title="${moment(at)}">${span(now - at)}</time>`;
};

/** `2026-11-28 01:46:47 UTC` */
export const moment = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** Without the date where that is today's. */
export const timeOf = (at: number, now: number): string =>
	moment(at).slice(0, 10) === moment(now).slice(0, 10) ? moment(at).slice(11) : moment(at);

export const hostPort = (address: string, port: number): string =>
	`${address.includes(':') ? `[${address}]` : address}${port === 0 ? '' : `:${port}`}`;

export const pathOf = ({ name }: Pick<ContainerModel, 'name'>): string => `/container/${encodeURIComponent(name)}`;

/** A space by itself would break into nothing on a narrow screen. */
export const listOf = (items: readonly Content[]): Html =>
	html`${items.map((item, index) => html`${index > 0 && ' '}${item}`)}`;

/** Consul's words; a map, since an object would know `constructor` as well. */
const checkTones: ReadonlyMap<string, Tone> = new Map([
	['passing', 'good'],
	['warning', 'warn'],
	['critical', 'bad'],
]);

export const checkBadge = ({ name, status }: CheckModel): Html =>
	badge(checkTones.get(status ?? '') ?? 'calm', html`${name}${status !== undefined && `: ${status}`}`);

/** Ours begin so; what follows is for people. */
export const maintenanceBadge = (reason: string | undefined): Html | undefined => {
	if (reason === undefined) return undefined;
	const word = /draining/.test(reason) ? 'draining' : /paused/.test(reason) ? 'paused' : 'maintenance';
	return badge('warn', html`<span title="${reason}">${word}</span>`);
};

/** Ports that are left out for the same reason, together. */
export function omissions(omitted: readonly OmittedModel[]): readonly (OmittedModel & { readonly ports: string })[] {
	const byReason = Map.groupBy(omitted, ({ reason, detail }) => `${reason} ${detail}`);
	return [...byReason.values()].flatMap((alike) => {
		const [first] = alike;
		const ports = alike.flatMap(({ port }) => port ?? []).join(', ');
		return first === undefined ? [] : [{ ...first, ports }];
	});
}

/** Without those that have no value. */
export const definitions = (rows: readonly (readonly [name: Content, value: Content])[]): Html =>
	html`<dl class="definitions">${rows.map(
		([name, value]) => value !== undefined && value !== false && html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
	)}</dl>`;
