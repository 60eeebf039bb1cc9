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
