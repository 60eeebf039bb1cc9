import {
	Counter,
	collectDefaultMetrics,
	Gauge,
	Histogram,
	type MetricObjectWithValues,
	type MetricValueWithName,
	Registry,
} from 'prom-client';
import { type Definition, metricTable } from './table.ts';

type Table = typeof metricTable;
type NameOf<Type extends Definition['type']> = {
	[Name in keyof Table]: Table[Name]['type'] extends Type ? Name : never;
}[keyof Table];

/** One value out of its closed set for each of the metric's labels. */
export type LabelsOf<Name extends keyof Table> = Table[Name] extends { readonly labels: infer Sets }
	? { readonly [Label in keyof Sets]: Sets[Label] extends readonly (infer Value)[] ? Value : never }
	: Readonly<Record<never, never>>;

/** Labels may be left out where the metric has none. */
type Labelled<Name extends keyof Table, More extends readonly unknown[] = []> = Table[Name] extends {
	readonly labels: unknown;
}
	? [labels: LabelsOf<Name>, ...More]
	: [labels?: LabelsOf<Name>, ...More];

/** What a gauge shows: a number for each combination of labels; those not given are zero. */
export type Rows<Name extends NameOf<'gauge'>> = readonly (readonly [labels: LabelsOf<Name>, value: number])[];

export interface Bucket {
	readonly seconds: number;
	readonly count: number;
}

export interface Metrics {
	increment<Name extends NameOf<'counter'>>(name: Name, ...rest: Labelled<Name, [by?: number]>): void;
	observe<Name extends NameOf<'histogram'>>(name: Name, seconds: number, ...rest: Labelled<Name>): void;
	/** Sets where the gauge's value comes from; asked on each scrape, so it has to be quick and must not throw. */
	gauge<Name extends NameOf<'gauge'>, const Given extends Rows<Name>>(name: Name, provider: () => number | Given): void;
	/** How many observations each bucket holds, those of smaller ones included; the last has no bound. */
	buckets<Name extends NameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>): Promise<readonly Bucket[]>;
	/** Everything in Prometheus' text format. */
	text(): Promise<string>;
	readonly contentType: string;
}

type LabelValues = Readonly<Record<string, string>>;
type LooseProvider = () => number | readonly (readonly [LabelValues, number])[];

/** All metrics of the table, each series at zero, and those of the process itself; in a registry of their own. */
export function createMetrics(version: string): Metrics {
	const registry = new Registry();
	// Ten milliseconds, the default, would wake an idle daemon a hundred times a second.
	collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
	const counters = new Map<string, Counter>();
	const histograms = new Map<string, Histogram>();
	const providers = new Map<string, LooseProvider>();
	for (const [name, definition] of Object.entries<Definition>(metricTable)) {
		if (definition.type === 'counter') counters.set(name, counterOf(name, definition, registry));
		else if (definition.type === 'histogram') histograms.set(name, histogramOf(name, definition, registry));
		else addGauge(name, definition, registry, providers);
	}
	providers.set('reconsul_build_info', () => [[{ version }, 1]]);
	return {
		increment: (name: string, labels: LabelValues = {}, by = 1) => counters.get(name)?.inc({ ...labels }, by),
		observe: (name: string, seconds: number, labels: LabelValues = {}) =>
			histograms.get(name)?.observe({ ...labels }, seconds),
		gauge: (name, provider) => void providers.set(name, provider),
		buckets: async (name, labels: LabelValues) => bucketsOf(await histograms.get(name)?.get(), labels),
		text: () => registry.metrics(),
		contentType: registry.contentType,
	};
}

const bucketsOf = (read: MetricObjectWithValues<MetricValueWithName<string>> | undefined, wanted: LabelValues) =>
	(read?.values ?? [])
		.filter(({ labels }) => Object.entries(wanted).every(([label, value]) => labels[label] === value))
		.flatMap(({ labels: { le }, value }) =>
			le === undefined ? [] : [{ seconds: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count: value }],
		);

const common = (name: string, { help, labels = {} }: Definition, registry: Registry) => ({
	name,
	help,
	labelNames: Object.keys(labels),
	registers: [registry],
});

function counterOf(name: string, definition: Definition, registry: Registry): Counter {
	const counter = new Counter(common(name, definition, registry));
	for (const labels of combinations(definition)) counter.inc({ ...labels }, 0);
	return counter;
}

function histogramOf(name: string, definition: Definition, registry: Registry): Histogram {
	const { buckets = [] } = definition;
	const histogram = new Histogram({ ...common(name, definition, registry), buckets: [...buckets] });
	for (const labels of combinations(definition)) histogram.zero({ ...labels });
	return histogram;
}

function addGauge(
	name: string,
	definition: Definition,
	registry: Registry,
	providers: ReadonlyMap<string, LooseProvider>,
): void {
	const zeros = combinations(definition);
	const gauge: Gauge = new Gauge({
		...common(name, definition, registry),
		collect: () => {
			const given = providers.get(name)?.() ?? 0;
			for (const labels of zeros) gauge.set({ ...labels }, typeof given === 'number' ? given : 0);
			if (typeof given !== 'number') for (const [labels, value] of given) gauge.set({ ...labels }, value);
		},
	});
}

/** Every combination of the labels' values; one without labels where there are none. */
const combinations = ({ labels = {} }: Definition): readonly LabelValues[] =>
	Object.entries(labels).reduce<readonly LabelValues[]>(
		(rows, [label, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [label]: value }))),
		[{}],
	);
