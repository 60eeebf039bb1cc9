/** One named thing that is well, or why it is not. */
export interface HealthCheck {
	readonly name: string;
	readonly problem: string | undefined;
}

/** Times in milliseconds on one clock that never goes back. */
export interface HealthState {
	/** Of the full pass; 0 where it is switched off. */
	readonly periodMs: number;
	/** When the last attempt at a full pass ended, well or not; the start of the process before the first. */
	readonly attemptedAt: number;
	/** How long the longest of the runs in progress has taken so far, 0 for none. */
	readonly longestRunMs: number;
}

const minSilenceMs = 90_000;
const maxRunMs = 60_000;
const inSeconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;

/**
 * Health is progress. Docker or Consul being away is none of its business: passes then end with an error, which is an end,
 * and a restart would help nobody.
 */
export const healthOf = (state: HealthState, now: number): readonly HealthCheck[] => [
	{ name: 'resync', problem: stalledPass(state, now) },
	{
		name: 'reconcile',
		problem:
			state.longestRunMs > maxRunMs
				? `one container has been worked on for ${inSeconds(state.longestRunMs)}, the limit is ${inSeconds(maxRunMs)}`
				: undefined,
	},
];

function stalledPass({ periodMs, attemptedAt }: HealthState, now: number): string | undefined {
	if (periodMs === 0) return undefined;
	const limit = Math.max(3 * periodMs, minSilenceMs);
	const silence = now - attemptedAt;
	return silence > limit
		? `no full pass has ended for ${inSeconds(silence)}, the limit is ${inSeconds(limit)}`
		: undefined;
}

export interface ReadyState {
	/** Why the last call to Docker failed; `undefined` while it answers. */
	readonly dockerError: string | undefined;
	/** Whether Docker has given a complete list since the start. */
	readonly hasListed: boolean;
	readonly isStreamOpen: boolean;
	/** Why the last call to Consul failed; `undefined` while it answers. */
	readonly consulError: string | undefined;
	/** Why the agent's list cannot be relied on; `undefined` where there is no reason to doubt it. */
	readonly doubt: string | undefined;
	/** Whether a full pass has ended well since the start. */
	readonly hasResynced: boolean;
}

/** Whether what is registered can be relied on to follow the containers; turns false again when that ends. */
export const readyOf = (state: ReadyState): readonly HealthCheck[] => [
	{
		name: 'docker-list',
		problem: state.dockerError ?? unlisted(state),
	},
	{ name: 'docker-events', problem: state.isStreamOpen ? undefined : "Docker's event stream is not open" },
	{ name: 'consul', problem: state.consulError ?? state.doubt },
	{ name: 'first-resync', problem: state.hasResynced ? undefined : 'no full pass has ended well yet' },
];

/** A pass asks Consul first. While that does not answer, it is not Docker's fault that nothing has been listed. */
const unlisted = ({ hasListed, consulError }: ReadyState): string | undefined =>
	hasListed || consulError !== undefined ? undefined : 'Docker has not listed its containers yet';
