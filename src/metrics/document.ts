import { type Definition, metricTable } from './table.ts';

const head = `# Metrics

Generated from the table in \`src/metrics/table.ts\` by \`node src/cli/docs.ts\`; do not edit.

Served at \`/metrics\` in Prometheus' text format. Every series is there from the start, at zero, and every label has a
closed set of values. The \`workqueue_*\` metrics mean what they mean in Kubernetes controllers, so their dashboards and
alerts work as they are. Beside these there are the usual \`process_*\` and \`nodejs_*\` metrics.

`;

const bounds = (buckets: readonly number[]): string => `buckets from ${buckets[0]} to ${buckets.at(-1)} seconds`;

function section([name, { type, help, labels = {}, buckets }]: [string, Definition]): string {
	const lines = Object.entries(labels).map(([label, values]) => {
		const all = values.map((value) => `\`${value}\``).join(', ');
		return `- \`${label}\`: ${all === '' ? 'set at start' : all}`;
	});
	const list = lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
	return `## ${name}\n\n${type}${buckets === undefined ? '' : `, ${bounds(buckets)}`}. ${help}\n${list}`;
}

/** The whole of docs/metrics.md. */
export const metricsMarkdown = (): string => head + Object.entries<Definition>(metricTable).map(section).join('\n');
