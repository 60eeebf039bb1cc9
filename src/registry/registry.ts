import type { Observable } from 'rxjs';
import type { Check, CheckReport, CheckStates, Registration, ServiceId, ServiceInstance, Stamp } from '../model.ts';

/** The watch's news. `seen` is everything of our owner's that the catalog shows for this node, possibly behind the agent. */
export type RegistryChange =
	| { readonly kind: 'connected' }
	| { readonly kind: 'disconnected'; readonly error: Error }
	| { readonly kind: 'changed'; readonly seen: readonly Registration[] };

/** By service; one without checks may be missing. */
export type ServiceChecks = ReadonlyMap<ServiceId, CheckStates>;

export interface Heartbeat {
	readonly checkId: string;
	/** Absent: that the container runs. */
	readonly said?: CheckReport | undefined;
}

export interface RegistryList {
	readonly registrations: readonly Registration[];
	/** Why the list may lack entries (for instance: filtered by ACLs); absent when there is no reason to doubt it. */
	readonly doubt?: string;
}

/**
 * Why a registry call failed; a closed set, used as a metric's label. `invalid` and `forbidden` do not go away by trying
 * again; `scripts-disabled` is the agent's refusal of checks with `args`, and only of those; `unknown-field` that of a field of a
 * check that it is too old to know.
 */
export type RegistryErrorClass =
	| 'unreachable'
	| 'timeout'
	| 'forbidden'
	| 'invalid'
	| 'scripts-disabled'
	| 'throttled'
	| 'unavailable'
	| 'unknown-field';

interface RegistryErrorOptions extends ErrorOptions {
	readonly status?: number;
	readonly field?: keyof Check;
}

export class RegistryError extends Error {
	override name = 'RegistryError';
	readonly class: RegistryErrorClass;
	readonly status: number | undefined;
	/** Which field the agent does not know. */
	readonly field: keyof Check | undefined;

	constructor(errorClass: RegistryErrorClass, message: string, options: RegistryErrorOptions = {}) {
		super(message, options);
		this.class = errorClass;
		this.status = options.status;
		this.field = options.field;
	}
}

/**
 * The agent that services are registered with. Writes are idempotent. Lists may be blind (an agent answers a weak token
 * with a shortened list and 200); `get` is not. Every call settles within its deadline.
 */
export interface Registry {
	/** `undefined` only when the agent says 404; 403 and everything else reject. */
	get(id: ServiceId, signal: AbortSignal): Promise<Registration | undefined>;

	list(signal: AbortSignal): Promise<RegistryList>;

	/**
	 * How the checks stand: of all services, as blind as `list`, or of the one with that id, the rest left out. The agent gives no
	 * check's definition back.
	 */
	checks(signal: AbortSignal, id?: ServiceId): Promise<ServiceChecks>;

	/** Puts the service with its stamp in Meta and its checks, then removes checks of ours (`service:<id>`, `reconsul:<id>:…`) that it no longer has. */
	register(service: ServiceInstance, stamp: Stamp, signal: AbortSignal): Promise<void>;

	/**
	 * Puts the service as it was found, without our stamp, and then removes the checks that only we gave it
	 * (`reconsul:<id>:…`) and maintenance of ours: what is left is what registrator would have written.
	 */
	release(found: Registration, signal: AbortSignal): Promise<void>;

	/** Succeeds where there was nothing to remove. */
	deregister(id: ServiceId, signal: AbortSignal): Promise<void>;

	/**
	 * Says again how TTL checks of ours stand, so that they do not expire. All together, which costs a fraction of one by one;
	 * a hundred or so at a time, since the slowest of them ends the call.
	 *
	 * @returns why they were not taken, in the order of the beats; as `report` rejects
	 */
	heartbeats(beats: readonly Heartbeat[], signal: AbortSignal): Promise<readonly (RegistryError | undefined)[]>;

	/** Says how a TTL check of ours stands, and why. Rejects with class `invalid` where the agent does not know the check. */
	report(checkId: string, report: CheckReport, signal: AbortSignal): Promise<void>;

	/**
	 * Takes the service out of traffic (Consul's maintenance mode), or puts it back where the reason is `undefined`, whoever
	 * ordered it. An order for one that is in maintenance already changes nothing, its reason included. Rejects with class `invalid`
	 * where the agent does not know the service.
	 */
	maintain(id: ServiceId, reason: string | undefined, signal: AbortSignal): Promise<void>;

	/** The address that the agent advertises to the cluster; rejects where the token may not read it. */
	advertisedAddress(signal: AbortSignal): Promise<string>;

	/**
	 * A fingerprint of the ACL token that is used now; it does not lead back to the token. `undefined` where there is no token,
	 * no ACLs, or a token that is not known; rejects where the agent gives no answer to it.
	 */
	tokenFingerprint(signal: AbortSignal): Promise<string | undefined>;

	/** Never completes and never errors while it is subscribed to. */
	changes(owner: string): Observable<RegistryChange>;
}
