import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** One request of the load, and what became of it. */
export interface Served {
	/** The port of the instance, `undefined` where none was known. */
	readonly port: number | undefined;
	/** When it was sent, milliseconds since the epoch. */
	readonly at: number;
	/** Why it failed. */
	readonly failure?: string;
}

/**
 * What a load balancer does that follows Consul: a blocking query for the instances that pass, and round robin over them. It is
 * an unkind one: a connection of its own for each request, no second attempt at another instance, and no checks of its own.
 */
export interface Balancer extends AsyncDisposable {
	/** The ports that it sends requests to now. */
	readonly ports: readonly number[];
	readonly requests: readonly Served[];
	/** Sends that many requests a second, however long their answers take, until it is disposed of. */
	load(perSecond: number): void;
}

interface Entry {
	readonly Service: { readonly Address: string; readonly Port: number };
}

const patienceMs = 5_000;

export function follow(consul: string, service: string): Balancer {
	const closing = new AbortController();
	const { signal } = closing;
	const requests: Served[] = [];
	const pending = new Set<Promise<void>>();
	let instances: readonly Entry['Service'][] = [];
	let turn = 0;
	const send = async (): Promise<void> => {
		const at = Date.now();
		turn += 1;
		const instance = instances[turn % instances.length];
		const failure = instance === undefined ? 'no instance' : await failureOf(instance);
		requests.push({ port: instance?.Port, at, ...(failure === undefined ? {} : { failure }) });
	};
	const query = async (): Promise<void> => {
		for (let index = '0'; ; ) {
			const url = `${consul}/v1/health/service/${service}?passing&index=${index}&wait=10s`;
			const response = await fetch(url, { signal });
			if (!response.ok) throw new Error(`${url}: ${response.status}`);
			const entries = (await response.json()) as readonly Entry[];
			index = response.headers.get('x-consul-index') ?? '0';
			instances = entries.map(({ Service }) => Service);
		}
	};
	const loops = [query()];
	return {
		requests,
		get ports() {
			return instances.map(({ Port }) => Port);
		},
		load: (perSecond) => void loops.push(paced(perSecond, signal, () => track(pending, send()))),
		[Symbol.asyncDispose]: async () => {
			closing.abort();
			for (const loop of await Promise.allSettled(loops))
				if (loop.status === 'rejected' && loop.reason !== signal.reason && loop.reason.name !== 'AbortError')
					throw loop.reason;
			await Promise.all(pending);
		},
	};
}

function track(pending: Set<Promise<void>>, sent: Promise<void>): void {
	pending.add(sent);
	void sent.finally(() => pending.delete(sent));
}

/** Keeps to the clock: what a busy machine holds up comes late, and is not left out. */
async function paced(perSecond: number, signal: AbortSignal, act: () => void): Promise<void> {
	const startedAt = performance.now();
	for (let count = 0; !signal.aborted; count += 1) {
		await delay(Math.max(0, startedAt + (count * 1_000) / perSecond - performance.now()));
		if (!signal.aborted) act();
	}
}

function failureOf({ Address, Port }: Entry['Service']): Promise<string | undefined> {
	const { promise, resolve } = Promise.withResolvers<string | undefined>();
	const options = { host: Address, port: Port, agent: false, signal: AbortSignal.timeout(patienceMs) };
	http
		.get(options, (response) => {
			response.resume().on('end', () => resolve(response.statusCode === 200 ? undefined : `${response.statusCode}`));
			response.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
		})
		.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
	return promise;
}
