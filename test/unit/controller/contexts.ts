import { systemClock } from '../../../src/clock.ts';
import type { Context, Settings } from '../../../src/controller/context.ts';
import type { Host } from '../../../src/controller/identity.ts';
import { memoryRegistry } from '../../../src/registry/memory.ts';
import { memorySource } from '../../../src/source/memory.ts';
import { recordLog, recordMetrics } from './recorders.ts';

/** As with no flag at all, but for the things that tests would wait for. */
export const plainSettings: Settings = {
	derive: {
		ip: '',
		internal: false,
		ipFromContainer: false,
		include: [],
		exclude: [],
		naming: 'registrator',
		nameFor: undefined,
		useIpFromLabel: '',
		explicit: false,
		idPort: 'container',
		tagsFor: () => [],
		ttlSeconds: 0,
		scriptChecks: true,
		ttlRefreshMs: 0,
		traffic: {
			dockerHealth: false,
			register: 'running',
			drain: 'off',
			drainTimeoutMs: 600_000,
			pause: 'off',
			healthStarting: 'critical',
			healthTtlMs: 0,
		},
	},
	ownership: { formerHostnames: [], takeOver: false, cleanup: false },
	hostname: '',
	owner: '',
	intervalMs: 30_000,
	concurrency: 8,
	writesPerSecond: 0,
	isDryRun: false,
	policy: 'sync',
	deregister: 'always',
};

/** A host named u1 at 192.0.2.10, on which the daemon runs without a container. */
export const plainHost: Host = { name: 'u1', containerId: undefined, resolve: async () => ['192.0.2.10'] };

/** A context around an empty engine and an empty agent in memory, and what it is told. */
export function contextOf(given: Partial<Context> = {}) {
	const recorder = recordLog();
	const metrics = recordMetrics();
	const context: Context = {
		settings: plainSettings,
		source: memorySource(),
		registry: memoryRegistry({ address: '192.0.2.99' }),
		clock: systemClock,
		log: recorder.log,
		metrics,
		signal: new AbortController().signal,
		...given,
	};
	return { context, metrics, lines: recorder.lines, said: recorder.said };
}
