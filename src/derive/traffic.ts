import { maintenancePrefix } from '../maintenance.ts';
import type { CheckReport, CheckStatus, Container, Health } from '../model.ts';
import type { Omission } from './findings.ts';
import type { ContainerValues } from './labels/service-rows.ts';
import { signalName, signalNumber } from './signals.ts';

/**
 * What those who route traffic are told of a container beside its registration:
 *
 * | process | health    | intent   | registered                               | check                | maintenance         |
 * |---------|-----------|----------|------------------------------------------|----------------------|---------------------|
 * | ended   | any       | any      | no; where -deregister or --policy keep it | as it was            | `--pause`           |
 * | runs    | none      | none     | yes                                      | none                 | no                  |
 * | runs    | starting  | none     | yes; `--register=healthy`: if it was     | `--health-starting`  | no                  |
 * | runs    | healthy   | none     | yes                                      | passing              | no                  |
 * | runs    | unhealthy | none     | yes; `--register=healthy`: if it was     | critical             | no                  |
 * | paused  | any       | none     | as if it ran                             | as if it ran         | `--pause`           |
 * | runs    | any       | draining | yes; `--drain=deregister`: no            | as if it were not    | `--drain`           |
 *
 * Draining begins with the container's own stop signal and ends with its process, a fresh `healthy`, or --drain-timeout.
 */

export interface TrafficSettings {
	readonly dockerHealth: boolean;
	readonly register: 'running' | 'healthy';
	readonly drain: 'off' | 'maintenance' | 'deregister';
	readonly drainTimeoutMs: number;
	readonly pause: 'off' | 'maintenance';
	readonly healthStarting: CheckStatus;
	/** Without a report for so long the check goes critical; 0 for never. */
	readonly healthTtlMs: number;
}

/** What is known of a container beside what Docker says of it now. */
export interface Life {
	/** When each signal was last sent to it and not overtaken by a fresh `healthy`, in milliseconds since the epoch. */
	readonly signals: ReadonlyMap<number, number>;
	/** Whether it has services in the agent. */
	readonly isRegistered: boolean;
}

/** Docker's events that can change what is said here. */
export type TrafficEvent = 'kill' | 'pause' | 'unpause' | 'health_status';

export interface Traffic {
	/** Why it shall have no services now. */
	readonly withheld?: Omission;
	/** What its check says; absent where it has none. */
	readonly report?: CheckReport;
	/** The reason of the maintenance that its services shall have. */
	readonly maintenance?: string;
	/** In how many milliseconds that may change without an event. */
	readonly retryAfterMs?: number;
	readonly follows: ReadonlySet<TrafficEvent>;
}

const drainingReason = (at: number, signal: number): string =>
	`${maintenancePrefix}draining since ${new Date(at).toISOString()}, when its container got ${signalName(signal)}`;

/** When the drain began that a reason tells of, in milliseconds since the epoch; `undefined` for any other reason. */
export function drainBeganAt(reason: string): number | undefined {
	const [, since] = /^reconsul: draining since (\S+?Z)/.exec(reason) ?? [];
	const at = since === undefined ? Number.NaN : Date.parse(since);
	return Number.isNaN(at) ? undefined : at;
}

/** The number of the signal that `docker stop` sends it. */
export const stopSignalOf = ({ stopSignal }: Pick<Container, 'stopSignal'>): number =>
	signalNumber(stopSignal ?? '') ?? termination;
const termination = 15;

/** @param now milliseconds since the epoch */
export function trafficOf(
	container: Container,
	labels: Pick<ContainerValues, 'docker-health' | 'register' | 'drain' | 'pause'>,
	settings: TrafficSettings,
	life: Life,
	now: number,
): Traffic {
	const { health } = container;
	const pause = labels.pause ?? settings.pause;
	const drain = labels.drain ?? settings.drain;
	const needsHealth = health !== undefined && (labels.register ?? settings.register) === 'healthy';
	// Who wants it healthy before it is registered wants to know when it no longer is.
	const reports = health !== undefined && ((labels['docker-health'] ?? settings.dockerHealth) || needsHealth);
	const follows = new Set<TrafficEvent>([
		...(drain === 'off' ? [] : ['kill' as const]),
		...(pause === 'off' ? [] : ['pause' as const, 'unpause' as const]),
		...(reports || drain !== 'off' ? ['health_status' as const] : []),
	]);
	if (!container.running)
		return { follows, ...(pause === 'off' ? {} : { maintenance: `${maintenancePrefix}its container has ended` }) };
	const drained = drain === 'off' ? undefined : drainOf(container, settings, life, now);
	const withheld =
		drained !== undefined && drain === 'deregister'
			? omission('draining', 'it was told to stop')
			: needsHealth && health.status !== 'healthy' && !life.isRegistered
				? omission('not-healthy-yet', `its HEALTHCHECK says ${health.status}`)
				: undefined;
	const maintenance =
		drained !== undefined && drain === 'maintenance'
			? drainingReason(drained.at, drained.signal)
			: container.isPaused === true && pause === 'maintenance'
				? `${maintenancePrefix}its container is paused`
				: undefined;
	return {
		follows,
		...(withheld === undefined ? {} : { withheld }),
		...(reports ? { report: reportOf(health, settings.healthStarting) } : {}),
		...(maintenance === undefined ? {} : { maintenance }),
		...(drained === undefined ? {} : { retryAfterMs: drained.endsAt - now }),
	};
}

const omission = (reason: Omission['reason'], detail: string): Omission => ({ port: undefined, reason, detail });

/** What reached an earlier process of the container concerns this one no more. */
function drainOf(
	container: Container,
	{ drainTimeoutMs }: TrafficSettings,
	{ signals }: Life,
	now: number,
): { readonly at: number; readonly signal: number; readonly endsAt: number } | undefined {
	const signal = stopSignalOf(container);
	const at = signals.get(signal);
	if (at === undefined || at <= Date.parse(container.startedAt) || at + drainTimeoutMs <= now) return undefined;
	return { at, signal, endsAt: at + drainTimeoutMs };
}

/** Consul keeps 4 kB of an output. */
const maxOutput = 4_096;

function reportOf({ status, output }: Health, starting: CheckStatus): CheckReport {
	const text = printable(output);
	return {
		status: status === 'starting' ? starting : status === 'healthy' ? 'passing' : 'critical',
		output: text === '' ? `Docker's HEALTHCHECK says ${status}` : text,
	};
}

/** A probe prints what it likes, and it is read on terminals. */
function printable(text: string): string {
	const clean = text
		.slice(0, maxOutput)
		.toWellFormed()
		.replace(/[^\P{C}\n\t]/gu, '\ufffd')
		.trim();
	// In bytes, of which a character that is cut is left out. What Consul has to cut itself it says so behind.
	return new TextDecoder().decode(new TextEncoder().encode(clean).subarray(0, maxOutput), { stream: true });
}
