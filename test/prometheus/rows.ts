/** Series without the labels that the scrape gives, and their values minute by minute in promtool's notation. */
export type Series = Readonly<Record<string, string>>;

/** All is well for ten hours, as far as a rule looks. */
export const healthy: Series = {
	up: '1+0x600',
	process_start_time_seconds: '0+0x600',
	reconsul_resync_last_success_timestamp_seconds: '0+60x600',
	'workqueue_longest_running_processor_seconds{name="reconcile"}': '0+0x600',
	'reconsul_services{state="desired"}': '3+0x600',
	'reconsul_services{state="registered"}': '3+0x600',
	'reconsul_services{state="orphaned"}': '0+0x600',
	reconsul_source_connected: '1+0x600',
	reconsul_registry_connected: '1+0x600',
	reconsul_registry_watch_connected: '1+0x600',
	'reconsul_registry_errors_total{class="forbidden"}': '0+0x600',
	'reconsul_registry_errors_total{class="unreachable"}': '0+0x600',
	'reconsul_operations_total{kind="register",result="ok"}': '0+1x600',
	'reconsul_operations_total{kind="register",result="error"}': '0+0x600',
	reconsul_conflicts: '0+0x600',
	reconsul_contested: '0+0x600',
	'reconsul_repairs_total{what="fields"}': '0+0x600',
	'reconsul_repairs_total{what="stamp"}': '0+0x600',
	'reconsul_operations_held{reason="mass-delete"}': '0+0x600',
	'reconsul_operations_held{reason="policy"}': '0+0x600',
	'reconsul_convergence_seconds_bucket{kind="register",le="1"}': '0+20x600',
	'reconsul_convergence_seconds_count{kind="register"}': '0+20x600',
};

/** `no longer`: it has fired, and is over by that time. */
export type Outcome = 'fires' | 'does not' | 'no longer';
export type Row = readonly [outcome: Outcome, sentence: string, minutes: number, change: Series];

/** The starts within a second, of twenty a minute. */
const inTime = (values: string): Series => ({
	'reconsul_convergence_seconds_bucket{kind="register",le="1"}': values,
});
const longest = (values: string): Series => ({
	'workqueue_longest_running_processor_seconds{name="reconcile"}': values,
});
const failedWrites = (values: string): Series => ({
	'reconsul_operations_total{kind="register",result="error"}': values,
});
const repairs = (values: string): Series => ({ 'reconsul_repairs_total{what="stamp"}': values });
/** As it is while one of them is in conflict. */
const oneMissing: Series = { 'reconsul_services{state="registered"}': '3+0x9 2+0x600' };

/** What happens from the tenth minute on. No other alert may fire. */
export const rows: Readonly<Record<string, readonly Row[]>> = {
	ReconsulDown: [
		['fires', 'it has not answered for two minutes', 13, { up: '1+0x9 0+0x600' }],
		['does not', 'one scrape fails', 30, { up: '1+0x9 0 1+0x600' }],
	],
	ReconsulRestarting: [
		['fires', 'it starts three times', 20, { process_start_time_seconds: '0+0x9 600+120x5' }],
		['does not', 'it is updated, and put back', 30, { process_start_time_seconds: '0+0x9 600+0x4 900+0x600' }],
	],
	ReconsulPassesFail: [
		['fires', 'passes end badly', 16, { reconsul_resync_last_success_timestamp_seconds: '0+60x9 600+0x600' }],
		['fires', 'none has ever ended well', 6, { reconsul_resync_last_success_timestamp_seconds: '0+0x600' }],
		[
			'does not',
			'two passes fail',
			30,
			{ reconsul_resync_last_success_timestamp_seconds: '0+60x9 600+0x2 780+60x600' },
		],
		[
			'does not',
			'it has just been started, and no pass has ended yet',
			30,
			{
				process_start_time_seconds: '_x20 1200+0x600',
				reconsul_resync_last_success_timestamp_seconds: '_x20 0 0 1320+60x600',
				up: '_x20 1+0x600',
			},
		],
	],
	ReconsulStuck: [
		['fires', 'a run does not end', 12, longest('0+0x9 61+60x600')],
		['does not', 'runs take their 59 seconds', 30, longest('59+0x600')],
	],
	ReconsulNotConverging: [
		['fires', 'a wanted service is not registered', 16, { 'reconsul_services{state="desired"}': '3+0x9 4+0x600' }],
		[
			'does not',
			'it is registered four minutes later',
			30,
			{ 'reconsul_services{state="desired"}': '3+0x9 4+0x3 3+0x600' },
		],
		['does not', 'what ends is still there', 30, { 'reconsul_services{state="orphaned"}': '0+0x9 1+0x600' }],
	],
	ReconsulDockerDisconnected: [
		['fires', 'the event stream stays closed', 13, { reconsul_source_connected: '1+0x9 0+0x600' }],
		['does not', 'it is opened again', 30, { reconsul_source_connected: '1+0x9 0 1+0x600' }],
	],
	ReconsulConsulDisconnected: [
		['fires', 'Consul does not answer', 13, { reconsul_registry_connected: '1+0x9 0+0x600' }],
		[
			'fires',
			'and is alone in that, though the watch is lost as well',
			30,
			{ reconsul_registry_connected: '1+0x9 0+0x600', reconsul_registry_watch_connected: '1+0x9 0+0x600' },
		],
		['does not', 'Consul is restarted', 30, { reconsul_registry_connected: '1+0x9 0 1+0x600' }],
	],
	ReconsulConsulWatchLost: [
		['fires', 'Consul answers and the watch is refused', 21, { reconsul_registry_watch_connected: '1+0x9 0+0x600' }],
		['does not', 'the watch is opened again', 30, { reconsul_registry_watch_connected: '1+0x9 0+0x8 1+0x600' }],
	],
	ReconsulTokenRefused: [
		['fires', 'one call is refused', 12, { 'reconsul_registry_errors_total{class="forbidden"}': '0+0x9 1+0x600' }],
		['does not', 'calls fail otherwise', 30, { 'reconsul_registry_errors_total{class="unreachable"}': '0+1x600' }],
		[
			'no longer',
			'the token has had its rights for a quarter of an hour',
			26,
			{ 'reconsul_registry_errors_total{class="forbidden"}': '0+0x9 1+0x600' },
		],
	],
	ReconsulWritesFail: [
		['fires', 'a write is refused every ten minutes', 36, failedWrites('0+0x9 1+0x9 2+0x9 3+0x9 4+0x600')],
		['does not', 'one write has failed', 40, failedWrites('0+0x9 1+0x600')],
	],
	ReconsulConflicts: [
		['fires', 'an id is taken', 16, { reconsul_conflicts: '0+0x9 1+0x600', ...oneMissing }],
		['does not', 'another container takes an id over', 30, { reconsul_conflicts: '0+0x9 1+0x3 0+0x600' }],
	],
	ReconsulAnotherWriter: [
		['fires', 'a service is changed every minute', 27, repairs('0+0x9 0+1x600')],
		[
			'fires',
			'it is contested, and repaired once in five minutes',
			30,
			repairs('0+0x9 1+0x4 2+0x4 3+0x4 4+0x4 5+0x600'),
		],
		['does not', 'somebody edits twenty services at once', 40, repairs('0+0x9 20+0x600')],
	],
	ReconsulDeletesHeld: [
		['fires', 'a delete stays held', 21, { 'reconsul_operations_held{reason="mass-delete"}': '0+0x9 2+0x600' }],
		[
			'does not',
			'the next look confirms it',
			30,
			{ 'reconsul_operations_held{reason="mass-delete"}': '0+0x9 2 0+0x600' },
		],
		['does not', 'they are held by policy', 40, { 'reconsul_operations_held{reason="policy"}': '0+0x9 2+0x600' }],
	],
	ReconsulStartsLate: [
		['fires', 'two in ten are late', 20, inTime('0+20x9 196+16x600')],
		['fires', 'one in ten is late for an hour', 80, inTime('0+20x9 198+18x600')],
		[
			'fires',
			'two in ten are late, where Prometheus writes the bound as 1.0',
			20,
			{ ...inTime('_x600'), 'reconsul_convergence_seconds_bucket{kind="register",le="1.0"}': '0+20x9 196+16x600' },
		],
		['no longer', 'the last late one was an hour ago', 120, inTime('0+20x9 196+16x49 1000+20x600')],
		['does not', 'five in a hundred are late', 120, inTime('0+20x9 199+19x600')],
		[
			'does not',
			'the only start for hours is late',
			120,
			{ ...inTime('0+0x600'), 'reconsul_convergence_seconds_count{kind="register"}': '0+0x9 1+0x600' },
		],
		[
			'does not',
			'those that end are late',
			120,
			{
				'reconsul_convergence_seconds_bucket{kind="deregister",le="1"}': '0+0x600',
				'reconsul_convergence_seconds_count{kind="deregister"}': '0+20x600',
			},
		],
	],
};
