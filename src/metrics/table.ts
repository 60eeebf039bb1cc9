import type { ResyncTrigger } from '../controller/triggers.ts';
import type { OmissionReason } from '../derive/derive.ts';
import type { MetaFlaw } from '../derive/meta.ts';
import type { CheckStatus, Field } from '../model.ts';
import type { Repair } from '../plan/budget.ts';
import type { HoldReason } from '../plan/decide.ts';
import type { Operation } from '../plan/upkeep.ts';
import type { RegistryErrorClass } from '../registry/registry.ts';
import type { SourceError } from '../source/source.ts';

export interface Definition {
	readonly type: 'counter' | 'gauge' | 'histogram';
	readonly help: string;
	/** Every value a label can take; every combination is there from the start. An empty list: known at start only. */
	readonly labels?: Readonly<Record<string, readonly string[]>>;
	/** Upper bounds in seconds. */
	readonly buckets?: readonly number[];
}

/** The members of a union as values: one that is added to the type and not here does not compile. */
const membersOf = <Member extends string>(members: Readonly<Record<Member, true>>): readonly Member[] =>
	(Object.keys(members) as Member[]).sort();

/** From what a local agent needs at its best to where a deadline or a person has long stepped in. */
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;
const kind = ['register', 'deregister', 'report', 'maintain', 'resume'] as const satisfies readonly Operation[];
/** client-go tells its queues apart by name; there is one here, and its dashboards want the label. */
const queue = { name: ['reconcile'] } as const;

/**
 * Every metric of ours, and the only place that names them: what is exposed, what code may touch and docs/metrics.md all
 * come from here. Labels are closed sets: an id, a name or an error's text would grow without bound.
 */
export const metricTable = {
	reconsul_build_info: {
		type: 'gauge',
		help: 'Always 1; the label says which version runs.',
		labels: { version: [] as readonly string[] },
	},
	reconsul_services: {
		type: 'gauge',
		help: 'Services by state: wanted, found in the agent as ours, found as ours but not wanted.',
		labels: { state: ['desired', 'registered', 'orphaned'] },
	},
	reconsul_omitted: {
		type: 'gauge',
		help: 'Ports, or whole containers, that yield no service, by reason.',
		labels: {
			reason: membersOf<OmissionReason>({
				'bad-id': true,
				'base-not-running': true,
				draining: true,
				'duplicate-id': true,
				ignored: true,
				'no-address': true,
				'no-host-address': true,
				'no-ports': true,
				'not-explicit': true,
				'not-healthy-yet': true,
				'not-published': true,
				'not-running': true,
				'out-of-scope': true,
				'own-container': true,
				'ports-pending': true,
			}),
		},
	},
	reconsul_conflicts: {
		type: 'gauge',
		help: 'Wanted services whose id another owner or another running container holds.',
	},
	reconsul_contested: {
		type: 'gauge',
		help: 'Services that another writer keeps changing, so that they are put right only now and then.',
	},
	reconsul_flapping: {
		type: 'gauge',
		help: 'Services whose containers keep ending by themselves after a few seconds, so that they are registered later.',
	},
	reconsul_maintenance: {
		type: 'gauge',
		help: 'Services that are in maintenance because their container is told to stop, or paused.',
	},
	reconsul_health: {
		type: 'gauge',
		help: "Services by what their container's HEALTHCHECK has us report.",
		labels: { status: membersOf<CheckStatus>({ critical: true, passing: true, warning: true }) },
	},
	reconsul_operations_total: {
		type: 'counter',
		help: 'Writes to the registry; dry_run counts those that were withheld.',
		labels: { kind, result: ['ok', 'error', 'dry_run'] },
	},
	reconsul_operations_held: {
		type: 'gauge',
		help: 'Deregistrations that are held back at the moment, by reason.',
		labels: {
			reason: membersOf<HoldReason>({
				'another-engine': true,
				'in-doubt': true,
				'mass-delete': true,
				'not-listed-yet': true,
				policy: true,
				unproved: true,
				unreplaced: true,
			}),
		},
	},
	reconsul_drift_total: {
		type: 'counter',
		help: 'Differences that were written away, by what differed.',
		labels: {
			field: membersOf<Field>({
				address: true,
				checks: true,
				enableTagOverride: true,
				id: true,
				meta: true,
				missing: true,
				name: true,
				orphaned: true,
				port: true,
				spec: true,
				stamp: true,
				taggedAddresses: true,
				tags: true,
				weights: true,
			}),
		},
	},
	reconsul_repairs_total: {
		type: 'counter',
		help: 'Writes that put right what another program did to a service of ours, by what.',
		labels: { what: membersOf<Repair>({ fields: true, removed: true, stamp: true }) },
	},
	reconsul_convergence_seconds: {
		type: 'histogram',
		help: "From the time Docker gave an event to the registry's answer to the write that followed.",
		labels: { kind },
		buckets: seconds,
	},
	reconsul_reconcile_total: {
		type: 'counter',
		help: 'Runs of single containers, by how they ended; permanent means that trying again soon is of no use.',
		labels: { result: ['success', 'error', 'permanent', 'requeue_after'] },
	},
	reconsul_reconcile_duration_seconds: {
		type: 'histogram',
		help: 'How long runs of single containers took.',
		buckets: seconds,
	},
	reconsul_reconcile_active_workers: { type: 'gauge', help: 'Containers that are being worked on.' },
	reconsul_resync_total: {
		type: 'counter',
		help: 'Full passes, by what asked for them and what they found.',
		labels: {
			trigger: membersOf<ResyncTrigger>({
				confirm: true,
				connected: true,
				retry: true,
				signal: true,
				start: true,
				tick: true,
				watch: true,
			}),
			result: ['clean', 'drift', 'held', 'error'],
		},
	},
	reconsul_resync_last_success_timestamp_seconds: {
		type: 'gauge',
		help: 'When a full pass last ended well, in seconds since the epoch; 0 for never.',
	},
	reconsul_resync_last_attempt_timestamp_seconds: {
		type: 'gauge',
		help: 'When a full pass last ended, well or not, in seconds since the epoch; 0 for never.',
	},
	reconsul_heartbeats_total: {
		type: 'counter',
		help: 'TTL checks reported as passing.',
		labels: { result: ['ok', 'error'] },
	},
	reconsul_meta_dropped_total: {
		type: 'counter',
		help: 'Pairs left out of Meta because Consul would refuse the service for them.',
		labels: {
			reason: membersOf<MetaFlaw>({ key: true, reserved: true, 'too-many': true, 'value-too-long': true }),
		},
	},
	reconsul_source_connected: { type: 'gauge', help: "Whether Docker's event stream is open." },
	reconsul_source_reconnects_total: {
		type: 'counter',
		help: "How often Docker's event stream was lost: it ended, failed, or no longer answered a probe.",
		labels: { cause: ['end', 'error', 'probe'] },
	},
	reconsul_source_errors_total: {
		type: 'counter',
		help: 'Failed calls to Docker.',
		labels: {
			class: membersOf<SourceError['class']>({
				invalid: true,
				refused: true,
				timeout: true,
				unavailable: true,
				unreachable: true,
			}),
		},
	},
	reconsul_registry_connected: {
		type: 'gauge',
		help: 'Whether Consul answered when it was last asked, be it with a refusal.',
	},
	reconsul_registry_watch_connected: { type: 'gauge', help: "Whether the watch on Consul's catalog is open." },
	reconsul_registry_doubt_total: {
		type: 'counter',
		help: "How often the agent's list of services became unreliable, for instance filtered by ACLs.",
	},
	reconsul_registry_errors_total: {
		type: 'counter',
		help: 'Failed calls to the registry.',
		labels: {
			class: membersOf<RegistryErrorClass>({
				forbidden: true,
				invalid: true,
				'scripts-disabled': true,
				throttled: true,
				timeout: true,
				unavailable: true,
				'unknown-field': true,
				unreachable: true,
			}),
		},
	},
	reconsul_log_suppressed_total: {
		type: 'counter',
		help: 'Messages of repeating failures that were not logged.',
	},
	workqueue_depth: { type: 'gauge', help: 'Keys that wait for a worker.', labels: queue },
	workqueue_adds_total: { type: 'counter', help: 'Keys added to the queue.', labels: queue },
	workqueue_retries_total: { type: 'counter', help: 'Keys added again because their run failed.', labels: queue },
	workqueue_queue_duration_seconds: {
		type: 'histogram',
		help: 'How long keys waited before their run began.',
		labels: queue,
		buckets: seconds,
	},
	workqueue_work_duration_seconds: {
		type: 'histogram',
		help: 'How long runs of keys took.',
		labels: queue,
		buckets: seconds,
	},
	workqueue_unfinished_work_seconds: {
		type: 'gauge',
		help: 'How long the runs in progress have taken so far, added up; a value that keeps growing means a stuck run.',
		labels: queue,
	},
	workqueue_longest_running_processor_seconds: {
		type: 'gauge',
		help: 'How long the longest of the runs in progress has taken so far.',
		labels: queue,
	},
} as const satisfies Readonly<Record<string, Definition>>;
