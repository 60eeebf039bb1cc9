import { flag, type Html, html } from './html.ts';
import type { ContainerModel, PageModel, ServiceModel } from './model.ts';
import { badge, checkBadge, hostPort, listOf, maintenanceBadge, omissions, pathOf } from './pieces.ts';
import { groups, stateRows } from './standing.ts';
import { counted, matches } from './words.ts';

/** What the reader is looking for: the words, and one of the groups or none. */
export interface Search {
	readonly words: string;
	readonly group: string;
}

export function searchOf(query: URLSearchParams): Search {
	const group = query.get('show') ?? '';
	return { words: query.get('q')?.slice(0, 200) ?? '', group: Object.hasOwn(groups, group) ? group : '' };
}

export function containerSection({ containers }: PageModel, search: Search): Html {
	const rows = containers.map((container) => row(container, search));
	const shown = rows.filter(({ isShown }) => isShown).length;
	return html`<section aria-labelledby="containers-title">
<h2 id="containers-title">Containers</h2>
${form(containers, search)}
<p id="count" role="status">${counted(shown, containers.length)}</p>
<ul id="containers" data-live="list">${rows.map(({ markup }) => markup)}</ul>
</section>`;
}

const form = (
	containers: readonly ContainerModel[],
	{ words, group }: Search,
): Html => html`<form id="filter" method="get" action="/" role="search">
<label class="unseen" for="q">Search containers and services</label>
<input id="q" name="q" type="search" value="${words}" placeholder="Search name, id, address, tag …" autocomplete="off" spellcheck="false">
<fieldset class="chips"><legend class="unseen">Show</legend>
${chip('', 'All', containers.length, group)}
${Object.entries(groups).map(([name, { label, has }]) => chip(name, label, containers.filter(has).length, group))}
</fieldset>
<button class="without-script">Apply</button>
</form>`;

const chip = (name: string, label: string, count: number, chosen: string): Html => html`<label class="chip">
<input type="radio" name="show" value="${name}" id="show-${name}"${flag('checked', name === chosen)}><span>${label}
<span class="number" id="count-${name}" data-live="text">${count}</span></span></label>`;

function row(
	container: ContainerModel,
	{ words, group }: Search,
): { readonly markup: Html; readonly isShown: boolean } {
	const { name, id, isRunning, services, omitted, warnings } = container;
	const text = textOf(container);
	const own = Object.keys(groups).filter((it) => groups[it]?.has(container));
	const isShown = matches(text, own.join(' '), words, group);
	const markup = html`<li id="c:${name}" class="container" data-text="${text}" data-groups="${own.join(' ')}"${flag('hidden', !isShown)}>
<div class="who"><h3><a id="a:${name}" href="${pathOf(container)}">${name}</a></h3>
<p>${id === undefined ? 'unknown to Docker' : html`<code>${id.slice(0, 12)}</code>`}${id !== undefined && !isRunning && ' · not running'}</p></div>
<ul class="services">${services.map(serviceLine)}${omissions(omitted).map(
		({ ports, detail }) => html`<li class="service none">${badge('calm', 'not registered')}
<p class="reason">${ports !== '' && html`<code>${ports}</code> `}${detail}</p></li>`,
	)}${warnings.map((warning) => html`<li class="service none">${badge('warn', 'label')}<p class="reason">${warning}</p></li>`)}</ul></li>`;
	return { markup, isShown };
}

function serviceLine({ state, name, address, port, tags, checks, maintenance, reason }: ServiceModel): Html {
	const { tone, label } = stateRows[state];
	return html`<li class="service">${badge(tone, label)}
<span class="name">${name}</span>
<code class="address">${hostPort(address, port)}</code>
<span class="more">${listOf([maintenanceBadge(maintenance), ...checks.map(checkBadge), ...tags.map((tag) => html`<span class="tag">${tag}</span>`)].filter((it) => it !== undefined))}</span>
${reason !== undefined && html`<p class="reason">${reason}</p>`}</li>`;
}

const textOf = ({ name, id = '', services, omitted }: ContainerModel): string =>
	[
		name,
		id,
		...services.flatMap((it) => [it.name, it.id, hostPort(it.address, it.port), it.state, ...it.tags]),
		...omitted.flatMap(({ port = '', detail }) => [port, detail]),
	]
		.join(' ')
		.toLowerCase();
