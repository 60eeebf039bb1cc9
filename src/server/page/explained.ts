import type { ExplainedPort, Explanation } from '../../explain/explanation.ts';
import { type Html, html } from './html.ts';
import { badge, definitions, hostPort } from './pieces.ts';

/** How each port became a service, or why it did not: what was read, where from, and what it was compared with. */
export const explained = (it: Explanation): Html =>
	html`${differences(it)}${it.ports.length > 0 && html`<h2>Ports</h2>${it.ports.map((port) => portCard(port, it))}`}${unused(it)}`;

function portCard(port: ExplainedPort, { addresses, fields }: Explanation): Html {
	const own = <T extends { readonly port: string }>(all: readonly T[]): readonly T[] =>
		all.filter((row) => row.port === port.port);
	return html`<article class="card"><h3>${port.port ?? 'The container as a whole'} ${port.service === undefined && badge('calm', 'not registered')}</h3>
${definitions([
	['Service', port.service !== undefined && html`<code>${port.service}</code>`],
	['Why not', port.detail],
	['What to do', port.remedy],
	[
		'Published',
		port.port !== undefined && (port.published.length === 0 ? 'no' : html`<code>${port.published.join(', ')}</code>`),
	],
	['Address rule', port.rule],
])}
${table(
	'Addresses',
	['', 'Address', 'From', 'Why'],
	own(addresses)
		.toSorted((a, b) => Number(b.isChosen) - Number(a.isChosen))
		.map((row) => [
			row.isChosen ? badge('good', 'chosen') : badge('calm', 'not'),
			html`<code>${hostPort(row.address === '' ? '0.0.0.0' : row.address, row.hostPort)}</code>`,
			row.source,
			row.why,
		]),
)}
${table(
	'Where each value comes from',
	['Field', 'Value', 'From', 'Over'],
	own(fields).map((row) => [row.field, html`<code>${row.value}</code>`, row.from, row.over.join(', ')]),
)}</article>`;
}

/** Beside our own stamp, which is nobody's concern. */
const differences = ({ differences: all }: Explanation): Html | false => {
	const rows = all.filter(({ field }) => field !== 'stamp' && field !== 'spec');
	return (
		rows.length > 0 &&
		html`<h2>What differs</h2><div class="card">${table(
			'What differs',
			['Service', 'Field', 'Wanted', 'In Consul'],
			rows.map((row) => [html`<code>${row.service}</code>`, row.field, said(row.wanted), said(row.found)]),
		)}</div>`
	);
};

const unused = ({ unused: all }: Explanation): Html | false =>
	all.length > 0 &&
	html`<h2>Labels without effect</h2><div class="card">${definitions(all.map(({ label, why }) => [html`<code>${label}</code>`, why]))}</div>`;

const said = (value: unknown): Html =>
	html`<code>${value === null || value === undefined ? 'nothing' : typeof value === 'object' ? JSON.stringify(value) : String(value)}</code>`;

const table = (
	caption: string,
	heads: readonly string[],
	rows: readonly (readonly (string | Html)[])[],
): Html | false =>
	rows.length > 0 &&
	html`<table><caption>${caption}</caption><thead><tr>${heads.map((head) =>
		head === '' ? html`<td></td>` : html`<th scope="col">${head}</th>`,
	)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell, index) => html`<td data-head="${heads[index]}">${cell}</td>`)}</tr>`)}</tbody></table>`;
