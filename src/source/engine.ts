import { Readable } from 'node:stream';
import Dockerode from 'dockerode';
import { failOnCutAnswers } from '../cut-answers.ts';
import { withDeadline } from '../deadline.ts';
import { isNoSuchContainer, sourceErrorOf } from './docker-errors.ts';
import { eventFilters } from './event.ts';
import { SourceError } from './source.ts';

/** The five questions asked of an engine, all of them GET. Each settles within its deadline and gives back what was said, unread. */
export interface Engine {
	/** What to call it in messages: the socket's path, or host and port. */
	readonly where: string;
	/** The running containers that match the filters, in Docker's own form. */
	list(signal: AbortSignal, filters?: ContainerFilters): Promise<unknown>;
	/**
	 * `undefined` when there is no such container.
	 *
	 * @param withinMs where it shall not have the whole time of a call
	 */
	inspect(idOrName: string, signal: AbortSignal, withinMs?: number): Promise<unknown>;
	info(signal: AbortSignal): Promise<unknown>;
	version(signal: AbortSignal): Promise<unknown>;
	/** Settles when the engine has accepted. `since` in seconds since the epoch. */
	events(since: number | undefined, signal: AbortSignal): Promise<Readable>;
}

/** For who looks at what is not running yet; the daemon has no use for it. */
export interface ImageShelf {
	/** `GET /images/<ref>/json`; `undefined` where the engine does not have it. */
	image(ref: string, signal: AbortSignal): Promise<unknown>;
}

/** As `docker ps --filter`: different keys all have to match. */
export type ContainerFilters = Readonly<Record<string, readonly string[]>>;

export interface Deadlines {
	readonly callMs: number;
	/** A liveness probe is answered from memory, or the engine is not alive. */
	readonly versionMs: number;
}

const usual: Deadlines = { callMs: 10_000, versionMs: 2_000 };
const defaultSocket = '/var/run/docker.sock';

/** Without these, docker-modem fills in what DOCKER_HOST and its kin say, a time-out that ends quiet streams among it. */
const nothingFromEnvironment: Dockerode.DockerOptions = {
	protocol: undefined,
	host: undefined,
	port: undefined,
	ca: undefined,
	cert: undefined,
	key: undefined,
	timeout: undefined,
	version: undefined,
};

/** @param options where the engine is; without a host or a socket, Docker's usual socket */
export function dockerEngine(
	options: Dockerode.DockerOptions,
	{ callMs, versionMs }: Deadlines = usual,
): Engine & ImageShelf {
	const socketPath = options.socketPath ?? defaultSocket;
	const where = options.host === undefined ? socketPath : `${options.host}${options.port ? `:${options.port}` : ''}`;
	const address = options.host === undefined ? { socketPath } : {};
	failOnCutAnswers();
	const docker = new Dockerode({ ...nothingFromEnvironment, ...options, ...address });
	const ask = async <T>(
		what: string,
		ms: number,
		outer: AbortSignal,
		call: (abortSignal: AbortSignal) => Promise<T>,
	): Promise<T> => {
		try {
			return await withDeadline(what, ms, outer, call);
		} catch (error) {
			outer.throwIfAborted();
			throw sourceErrorOf(where, what, error);
		}
	};
	return {
		where,
		list: (signal, filters = {}) =>
			ask('list', callMs, signal, (abortSignal) =>
				docker.listContainers({ filters: structuredClone(filters) as Record<string, string[]>, abortSignal }),
			),
		inspect: (idOrName, signal, withinMs = callMs) =>
			ask('inspect', Math.min(withinMs, callMs), signal, async (abortSignal) => {
				try {
					return await docker.getContainer(encodeURIComponent(idOrName)).inspect({ abortSignal });
				} catch (error) {
					if (isNoSuchContainer(error)) return undefined;
					throw error;
				}
			}),
		// The types of these two do not know their options.
		image: (ref, signal) =>
			ask('image', callMs, signal, async () => {
				try {
					// Its slashes are part of the path; dockerode does not take a signal for it.
					return await docker.getImage(encodeURIComponent(ref).replaceAll('%2F', '/')).inspect();
				} catch (error) {
					if ((error as { readonly statusCode?: unknown }).statusCode === 404) return undefined;
					throw error;
				}
			}),
		info: (signal) =>
			ask('info', callMs, signal, (abortSignal) => Reflect.apply(docker.info, docker, [{ abortSignal }])),
		version: (signal) =>
			ask('version', versionMs, signal, (abortSignal) => Reflect.apply(docker.version, docker, [{ abortSignal }])),
		events: (since, signal) =>
			ask('events', callMs, signal, async (abortSignal) => {
				const from = since === undefined ? {} : { since };
				const stream: unknown = await docker.getEvents({ filters: eventFilters, ...from, abortSignal });
				if (stream instanceof Readable) return stream;
				throw new SourceError('invalid', `Docker at ${where} answers events with something that is no stream`);
			}),
	};
}
