import type { Config } from '../../config/config.ts';
import { consulOptions, dockerOptions } from '../../config/connections.ts';
import type { Context } from '../../controller/context.ts';
import { type Host, type Identity, IdentityHolder } from '../../controller/identity.ts';
import type { Subject } from '../../controller/judge.ts';
import { lifeOf } from '../../controller/look.ts';
import { State } from '../../controller/state.ts';
import { subjectsOf } from '../../controller/survey.ts';
import { withDeadline } from '../../deadline.ts';
import type { Container } from '../../model.ts';
import type { Answer, Asked } from '../../registry/consul/errors.ts';
import { type ConsulHttp, consulHttp } from '../../registry/consul/http.ts';
import type { RegistryList } from '../../registry/registry.ts';
import { dockerEngine, type Engine } from '../../source/engine.ts';

/** What several checks of `reconsul doctor` need, asked for once, by whoever comes first. */

/** Something that a check builds on is not known; which is no finding of that check. */
export class NoFactError extends Error {
	override name = 'NoFactError';
	readonly fact: FactName;
	/** In a few words, for the checks that are skipped for it. */
	readonly because: string;
	/** There is nothing to be asked, so nobody is at fault. */
	readonly isMissing: boolean;

	constructor(fact: FactName, because: string, { cause, isMissing = false }: { cause?: unknown; isMissing?: boolean }) {
		super(cause instanceof Error ? cause.message : because, { cause });
		this.fact = fact;
		this.because = because;
		this.isMissing = isMissing;
	}
}

export type FactName = 'docker' | 'consul' | 'containers' | 'services';

/** When a question left and when its answer came, in milliseconds since the epoch. */
export interface Between {
	readonly askedAt: number;
	readonly answeredAt: number;
}

export interface DockerFacts extends Between {
	readonly version: unknown;
	/** Asked for between the two moments. */
	readonly info: unknown;
}

export interface ConsulFacts {
	readonly http: ConsulHttp;
	readonly self: Answer & Between;
	readonly leader: Answer;
}

export interface Facts {
	readonly config: Config;
	readonly host: Host;
	readonly context: Context;
	/** Ours. */
	readonly version: string;
	readonly engine: Engine;
	/** @throws NoFactError, as all that follow */
	readonly docker: () => Promise<DockerFacts>;
	readonly consul: () => Promise<ConsulFacts>;
	readonly identity: () => Promise<Identity>;
	/** The running containers, with what each of them wants. */
	readonly subjects: () => Promise<readonly RunningSubject[]>;
	readonly services: () => Promise<RegistryList>;
}

export interface RunningSubject extends Subject {
	readonly container: Container;
}

const askMs = 8_000;
/** Some hundreds of containers take seconds on a busy host. */
const readMs = 60_000;

export function factsOf(
	config: Config,
	{ context, host, version }: Pick<Facts, 'context' | 'host' | 'version'>,
): Facts {
	const engine = dockerEngine(dockerOptions(config.docker), { callMs: askMs, versionMs: askMs });
	const asked = async <T>(
		fact: FactName,
		because: string,
		ms: number,
		ask: (signal: AbortSignal) => Promise<T>,
	): Promise<T> => {
		try {
			return await withDeadline(because, ms, context.signal, ask);
		} catch (cause) {
			throw cause instanceof NoFactError ? cause : new NoFactError(fact, because, { cause });
		}
	};
	const docker = once(() => asked('docker', 'Docker does not answer', askMs, (signal) => askDocker(engine, signal)));
	const consul = once(() => asked('consul', 'Consul does not answer', askMs, (signal) => askConsul(config, signal)));
	const identity = once(async () => {
		await docker();
		return asked('docker', 'Docker does not answer', readMs, () => new IdentityHolder(context, host).current());
	});
	return {
		config,
		host,
		context,
		version,
		engine,
		docker,
		identity,
		consul,
		subjects: once(async () => {
			const who = await identity();
			return asked('containers', 'the containers could not be read', readMs, (signal) =>
				readSubjects({ ...context, signal }, who),
			);
		}),
		services: once(async () => {
			if (config.registry.kind === 'consul') await consul();
			return asked('services', 'the agent does not list its services', askMs, (signal) =>
				context.registry.list(signal),
			);
		}),
	};
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
	let asking: Promise<T> | undefined;
	return () => {
		asking ??= ask();
		return asking;
	};
}

async function askDocker(engine: Engine, signal: AbortSignal): Promise<DockerFacts> {
	const version = await engine.version(signal);
	const askedAt = Date.now();
	const info = await engine.info(signal);
	return { version, info, askedAt, answeredAt: Date.now() };
}

async function askConsul({ registry, node }: Config, signal: AbortSignal): Promise<ConsulFacts> {
	if (registry.kind === 'memory')
		throw new NoFactError('consul', `the registry is ${registry.where}, so there is no Consul`, { isMissing: true });
	const http = consulHttp(consulOptions(registry, node));
	const ask = (asked: Asked): Promise<Answer> => http.call(asked, { signal });
	const askedAt = Date.now();
	const self = await ask('GET /v1/agent/self');
	const answeredAt = Date.now();
	return { http, self: { ...self, askedAt, answeredAt }, leader: await ask('GET /v1/status/leader') };
}

async function readSubjects(context: Context, identity: Identity): Promise<readonly RunningSubject[]> {
	const containers = await context.source.list(context.signal, () => {}, context.reading);
	const running = new Set(containers.map(({ id }) => id));
	const state = new State();
	const subjects = await subjectsOf(
		containers,
		running,
		[],
		identity,
		async () => 'gone',
		(key) => lifeOf(key, state),
	);
	return subjects.filter((it): it is RunningSubject => typeof it.container === 'object');
}

/** The text at a path of somebody else's document; empty where there is none. */
export function textAt(document: unknown, ...path: readonly string[]): string {
	const value = path.reduce<unknown>((inner, key) => {
		return typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
			? Reflect.get(inner, key)
			: undefined;
	}, document);
	return typeof value === 'string' ? value : '';
}
