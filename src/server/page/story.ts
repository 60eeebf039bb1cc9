import { type Content, type Html, html } from './html.ts';
import { documentOf } from './layout.ts';
import type { CheckModel, ContainerModel, PageModel, ServiceModel } from './model.ts';
import { badge, checkBadge, hostPort, listOf, maintenanceBadge, moment, omissions } from './pieces.ts';
import { stateRows } from './standing.ts';

/** One container: `/container/<name or id>`. */
export const story = (page: PageModel, container: ContainerModel): Html =>
	documentOf({
		title: container.name,
		host: page.host,
		body: html`<nav aria-label="Back"><a href="/">← All containers</a></nav>
<div id="story" data-live="part">${head(container)}${services(container)}${unregistered(container)}${warnings(container)}</div>`,
	});

/** Where there is no such container, or none any more. */
export const noStory = (name: string, page: PageModel): Html =>
	documentOf({
		title: name,
		host: page.host,
		body: html`<nav aria-label="Back"><a href="/">← All containers</a></nav>
<div id="story" data-live="part"><h1 id="headline">${name}</h1><p>No container of this name or id is running, and none has left a service.</p></div>`,
	});

const head = ({ name, id, startedAt, isRunning }: ContainerModel): Html => html`<h1 id="headline">${name}</h1>
${definitions([
	['Container', id === undefined ? 'unknown to Docker' : html`<code>${id}</code>`],
	['State', isRunning ? 'running' : 'not running'],
	['Started', startedAt !== undefined && moment(startedAt)],
])}`;

const services = ({ services }: ContainerModel): Html | false =>
	services.length > 0 && html`<h2>Services</h2>${services.map(service)}`;

function service(it: ServiceModel): Html {
	const { tone, label } = stateRows[it.state];
	return html`<article class="card"><h3>${it.name} ${badge(tone, label)} ${maintenanceBadge(it.maintenance)}</h3>
${it.reason !== undefined && html`<p class="reason">${it.reason}</p>`}
${definitions([
	['Id', html`<code>${it.id}</code>`],
	['Address', html`<code>${hostPort(it.address, it.port)}</code>`],
	['Tags', it.tags.length > 0 && listOf(it.tags.map((tag) => html`<span class="tag">${tag}</span>`))],
	['Meta', pairs(it.meta)],
	['Maintenance', it.maintenance],
	['Checks', it.checks.length > 0 && html`<ul class="plain">${it.checks.map(check)}</ul>`],
])}</article>`;
}

const check = (it: CheckModel): Html =>
	html`<li>${checkBadge(it)}${it.output !== '' && html`<pre>${it.output}</pre>`}</li>`;

function pairs(meta: Readonly<Record<string, string>>): Html | false {
	const entries = Object.entries(meta);
	return (
		entries.length > 0 &&
		html`<ul class="plain">${entries.map(([key, value]) => html`<li><code>${key}</code> = <code>${value}</code></li>`)}</ul>`
	);
}

const unregistered = ({ omitted }: ContainerModel): Html | false =>
	omitted.length > 0 &&
	html`<h2>Not registered</h2><div class="card">${definitions(
		omissions(omitted).map(({ ports, detail }) => [ports === '' ? 'The container' : ports, detail]),
	)}</div>`;

const warnings = ({ warnings }: ContainerModel): Html | false =>
	warnings.length > 0 &&
	html`<h2>What is wrong with its labels</h2><div class="card warn"><ul class="plain">${warnings.map((text) => html`<li>${text}</li>`)}</ul></div>`;

/** Without those that have no value. */
const definitions = (rows: readonly (readonly [name: Content, value: Content])[]): Html =>
	html`<dl class="definitions">${rows.map(
		([name, value]) => value !== undefined && value !== false && html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
	)}</dl>`;
