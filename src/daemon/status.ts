import { systemClock } from '../clock.ts';
import type { Controller } from '../controller/controller.ts';
import type { ServiceState, ServiceView, View } from '../controller/views.ts';
import type { OmissionReason } from '../derive/derive.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { metricTable } from '../metrics/table.ts';
import type { ServiceInstance } from '../model.ts';
import type { HoldReason } from '../plan/decide.ts';
import { RegistryError } from '../registry/registry.ts';
import { type HealthCheck, healthOf, readyOf } from '../server/health.ts';
import { maskPairs, maskTag, maskValue } from '../server/mask.ts';
import { SourceError } from '../source/source.ts';

/** What the daemon says of itself: pure readings of the controller, for the server and the metrics. */

export const health = (controller: Controller, periodMs: number, now: number): readonly HealthCheck[] =>
	healthOf(
		{
			periodMs,
			attemptedAt: controller.passes.attemptedAt,
			longestRunMs: Math.max(0, ...controller.queue.runningMs()),
		},
		now,
	);

export const ready = ({ docker, consul, state, passes, isStreamOpen }: Controller): readonly HealthCheck[] =>
	readyOf({
		dockerError: docker.error ?? (passes.error instanceof SourceError ? passes.error.message : undefined),
		hasListed: state.hasListed,
		isStreamOpen,
		consulError: consul.error ?? (passes.error instanceof RegistryError ? passes.error.message : undefined),
		doubt: passes.doubt,
		hasResynced: passes.lastSuccessAt > 0,
	});

/** The answer of `/api/services`: every service that is wanted or found, and every port that yields none, with the reason. */
export function services({ state, identity }: Controller): unknown {
	const { ownership } = identity.last ?? {};
	const views = [...state.views.all()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
	return {
		owner: ownership?.owner,
		hostname: ownership?.hostname,
		engine: ownership?.engine,
		services: views.flatMap((view) =>
			view.services.map(({ service, state: standing, reason }) => ({
				id: service.id,
				name: service.name,
				address: service.address,
				port: service.port,
				tags: service.tags.map(maskTag),
				meta: maskPairs(service.meta),
				...('checks' in service ? wanted(service) : {}),
				state: standing,
				reason: reason === undefined ? undefined : maskValue(reason),
				container: view.container,
			})),
		),
		notRegistered: views.flatMap((view) =>
			view.omitted.map((omission) => ({ ...omission, container: view.container })),
		),
		warnings: views.flatMap((view) => view.warnings.map(({ text }) => ({ text, container: view.container }))),
	};
}

const wanted = ({ checks, maintenance }: ServiceInstance): object => ({
	checks: checks.map(({ id, name, report }) => ({ id, name, status: report?.status })),
	maintenance,
});

const nameOf = ({ container, key }: View): string => container?.name ?? key;

const unwanted: ReadonlySet<ServiceState> = new Set(['held', 'orphaned']);

/** Tells the gauges where their values come from. */
export function showInMetrics(metrics: Metrics, controller: Controller): void {
	const { state, queue, passes } = controller;
	const { views } = state;
	const name = { name: 'reconcile' } as const;
	const inSeconds = (ms: number): number => ms / 1_000;
	const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
	metrics.gauge('reconsul_services', () => [
		[{ state: 'desired' }, views.countServices((it) => !unwanted.has(it.state))],
		[{ state: 'registered' }, views.countServices((it) => it.state === 'registered')],
		[{ state: 'orphaned' }, views.countServices((it) => unwanted.has(it.state))],
	]);
	metrics.gauge('reconsul_omitted', () =>
		metricTable.reconsul_omitted.labels.reason.map(
			(reason: OmissionReason) => [{ reason }, views.countOmitted(reason)] as const,
		),
	);
	metrics.gauge('reconsul_conflicts', () => views.countServices((it) => it.state === 'conflict'));
	metrics.gauge('reconsul_contested', () => views.countServices((it) => it.state === 'contested'));
	metrics.gauge('reconsul_flapping', () => state.flapping.count(systemClock.now()));
	metrics.gauge('reconsul_maintenance', () =>
		views.countServices(({ service }) => 'checks' in service && service.maintenance !== undefined),
	);
	metrics.gauge('reconsul_health', () =>
		metricTable.reconsul_health.labels.status.map((status) => {
			const reports = ({ service }: ServiceView): boolean =>
				'checks' in service && service.checks.some(({ report }) => report?.status === status);
			return [{ status }, views.countServices(reports)] as const;
		}),
	);
	metrics.gauge('reconsul_operations_held', () =>
		metricTable.reconsul_operations_held.labels.reason.map(
			(reason: HoldReason) => [{ reason }, views.countServices((it) => it.held === reason)] as const,
		),
	);
	metrics.gauge('reconsul_reconcile_active_workers', () => queue.active);
	metrics.gauge('reconsul_resync_last_success_timestamp_seconds', () => inSeconds(passes.lastSuccessAt));
	metrics.gauge('reconsul_resync_last_attempt_timestamp_seconds', () => inSeconds(passes.lastAttemptAt));
	metrics.gauge('reconsul_source_connected', () => Number(controller.isStreamOpen));
	metrics.gauge('reconsul_registry_connected', () => Number(controller.consul.error === undefined));
	metrics.gauge('reconsul_registry_watch_connected', () => Number(controller.isWatchOpen));
	metrics.gauge('workqueue_depth', () => [[name, queue.depth]]);
	metrics.gauge('workqueue_unfinished_work_seconds', () => [[name, inSeconds(sum(queue.runningMs()))]]);
	metrics.gauge('workqueue_longest_running_processor_seconds', () => [
		[name, inSeconds(Math.max(0, ...queue.runningMs()))],
	]);
}
