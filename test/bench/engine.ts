import type { Readable } from 'node:stream';
import Dockerode from 'dockerode';
import { startDockerd } from '../support/lab.ts';

/** By the engine's own stamps, in milliseconds since the epoch. */
export interface Lifetime {
	readonly start: number;
	/** The last signal that somebody had sent to it. */
	readonly kill: number | undefined;
	readonly die: number;
}

/** A Docker engine of the bench's own, where nobody else starts anything. */
export interface Engine extends AsyncDisposable {
	readonly socket: string;
	readonly version: string;
	/** Creates and starts a container that publishes one port, with a label of that name. */
	run(name: string, label: string, more?: Dockerode.ContainerCreateOptions): Promise<Dockerode.Container>;
	/** Of a container that was started and has ended after `since`. */
	lifetime(container: Dockerode.Container, since: number): Promise<Lifetime>;
	/** The names of what runs. */
	running(): Promise<ReadonlySet<string>>;
}

export async function startEngine(): Promise<Engine> {
	const daemon = await startDockerd();
	const docker = new Dockerode({ socketPath: daemon.socket });
	const { Version } = await docker.version();
	return {
		socket: daemon.socket,
		version: Version,
		run: async (name, label, more = {}) => {
			const usual = { Image: 'redis', Labels: { [label]: '' }, HostConfig: { PublishAllPorts: true } };
			const container = await docker.createContainer({ name, ...usual, ...more });
			await container.start();
			return container;
		},
		// Asked for afterwards: somebody who listens all the time takes from what is measured.
		lifetime: async ({ id }, since) => {
			const filters = { container: [id], event: ['start', 'kill', 'die'] };
			const stream = await docker.getEvents({ since: Math.floor(since / 1_000), until: Date.now() / 1_000, filters });
			const times = new Map<string, number>();
			for (const line of (await textOf(stream as Readable)).trim().split('\n')) {
				const { Action, timeNano } = JSON.parse(line);
				times.set(Action, timeNano / 1e6);
			}
			const [start, die] = [times.get('start'), times.get('die')];
			if (start === undefined || die === undefined) throw new Error(`Docker forgot the start or the end of ${id}`);
			return { start, kill: times.get('kill'), die };
		},
		running: async () => new Set((await docker.listContainers()).map(({ Names }) => (Names[0] ?? '/').slice(1))),
		[Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
	};
}

async function textOf(stream: Readable): Promise<string> {
	let text = '';
	for await (const piece of stream.setEncoding('utf8')) text += piece;
	return text;
}
