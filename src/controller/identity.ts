import { lookup } from 'node:dns/promises';
import { withDeadline } from '../deadline.ts';
import type { DeriveSettings } from '../derive/derive.ts';
import type { ContainerId } from '../model.ts';
import type { Ownership } from '../plan/ownership.ts';
import type { EngineInfo } from '../source/source.ts';
import type { Context } from './context.ts';

/** Who this daemon is on its host: what goes into ids, stamps and addresses. */
export interface Identity {
	readonly ownership: Ownership;
	readonly derive: DeriveSettings;
	readonly engine: EngineInfo;
	/** The host's own address without `-ip`; `undefined` while nobody could say. */
	readonly hostAddress: string | undefined;
	/** The one that the host name last gave, kept while the name server is silent. */
	readonly namedAddress: string | undefined;
	/** As the host has it. */
	readonly now?: () => number;
}

/** What the operating system says of us. */
export interface Host {
	readonly name: string;
	/** The container we run in by our own mounts and cgroups, whichever engine it is of. */
	readonly containerId: ContainerId | undefined;
	/** All addresses of a host name. */
	readonly resolve: (name: string) => Promise<readonly string[]>;
	/** Milliseconds since the epoch; the system's unless given. */
	readonly now?: () => number;
}

export const resolveWithSystem = async (name: string): Promise<readonly string[]> =>
	(await lookup(name, { all: true, order: 'ipv4first' })).map(({ address }) => address);

/** The last answer, asked for once however many want it. */
export class IdentityHolder {
	readonly #context: Context;
	readonly #host: Host;
	#last: Identity | undefined;
	#asking: Promise<Identity> | undefined;
	#isFresh = false;

	constructor(context: Context, host: Host) {
		this.#context = context;
		this.#host = host;
	}

	/** The last known, even if it has to be asked again. */
	get last(): Identity | undefined {
		return this.#last;
	}

	/** @throws SourceError where it has to be asked and the engine does not answer */
	async current(): Promise<Identity> {
		return this.#isFresh && this.#last !== undefined ? this.#last : this.refresh();
	}

	/** After a gap it may be another engine that answers. */
	invalidate(): void {
		this.#isFresh = false;
	}

	async refresh(): Promise<Identity> {
		this.#asking ??= this.#ask();
		try {
			return await this.#asking;
		} finally {
			this.#asking = undefined;
		}
	}

	async #ask(): Promise<Identity> {
		this.#isFresh = true;
		try {
			this.#last = await identify(this.#context, this.#host, this.#last);
			return this.#last;
		} catch (error) {
			this.#isFresh = false;
			throw error;
		}
	}
}

const resolveMs = 3_000;
const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');

/**
 * Finds out who we are; asks the engine and, for the address, the agent.
 *
 * @param before the last answer, whose host address is kept where none can be had now
 * @throws SourceError where the engine does not answer; the agent's silence only leaves the address open
 */
export async function identify(context: Context, host: Host, before: Identity | undefined): Promise<Identity> {
	const { settings, source, signal } = context;
	const engine = await source.info(signal);
	const self = host.containerId === undefined ? undefined : await source.get(host.containerId, signal);
	// Docker's default host name is the container's short id, which changes with every re-creation (difference D24).
	const isOwnShortId = host.containerId?.startsWith(host.name) === true && host.name.length === 12;
	const hostname = settings.hostname || (isOwnShortId ? engine.name : host.name);
	const owner = settings.owner || hostname;
	const { ip } = settings.derive;
	const token = await presentToken(context, before);
	const sharesNetwork = host.containerId === undefined || self?.networkMode === 'host';
	const namedAddress = ip === '' && sharesNetwork ? await ownAddress(context, host, before?.namedAddress) : undefined;
	return {
		ownership: {
			...settings.ownership,
			owner,
			hostname,
			engine: engine.id,
			...(token === undefined ? {} : { token }),
		},
		derive: { ...settings.derive, hostname, selfId: self?.id },
		engine,
		hostAddress: ip || namedAddress || ((await agentAddress(context, before?.hostAddress)) ?? before?.hostAddress),
		namedAddress,
		...(host.now === undefined ? {} : { now: host.now }),
	};
}

/** An agent that is away says nothing of the token, so it is still the same. */
async function presentToken(
	{ registry, signal, log }: Context,
	before: Identity | undefined,
): Promise<string | undefined> {
	try {
		return await registry.tokenFingerprint(signal);
	} catch (error) {
		log.debug({ error }, 'the Consul agent does not tell which token we use');
		return before?.ownership.token;
	}
}

/** The address that the agent tells the cluster; for hosts whose name, as we see it, gives none. */
async function agentAddress(
	{ registry, signal, log }: Context,
	before: string | undefined,
): Promise<string | undefined> {
	try {
		const address = await registry.advertisedAddress(signal);
		if (isLoopback(address) && address !== before)
			log.warn({ address }, "the Consul agent advertises a loopback address as this host's; set -ip");
		return address;
	} catch (error) {
		log.debug({ error }, "the Consul agent does not tell this host's address");
		return undefined;
	}
}

/** What the host name gives where we see the host's network as it does. A silent name server would else move every service. */
async function ownAddress(
	{ signal, log }: Context,
	host: Host,
	before: string | undefined,
): Promise<string | undefined> {
	try {
		const addresses = await withDeadline(`resolving ${host.name}`, resolveMs, signal, () => host.resolve(host.name));
		return addresses.find((address) => !isLoopback(address) && !address.toLowerCase().startsWith('fe80:'));
	} catch (error) {
		log.debug({ error }, 'the host name does not resolve');
		return before;
	}
}
