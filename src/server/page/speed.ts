import { type Html, html } from './html.ts';
import type { Bucket } from './model.ts';

const width = 352;
const height = 54;
const marks: readonly (readonly [seconds: number, label: string])[] = [
	[0.001, '1 ms'],
	[0.01, '10 ms'],
	[0.1, '0.1 s'],
	[1, '1 s'],
	[10, '10 s'],
];

/** How long it took from Docker's event to Consul's answer, since the daemon started. */
export function speed(buckets: readonly Bucket[]): Html {
	const total = buckets.at(-1)?.count ?? 0;
	return html`<div class="speed card"><h2>Event to registered</h2>
${total === 0 ? html`<p class="muted">Nothing was registered after an event yet.</p>` : figures(buckets, total)}</div>`;
}

const figures = (
	buckets: readonly Bucket[],
	total: number,
): Html => html`<p>half within <b>${quantile(buckets, 0.5)}</b>,
95 % within <b>${quantile(buckets, 0.95)}</b></p>
${bars(buckets)}
<p class="muted">${total} registration${total === 1 ? '' : 's'} since the start, ${share(buckets, total)} within 1 s</p>`;

/** The bucket in which it lies; more is not known. */
export function quantile(buckets: readonly Bucket[], part: number): string {
	const total = buckets.at(-1)?.count ?? 0;
	const seconds = buckets.find(({ count }) => count >= part * total)?.seconds ?? Number.POSITIVE_INFINITY;
	if (seconds === Number.POSITIVE_INFINITY) return 'more than a minute';
	return seconds < 1 ? `${seconds * 1_000} ms` : `${seconds} s`;
}

/** Never rounded up to all of them. */
function share(buckets: readonly Bucket[], total: number): string {
	const within = buckets.find(({ seconds }) => seconds === 1)?.count ?? 0;
	return within === total ? 'all' : `${Math.floor((1_000 * within) / total) / 10} %`;
}

function bars(buckets: readonly Bucket[]): Html {
	const counts = buckets.map(({ count }, index) => count - (buckets[index - 1]?.count ?? 0));
	const most = Math.max(1, ...counts);
	const step = width / buckets.length;
	const drawn = counts.map((count, index) => {
		const tall = count === 0 ? 1 : Math.max(3, (count / most) * height);
		const x = (index * step + 1.5).toFixed(1);
		return html`<rect class="${count === 0 ? 'bar empty' : 'bar'}" x="${x}" y="${(height - tall).toFixed(1)}" width="${(step - 3).toFixed(1)}" height="${tall.toFixed(1)}" rx="1.5"/>`;
	});
	const labels = marks.map(([seconds, label]) => {
		const index = buckets.findIndex((it) => it.seconds === seconds);
		return index >= 0 && html`<text x="${((index + 1) * step).toFixed(1)}" y="${height + 13}">${label}</text>`;
	});
	return html`<svg class="bars" viewBox="0 0 ${width} ${height + 16}" aria-hidden="true" focusable="false">${drawn}${labels}</svg>`;
}
