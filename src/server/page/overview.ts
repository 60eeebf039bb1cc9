import { containerSection, type Search } from './containers.ts';
import { type Html, html } from './html.ts';
import { documentOf } from './layout.ts';
import type { ContainerModel, PageModel, ServiceModel, ServiceState } from './model.ts';
import { pathOf, since, timeOf } from './pieces.ts';
import { speed } from './speed.ts';
import { countServices, isWanted, needsAttention, serviceStates, stateRows } from './standing.ts';

/** All of it at a glance: `/`. */
export const overview = (model: PageModel, search: Search): Html =>
	documentOf({
		title: `${headline(model)} · ${model.host.hostname ?? 'starting'}`,
		host: model.host,
		events: '/api/events',
		body: html`${summary(model)}${attention(model)}${containerSection(model, search)}`,
	});

function headline(model: PageModel): string {
	const { standing, failing } = model;
	if (standing.state === 'starting') return 'Starting';
	if (standing.state === 'in-sync') return 'In sync';
	const open = countServices(model, needsAttention);
	if (standing.state === 'catching-up') return `Catching up, ${open} to go`;
	const count = failing.length + open;
	return `Not in sync, ${count} problem${count === 1 ? '' : 's'}`;
}

const summary = (model: PageModel): Html => html`<section id="summary" data-live="part" aria-labelledby="headline">
<div class="standing card ${model.standing.state}"><span class="lamp" aria-hidden="true"></span>
<div><h1 id="headline">${headline(model)}</h1><p>for ${since(model.standing.since, model.now)}, since ${timeOf(model.standing.since, model.now)}</p></div></div>
<dl class="facts card">${facts(model).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${speed(model.speed)}
</section>`;

const facts = (model: PageModel): readonly (readonly [string, Html])[] => [
	[
		'Services registered',
		html`${countServices(model, ({ state }) => state === 'registered')} of ${countServices(model, isWanted)}`,
	],
	['Containers', html`${model.containers.length}`],
	['Need attention', html`${countServices(model, needsAttention) + model.failing.length}`],
	['Last full pass', model.lastPassAt === 0 ? html`none yet` : html`${since(model.lastPassAt, model.now)} ago`],
];

const attention = (model: PageModel): Html =>
	html`<div id="attention" data-live="part">${
		(model.failing.length > 0 || countServices(model, needsAttention) > 0) &&
		html`<section aria-labelledby="attention-title"><h2 id="attention-title">Needs attention</h2>
<div class="problems card">${failing(model)}${serviceStates.map((state) => group(model, state))}</div></section>`
	}</div>`;

const titles: Readonly<Record<string, string>> = {
	'docker-list': 'Docker',
	'docker-events': "Docker's events",
	consul: 'Consul',
	'first-resync': 'First full pass',
};

const failing = (model: PageModel): Html | false =>
	model.failing.length > 0 &&
	html`<div class="problem bad"><h3>Cannot work</h3><ul>${model.failing.map(
		({ name, problem }) => html`<li><b>${titles[name] ?? name}</b> <span class="reason">${problem}</span></li>`,
	)}</ul></div>`;

const mostShown = 10;

/** Those of one state, with its heading. */
function group({ containers }: PageModel, state: ServiceState): Html | false {
	const { heading, tone } = stateRows[state];
	if (heading === '') return false;
	const found = containers.flatMap((container) =>
		container.services.filter((it) => it.state === state).map((service) => ({ container, service })),
	);
	if (found.length === 0) return false;
	return html`<div class="problem ${tone}"><h3>${heading} <span class="number">${found.length}</span></h3>
<ul>${found.slice(0, mostShown).map(problem)}${
		found.length > mostShown && html`<li><a href="/?show=attention">and ${found.length - mostShown} more</a></li>`
	}</ul></div>`;
}

const problem = ({ container, service }: Found): Html =>
	html`<li><a id="p:${service.id}" href="${pathOf(container)}">${container.name}</a>: <b>${service.id}</b>
<span class="reason">${service.reason}</span></li>`;

interface Found {
	readonly container: ContainerModel;
	readonly service: ServiceModel;
}
