import type { HealthCheck } from '../health.ts';
import type { ContainerModel, PageModel, ServiceModel, ServiceState, Standing } from './model.ts';

interface StateRow {
	readonly label: string;
	readonly tone: Tone;
	/** What it makes of the whole. */
	readonly weight: Standing['state'];
	/** The heading over those that need attention; empty for none. */
	readonly heading: string;
}

export type Tone = 'good' | 'busy' | 'bad' | 'calm' | 'warn';

export const stateRows: Readonly<Record<ServiceState, StateRow>> = {
	failed: { label: 'failed', tone: 'bad', weight: 'out-of-sync', heading: 'Writes that failed' },
	conflict: { label: 'conflict', tone: 'bad', weight: 'out-of-sync', heading: 'Conflicts' },
	contested: { label: 'contested', tone: 'bad', weight: 'out-of-sync', heading: 'Changed by others' },
	held: { label: 'held', tone: 'warn', weight: 'out-of-sync', heading: 'Held deletes' },
	flapping: { label: 'flapping', tone: 'warn', weight: 'out-of-sync', heading: 'Keep crashing' },
	pending: { label: 'pending', tone: 'busy', weight: 'catching-up', heading: 'Drift' },
	orphaned: { label: 'leaving', tone: 'busy', weight: 'catching-up', heading: 'On the way out' },
	kept: { label: 'kept', tone: 'calm', weight: 'in-sync', heading: '' },
	registered: { label: 'registered', tone: 'good', weight: 'in-sync', heading: '' },
};

export const serviceStates = Object.keys(stateRows) as readonly ServiceState[];

const ranks: readonly Standing['state'][] = ['out-of-sync', 'catching-up', 'in-sync'];

/** The worst that is there decides; a failing check of /readyz is the worst. */
export function standingOf(failing: readonly HealthCheck[], states: ReadonlySet<ServiceState>): Standing['state'] {
	const weights = new Set([...states].map((state) => stateRows[state].weight));
	return failing.length > 0 ? 'out-of-sync' : (ranks.find((rank) => weights.has(rank)) ?? 'in-sync');
}

export const needsAttention = ({ state }: ServiceModel): boolean => stateRows[state].heading !== '';

export const isWanted = ({ state }: ServiceModel): boolean => !['held', 'kept', 'orphaned'].includes(state);

/** The groups of the filter, and what belongs to each. */
export const groups: Readonly<
	Record<string, { readonly label: string; readonly has: (it: ContainerModel) => boolean }>
> = {
	attention: { label: 'Attention', has: ({ services }) => services.some(needsAttention) },
	registered: { label: 'Registered', has: ({ services }) => services.some(({ state }) => state === 'registered') },
	unregistered: { label: 'Not registered', has: ({ omitted }) => omitted.length > 0 },
	unhealthy: { label: 'Unhealthy', has: ({ services }) => services.some(isUnhealthy) },
	maintenance: { label: 'Maintenance', has: ({ services }) => services.some((it) => it.maintenance !== undefined) },
	warnings: { label: 'Label warnings', has: ({ warnings }) => warnings.length > 0 },
};

const isUnhealthy = ({ checks }: ServiceModel): boolean =>
	checks.some(({ status }) => status === 'critical' || status === 'warning');

export const countServices = ({ containers }: PageModel, has: (it: ServiceModel) => boolean): number =>
	containers.reduce((count, { services }) => count + services.filter(has).length, 0);
