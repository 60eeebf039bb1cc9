import type Dockerode from 'dockerode';
import type { AgentService } from '../e2e/stage.ts';
import type { Passed } from '../support/fault-proxy.ts';

/**
 * What Docker and Consul say themselves, without a word of the daemon. All containers here are redis with its port published,
 * so what has to be registered is plain: `u1:<name>:6379` at the host's address and the published port, without tags, stamped
 * with the container's id.
 */
export interface Comparison {
	/** Of running containers that have no entry. */
	readonly lost: readonly string[];
	/** Entries of ours whose container does not run. */
	readonly left: readonly string[];
	/** Of another address, port or container, or with tags. */
	readonly wrong: readonly string[];
}

export const idOf = (name: string): string => `u1:${name}:6379`;
const owner = 'u1';
const hostAddress = '192.0.2.10';

export function compare(
	containers: readonly Dockerode.ContainerInfo[],
	services: readonly AgentService[],
	spared: ReadonlySet<string> = new Set(),
): Comparison {
	const wanted = new Map(containers.map((it) => [idOf(nameOf(it)), it]));
	const ours = services.filter(({ Meta }) => Meta['reconsul-owner'] === owner);
	const found = new Map(ours.map((it) => [it.ID, it]));
	const isAs = (id: string, { Id, Ports }: Dockerode.ContainerInfo): boolean => {
		const entry = found.get(id);
		if (entry === undefined) return true;
		const ports = Ports.filter(({ PrivatePort }) => PrivatePort === 6379).map(({ PublicPort }) => PublicPort);
		const isItsOwn = entry.Meta['reconsul-container'] === Id && entry.Service === 'redis';
		return isItsOwn && entry.Address === hostAddress && ports.includes(entry.Port) && entry.Tags.length === 0;
	};
	const unspared = (ids: Iterable<string>): readonly string[] => [...ids].filter((id) => !spared.has(id)).sort();
	return {
		lost: unspared([...wanted.keys()].filter((id) => !found.has(id))),
		left: unspared([...found.keys()].filter((id) => !wanted.has(id))),
		wrong: unspared([...wanted].flatMap(([id, container]) => (isAs(id, container) ? [] : [id]))),
	};
}

export const isSame = ({ lost, left, wrong }: Comparison): boolean => lost.length + left.length + wrong.length === 0;

export const nameOf = ({ Names }: Dockerode.ContainerInfo): string => (Names[0] ?? '/').slice(1);

/** In milliseconds since the epoch. */
export interface Life {
	readonly from: number;
	readonly to: number;
}

/** When containers of this name ran. */
export type Lives = (name: string) => Promise<readonly Life[]>;

/**
 * Ids that were deregistered though their container ran at that moment, and had for a while.
 *
 * @param noticeMs what runs for less may not be known of, when one that has just ended starts again
 */
export async function wrongDeletes(passed: readonly Passed[], lives: Lives, noticeMs = 0): Promise<readonly string[]> {
	const deletes = passed.flatMap(({ path, status, at }) => {
		const [, id] = /^\/v1\/agent\/service\/deregister\/([^?]+)/.exec(path) ?? [];
		return id === undefined || status !== 200 ? [] : [{ id: decodeURIComponent(id), at }];
	});
	const judged = deletes.map(async ({ id, at }) => {
		const name = /^u1:(.+):6379$/.exec(id)?.[1] ?? '';
		const ran = await lives(name);
		return ran.some(({ from, to }) => from + noticeMs <= at && at < to) ? [id] : [];
	});
	return (await Promise.all(judged)).flat();
}
