import type { Explanation } from '../../src/explain/explanation.ts';
import type { ContainerModel, PageModel, ServiceModel, StoryModel } from '../../src/server/page/model.ts';

/** What a page shows where all is well, but for what the test says. */
export const anyPage = (given: Partial<PageModel> = {}): PageModel => ({
	now: Date.parse('2026-11-28T10:05:00Z'),
	host: { hostname: 'u1', owner: 'u1', version: '1.2.3', isDryRun: false },
	failing: [],
	standing: { state: 'in-sync', since: Date.parse('2026-11-28T10:00:00Z') },
	lastPassAt: Date.parse('2026-11-28T10:04:48Z'),
	speed: [0.001, 0.01, 0.1, 1, 10, Number.POSITIVE_INFINITY].map((seconds) => ({ seconds, count: 0 })),
	containers: [],
	...given,
});

export const anyContainer = (given: Partial<ContainerModel> = {}): ContainerModel => ({
	name: 'redis.0',
	id: '3fa9'.repeat(16),
	startedAt: Date.parse('2026-11-28T09:00:00Z'),
	isRunning: true,
	services: [],
	omitted: [],
	warnings: [],
	...given,
});

export const anyService = (given: Partial<ServiceModel> = {}): ServiceModel => ({
	id: 'u1:redis.0:6379',
	name: 'redis',
	address: '192.0.2.10',
	port: 32768,
	tags: [],
	meta: {},
	state: 'registered',
	reason: undefined,
	maintenance: undefined,
	checks: [],
	...given,
});

export const anyStory = (given: Partial<StoryModel> = {}): StoryModel => ({
	page: anyPage(),
	container: anyContainer({ services: [anyService()] }),
	explanation: undefined,
	trouble: undefined,
	history: [],
	...given,
});

/** The same text in every place that holds other people's words. */
export const anyExplanation = (text: string): Explanation => ({
	answer: text,
	remedy: text,
	verdict: 'differs',
	by: 'daemon',
	...{ owner: text, hostname: text, engine: text, foundBy: text },
	container: { id: text, name: text, image: text, status: text, startedAt: '2026-11-28T10:00:00Z', network: text },
	ports: [
		{ port: text, published: [text], service: text, rule: text },
		{ published: [], reason: text, detail: text, remedy: text },
	],
	addresses: [{ port: text, address: text, hostPort: 80, source: text, isChosen: true, why: text }],
	fields: [{ port: text, field: text, value: text, from: text, over: [text] }],
	unused: [{ label: text, why: text }],
	services: [],
	checks: [],
	differences: [{ service: text, field: `f${text}`, wanted: { [text]: text }, found: text }],
	warnings: [],
	lastWrite: { at: '2026-11-28T10:00:00Z', operation: text, service: text, because: [], error: text },
	lastError: { at: '2026-11-28T10:00:00Z', text, times: 3 },
	nextRetryAt: '2026-11-28T10:00:30Z',
});
