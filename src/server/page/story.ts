import type { Explanation } from '../../explain/explanation.ts';
import { explained } from './explained.ts';
import { type Html, html } from './html.ts';
import { documentOf } from './layout.ts';
import type { CheckModel, ContainerModel, HappeningModel, ServiceModel, StoryModel } from './model.ts';
import { badge, checkBadge, definitions, hostPort, listOf, maintenanceBadge, moment, omissions } from './pieces.ts';
import { stateRows, type Tone } from './standing.ts';

/** One container, from its labels to Consul: `/container/<name or id>`. */
export function story(asked: string, model: StoryModel): Html {
	const { page, container, explanation, history } = model;
	const name = explanation?.container?.name ?? container?.name ?? asked;
	const isKnown = container !== undefined || explanation !== undefined;
	return documentOf({
		title: name,
		host: page.host,
		events: `/api/events?container=${encodeURIComponent(name)}`,
		body: html`<nav aria-label="Back"><a id="back" href="/">← All containers</a></nav>
<div id="story" data-live="part"><h1 id="headline">${name}</h1>
${explanation === undefined ? unexplained(model) : verdict(explanation)}
${explanation === undefined ? container !== undefined && facts(container) : about(explanation)}
${container !== undefined && services(container)}
${container !== undefined && warnings(container)}
${(isKnown || history.length > 0) && past(history)}
${explanation === undefined ? container !== undefined && unregistered(container) : explained(explanation)}</div>`,
	});
}

const unexplained = ({ trouble, container }: StoryModel): Html | false =>
	trouble !== undefined &&
	html`<div class="verdict card ${container === undefined ? 'calm' : 'bad'}"><p>${trouble.text}</p>${
		trouble.near.length > 0 &&
		html`<p>Did you mean ${trouble.near.map((name, index) => html`${index > 0 && ', '}<a href="/container/${encodeURIComponent(name)}">${name}</a>`)}?</p>`
	}</div>`;

const tones: Readonly<Record<Explanation['verdict'], Tone>> = {
	'in sync': 'good',
	differs: 'bad',
	'not registered': 'bad',
};

/** What is left out on purpose is no alarm. */
function verdict({ answer, remedy, verdict: word, services: own, checks }: Explanation): Html {
	const getsNoTraffic =
		own.some(({ maintenance }) => maintenance !== undefined) || checks.some(({ status }) => status === 'critical');
	const isOnPurpose = word === 'not registered' && own.length === 0;
	const tone = isOnPurpose ? 'calm' : word === 'in sync' && getsNoTraffic ? 'warn' : tones[word];
	return html`<div class="verdict card ${tone}"><p><b>${answer}</b></p>${
		remedy !== undefined && html`<p>What to do: ${remedy}</p>`
	}</div>`;
}

const about = ({ container, foundBy, lastWrite, lastError, nextRetryAt }: Explanation): Html =>
	definitions([
		['Container', container !== undefined && html`<code>${container.id}</code>`],
		['Image', container?.image],
		[
			'State',
			container !== undefined &&
				html`${container.status}${container.health !== undefined && `, ${container.health}`}, since ${moment(Date.parse(container.startedAt))}`,
		],
		['Network', container?.network],
		['Found by', foundBy],
		[
			'Last write',
			lastWrite !== undefined &&
				html`${lastWrite.operation} <code>${lastWrite.service}</code>, ${moment(Date.parse(lastWrite.at))}${
					lastWrite.error !== undefined && `: ${lastWrite.error}`
				}`,
		],
		[
			'Last error',
			lastError !== undefined && `${lastError.text} (${moment(Date.parse(lastError.at))}, ${lastError.times} in a row)`,
		],
		['Next look', nextRetryAt !== undefined && moment(Date.parse(nextRetryAt))],
	]);

const facts = ({ id, startedAt, isRunning }: ContainerModel): Html =>
	definitions([
		['Container', id === undefined ? 'unknown to Docker' : html`<code>${id}</code>`],
		['State', isRunning ? 'running' : 'not running'],
		['Started', startedAt !== undefined && moment(startedAt)],
	]);

const services = ({ services: all }: ContainerModel): Html | false =>
	all.length > 0 && html`<h2>Services</h2>${all.map(service)}`;

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
		html`<ul class="plain">${entries.map(([key, value]) => html`<li><code>${key} = ${value}</code></li>`)}</ul>`
	);
}

const unregistered = ({ omitted }: ContainerModel): Html | false =>
	omitted.length > 0 &&
	html`<h2>Not registered</h2><div class="card">${definitions(
		omissions(omitted).map(({ ports, detail }) => [ports === '' ? 'The container' : ports, detail]),
	)}</div>`;

const warnings = ({ warnings: all }: ContainerModel): Html | false =>
	all.length > 0 &&
	html`<h2>What is wrong with its labels</h2><ul class="plain card warn">${all.map((text) => html`<li>${text}</li>`)}</ul>`;

const past = (history: readonly HappeningModel[]): Html =>
	html`<h2>History</h2>${
		history.length === 0
			? html`<p class="muted">Nothing has happened to it since reconsul started, or it is forgotten by now.</p>`
			: html`<ol class="history card">${history.map(
					({ at, text, tone }) =>
						html`<li><time datetime="${new Date(at).toISOString()}">${moment(at)}</time> <span class="${tone ?? 'plainly'}">${text}</span></li>`,
				)}</ol>`
	}`;
