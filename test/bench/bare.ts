import { createServer } from 'node:http';
import type { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import Consul from 'consul';
import Dockerode from 'dockerode';

/**
 * The yardstick of `make bench`: the same packages and the same calls, and nothing else. No ownership, no deadlines, no
 * second look and no retries: it leaves ghosts behind and does not mind.
 */

const { values: options } = parseArgs({
	options: {
		socket: { type: 'string', default: '/var/run/docker.sock' },
		consul: { type: 'string', default: '8500' },
		listen: { type: 'string', default: '0' },
		/** Hears only of containers with this label. */
		label: { type: 'string' },
		/** Reads the id before it writes. */
		read: { type: 'boolean', default: false },
		/** Puts back what others deregister. */
		watch: { type: 'boolean', default: false },
	},
});

/** The client has no method for one service of the agent. */
interface RawClient {
	_get(request: object): Promise<{ readonly body: unknown; readonly headers: Readonly<Record<string, string>> }>;
}

const docker = new Dockerode({ socketPath: options.socket });
const consul = new Consul({ host: '127.0.0.1', port: Number(options.consul) });
const raw = consul as unknown as RawClient;
const label = options.label === undefined ? {} : { label: [options.label] };
/** The ids of the services of each container. */
const registered = new Map<string, readonly string[]>();

async function register(container: string): Promise<void> {
	const { Name, NetworkSettings } = await docker.getContainer(container).inspect();
	const services = Object.entries(NetworkSettings.Ports).flatMap(([port, bindings]) =>
		(bindings ?? []).slice(0, 1).map(({ HostPort }) => ({
			id: `u1:${Name.slice(1)}:${Number.parseInt(port, 10)}`,
			name: 'bare',
			address: '127.0.0.1',
			port: Number(HostPort),
			tags: [],
		})),
	);
	registered.set(
		container,
		services.map(({ id }) => id),
	);
	await Promise.all(services.map(put));
}

async function put(service: { readonly id: string; readonly name: string }): Promise<void> {
	if (options.read) await read(service.id);
	await consul.agent.service.register(service);
}

async function read(id: string): Promise<void> {
	try {
		await raw._get({ path: '/agent/service/{id}', params: { id } });
	} catch (error) {
		if (Reflect.get(Object(error), 'statusCode') !== 404) throw error;
	}
}

async function deregister(container: string): Promise<void> {
	const ids = registered.get(container) ?? [];
	registered.delete(container);
	await Promise.all(
		ids.map(async (id) => {
			if (options.read) await read(id);
			await consul.agent.service.deregister(id);
		}),
	);
}

const report = (error: unknown): void => console.error(String(error));

function hear(line: string): void {
	const { Action, Actor } = JSON.parse(line);
	(Action === 'start' ? register(Actor.ID) : deregister(Actor.ID)).catch(report);
}

async function follow(): Promise<void> {
	const filters = { type: ['container' as const], event: ['start', 'die'], ...label };
	const stream = (await docker.getEvents({ filters })) as Readable;
	let rest = '';
	stream.setEncoding('utf8').on('data', (piece: string) => {
		const lines = (rest + piece).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) hear(line);
	});
}

/** The agent's node by blocking queries; what it lacks is read at the engine and put back. */
async function watch(): Promise<void> {
	let index = '0';
	for (;;) {
		const { body, headers } = await raw._get({
			path: '/catalog/node/u1',
			query: index === '0' ? {} : { index, wait: '55s' },
		});
		index = headers['x-consul-index'] ?? '0';
		const there = Reflect.get(Object(body), 'Services') ?? {};
		for (const [container, ids] of registered)
			if (ids.some((id) => !(id in there))) await register(container).catch(report);
	}
}

const parallel = 8;
let isReady = false;

createServer((_, response) => {
	const { user, system } = process.cpuUsage();
	response.writeHead(isReady ? 200 : 503).end(`process_cpu_seconds_total ${(user + system) / 1e6}\n`);
}).listen(Number(options.listen), '127.0.0.1');

async function run(): Promise<void> {
	await follow();
	const [containers] = await Promise.all([
		docker.listContainers({ filters: JSON.stringify(label) }),
		consul.agent.service.list(),
	]);
	isReady = true;
	const queue = containers.values();
	const work = async (): Promise<void> => {
		for (const { Id } of queue) await register(Id).catch(report);
	};
	await Promise.all(Array.from({ length: parallel }, work));
	if (options.watch) await watch();
}

run().catch((error: unknown) => {
	report(error);
	process.exitCode = 1;
});
