import type { CheckStates, ContainerId, ServiceId } from '../model.ts';
import { Budget } from '../plan/budget.ts';
import { Claims } from '../plan/claims.ts';
import { Flapping } from '../plan/flapping.ts';
import type { Brake } from '../plan/guard.ts';
import type { Key } from '../plan/ownership.ts';
import type { Refusal } from '../plan/refusals.ts';
import { Dependents } from './dependents.ts';
import { History } from './history.ts';
import { IdLocks } from './id-locks.ts';
import { Lives } from './lives.ts';
import { News } from './news.ts';
import { RunRecorder } from './run-recorder.ts';
import { ServiceIndex } from './service-index.ts';
import { Signals } from './signals.ts';
import { Views } from './views.ts';

/** What the controller remembers between runs. Losing all of it costs one pass and nothing else. */
export class State {
	readonly index = new ServiceIndex();
	readonly claims = new Claims();
	readonly news = new News();
	readonly lives = new Lives();
	readonly signals = new Signals();
	readonly views = new Views();
	readonly locks = new IdLocks();
	readonly dependents = new Dependents();
	/** The deletes that a pass held back because they were too many. */
	brake: Brake | undefined;
	/** Whether the engine has given a complete list since this process started. */
	hasListed = false;
	/** What is left to spend on repairing what another writer does. */
	readonly budget = new Budget();
	/** Which services come and go because their containers keep crashing. */
	readonly flapping = new Flapping();
	/** Leftovers that wait for the run of a container that has what replaces them. */
	readonly unreplaced = new Map<ContainerId, Set<Key>>();
	/** When the log was told of another writer, on the clock. */
	meddlerToldAt: number | undefined;
	/** When a service that Consul removed by itself was put back. */
	readonly revivedAt = new Map<ServiceId, number>();
	/** How the checks of services stood when they were last read or told; what is not here was not read. */
	readonly checkStates = new Map<ServiceId, CheckStates>();
	/** Whether a pass has read them since this process started. */
	hasSurveyedChecks = false;
	/** Services whose checks differ by the last pass; a run reads them once more. */
	checkSuspects: ReadonlySet<ServiceId> = new Set();
	/** What happened, for people; nothing is decided by it. */
	readonly history = new History();
	readonly runs = new RunRecorder(this.history);
	/** Services registered without what their agent refuses of their checks, and when to try again. */
	readonly refused = new Map<ServiceId, { readonly retryAt: number; readonly refusals: ReadonlySet<Refusal> }>();
}
