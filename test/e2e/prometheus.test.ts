import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { panels, sent } from '../prometheus/dashboard.ts';
import { alerts, recordings } from '../prometheus/rules.ts';
import { startDaemon } from '../support/daemon.ts';
import { eventually, freePort } from '../support/lab.ts';
import { type FiringAlert, type Prometheus, startPrometheus } from './prometheus.ts';
import { namedIn, type Selector } from './promql.ts';
import { startStage } from './stage.ts';

const port = await freePort();
const instance = `127.0.0.1:${port}`;
// It takes five seconds to look at its targets for the first time.
const starting = startPrometheus(instance);
const stage = await startStage();
after(() => stage[Symbol.asyncDispose]());
const prometheus = await starting;
after(() => prometheus[Symbol.asyncDispose]());
const { consul, target } = stage;
// Without a pass nobody would ask Consul.
const daemon = await startDaemon({ ...target, port, options: ['--interval=1s'] });
after(() => daemon[Symbol.asyncDispose]());

/** Label by label, the values of a metric. */
type Labels = ReadonlyMap<string, ReadonlySet<string>>;

function seriesIn(text: string): ReadonlyMap<string, Labels> {
	const found = new Map<string, Map<string, Set<string>>>();
	for (const [, metric = '', pairs = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
		const labels = found.get(metric) ?? new Map<string, Set<string>>();
		found.set(metric, labels);
		for (const [, label = '', value = ''] of pairs.matchAll(/(\w+)="([^"]*)"/g))
			labels.set(label, (labels.get(label) ?? new Set()).add(value));
	}
	return found;
}

const scraped = [
	['job', new Set(['reconsul'])],
	['instance', new Set([instance])],
] as const;
/** What Prometheus makes itself. */
const made: ReadonlyMap<string, Labels> = new Map([
	['up', new Map()],
	[
		'ALERTS',
		new Map([
			['alertname', new Set(alerts.map(({ alert }) => alert))],
			['alertstate', new Set(['firing'])],
		]),
	],
	...recordings.map(({ record }) => [record, new Map()] as const),
]);

const comparisons: Readonly<Record<string, (values: readonly string[], wanted: string) => boolean>> = {
	'=': (values, wanted) => values.includes(wanted),
	'!=': (values, wanted) => values.includes(wanted),
	'=~': (values, wanted) => values.some((value) => new RegExp(`^(?:${wanted})$`).test(value)),
};

/** Why the selector can never find anything, or excludes what is not there. */
function flawOf({ metric, matchers }: Selector, known: ReadonlyMap<string, Labels>): string | undefined {
	const labels = known.get(metric);
	if (labels === undefined) return `there is no ${metric}`;
	const all = new Map([...labels, ...scraped]);
	const wrong = matchers.find(
		([label, operator, value]) => comparisons[operator]?.([...(all.get(label) ?? [])], value) !== true,
	);
	return wrong && `${metric} has no ${wrong.join('')}`;
}

describe('what deploy/ names is what there is:', async () => {
	const text = await (await fetch(`${daemon.url}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
	const known = new Map([...seriesIn(text), ...made]);

	function check(expr: string, shown: string): void {
		const { metrics, selectors, grouping } = namedIn(expr);
		assert.ok(selectors.length > 0);
		for (const selector of selectors) assert.equal(flawOf(selector, known), undefined);
		const labels = new Set([...metrics].flatMap((metric) => [...(known.get(metric)?.keys() ?? [])]));
		for (const [label] of scraped) labels.add(label);
		const shownLabels = [...shown.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, label = '']) => label);
		for (const label of [...grouping, ...shownLabels]) assert.ok(labels.has(label), `no series has a label ${label}`);
	}

	for (const { alert, expr, annotations } of alerts)
		test(`the alert ${alert}`, () => check(expr, Object.values(annotations).join('\n')));
	for (const { record, expr } of recordings) test(`the record ${record}`, () => check(expr, ''));
	for (const { title, targets } of panels)
		test(`the panel “${title}”`, () => {
			for (const { expr, legendFormat } of targets) check(sent(expr), legendFormat);
		});
	test('and what is not is found', () => {
		assert.throws(() => check('rate(reconsul_nonsense_total[5m])', ''), /there is no reconsul_nonsense_total/);
		assert.throws(() => check('reconsul_conflicts{id="x"}', ''), /has no id=x/);
		assert.throws(() => check('sum by (field) (reconsul_conflicts)', ''), /no series has a label field/);
		assert.throws(() => check('reconsul_services{state!="lost"}', ''), /has no state!=lost/);
		assert.throws(() => check('up', '{{ $labels.node }}'), /no series has a label node/);
	});
});

/** Each look of Prometheus' takes half a second of a machine that has other tests to run. */
const patience = { withinMs: 20_000 };
const alert = async (name: string): Promise<FiringAlert | undefined> =>
	(await prometheus.firing()).find(({ labels }) => labels['alertname'] === name);
const fires = (name: string): Promise<FiringAlert> =>
	eventually(`${name} fires`, async () => (await alert(name)) ?? false, patience);
const isOver = (name: string): Promise<unknown> =>
	eventually(`${name} is over`, async () => (await alert(name)) === undefined, patience);

/** Queries that find nothing on a host that has just begun. */
const quiet = /^ALERTS\{/;
const results = async (asked: Prometheus, exprs: readonly string[]): Promise<readonly string[]> => {
	const empty = await Promise.all(
		exprs.map(async (expr) => ((await asked.query(sent(expr))).length === 0 ? [expr] : [])),
	);
	return empty.flat();
};

describe('a real Prometheus that scrapes a real daemon', () => {
	test('nothing fires while all is well', async () => {
		await eventually('it has looked', async () => (await prometheus.query('up == 1')).length === 1);
		await stage.run('--name', 'redis.0', '-P', 'redis');
		await eventually('the rules have been evaluated with a start', async () => {
			return (await prometheus.query('instance:reconsul_late_starts:ratio_rate5m')).length === 1;
		});
		await eventually('nothing does', async () => assert.deepEqual(await prometheus.firing(), []));
	});

	test('every query of the dashboard is one, and finds something', async () => {
		const exprs = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).filter((expr) => !quiet.test(expr));
		assert.ok(exprs.length > 30);
		await eventually('they do', async () => assert.deepEqual(await results(prometheus, exprs), []));
	});

	test('an id that somebody else has: ReconsulConflicts, until that one is gone', async () => {
		await consul.request('PUT', '/v1/agent/service/register', { ID: 'taken', Name: 'theirs', Port: 1 });
		await stage.run('--name', 'wants', '-P', '--label', 'SERVICE_ID=taken', 'redis');
		const { annotations, labels } = await fires('ReconsulConflicts');
		assert.equal(annotations['summary'], `1 services of ${instance} have an id that somebody else holds`);
		assert.equal(labels['severity'], 'warning');
		await consul.request('PUT', '/v1/agent/service/deregister/taken');
		await isOver('ReconsulConflicts');
	});

	test('another program removes what we register: ReconsulAnotherWriter', async () => {
		assert.equal(await alert('ReconsulAnotherWriter'), undefined);
		await consul.request('PUT', '/v1/agent/service/deregister/u1:redis.0:6379');
		await fires('ReconsulAnotherWriter');
	});

	test('Consul is stopped: ReconsulConsulDisconnected, until it is back', async () => {
		await consul.stop();
		await fires('ReconsulConsulDisconnected');
		await consul.restart();
		await isOver('ReconsulConsulDisconnected');
	});

	test('the daemon is killed: ReconsulDown', async () => {
		await daemon.kill();
		const { labels } = await fires('ReconsulDown');
		assert.deepEqual(labels, { alertname: 'ReconsulDown', instance, job: 'reconsul', severity: 'critical' });
	});
});
