import { type Daemon, type DaemonOptions, launchDaemon, startDaemon } from '../support/daemon.ts';
import { type ConsulProcess, type DockerdProcess, eventually, startConsul, startDockerd } from '../support/lab.ts';

/** One service as the specification's tables write it: what was stamped on it is left out. */
export interface Service {
	readonly ID: string;
	readonly Name: string;
	readonly IP: string;
	readonly Port: number;
	readonly Tags: readonly string[];
	readonly Attrs: Readonly<Record<string, string>>;
}

/** An entry of `/v1/agent/services`. */
export interface AgentService {
	readonly ID: string;
	readonly Service: string;
	readonly Address: string;
	readonly Port: number;
	readonly Tags: readonly string[];
	readonly Meta: Readonly<Record<string, string>>;
}

/** An engine and an agent that a test file has to itself, so that it may speak of everything on them. */
export interface Stage extends AsyncDisposable {
	readonly engine: DockerdProcess;
	readonly consul: ConsulProcess;
	/** How to reach the two, for a daemon that is started in another way. */
	readonly target: Pick<DaemonOptions, 'docker' | 'registry'> & { readonly docker: string };
	/** A daemon on them that is ready. */
	start(...options: readonly string[]): Promise<Daemon>;
	/** A daemon on them that has just been started. */
	launch(...options: readonly string[]): Promise<Daemon>;
	/** `docker run -d ARGS`; the container's id. */
	run(...args: readonly string[]): Promise<string>;
	/** Ends and removes all containers. */
	clear(): Promise<void>;
	/** What the agent has, by id. */
	services(): Promise<readonly Service[]>;
	ids(): Promise<readonly string[]>;
}

export async function startStage(consulConfig: object = {}): Promise<Stage> {
	await using parts = new AsyncDisposableStack();
	const started = [startDockerd(), startConsul({ config: consulConfig })] as const;
	// When one cannot be started, the other would keep the test file from ending.
	for (const part of await Promise.allSettled(started)) if (part.status === 'fulfilled') parts.use(part.value);
	const [engine, consul] = await Promise.all(started);
	const target = { docker: engine.host, registry: `consul://${consul.host}:${consul.port}` };
	const services = async (): Promise<readonly Service[]> => (await agentServices(consul)).map(serviceOf);
	// The daemons as well: a failed test may leave one behind.
	const all = parts.move();
	return {
		engine,
		consul,
		target,
		start: async (...options) => all.use(await startDaemon({ ...target, options })),
		launch: async (...options) => all.use(await launchDaemon({ ...target, options })),
		run: (...args) => engine.docker('run', '-d', ...args),
		clear: async () => {
			const containers = await engine.docker('ps', '-aq');
			if (containers !== '') await engine.docker('rm', '-fv', ...containers.split('\n'));
		},
		services,
		ids: async () => (await services()).map(({ ID }) => ID),
		[Symbol.asyncDispose]: () => all.disposeAsync(),
	};
}

/** As the agent gives them, by id. */
export async function agentServices(consul: ConsulProcess): Promise<readonly AgentService[]> {
	const services = (await consul.request('GET', '/v1/agent/services')) as Readonly<Record<string, AgentService>>;
	return Object.values(services).sort((a, b) => (a.ID < b.ID ? -1 : 1));
}

const serviceOf = ({ ID, Service: Name, Address: IP, Port, Tags, Meta }: AgentService): Service => ({
	ID,
	Name,
	IP,
	Port,
	Tags,
	Attrs: Object.fromEntries(Object.entries(Meta).filter(([key]) => !key.startsWith('reconsul-'))),
});

/** Waits until the daemon has done all that the engine has told of by now. */
export async function caughtUp(stage: Stage, daemon: Daemon): Promise<void> {
	// The engine tells events in their order, so whoever has seen this one has seen those before it.
	const witness = await stage.run('-P', '--label', 'SERVICE_ID=witness', 'redis');
	await eventually('the witness is registered', async () => (await stage.ids()).includes('witness'));
	await stage.engine.docker('rm', '-f', witness);
	await eventually('the witness is gone', async () => !(await stage.ids()).includes('witness'));
	await idle(daemon);
}

/** Waits until no container is waiting or being worked on. */
export async function idle(daemon: Daemon): Promise<void> {
	await eventually('the queue is empty', async () => {
		const waiting = await daemon.metric('workqueue_depth');
		return waiting + (await daemon.metric('reconsul_reconcile_active_workers')) === 0;
	});
}

/** Waits until so many more full passes have found nothing to do. */
export async function cleanPasses(daemon: Daemon, count: number): Promise<void> {
	const counted = (): Promise<number> => daemon.metric('reconsul_resync_total', { result: 'clean' });
	const until = (await counted()) + count;
	const isEnough = async (): Promise<boolean> => {
		// Asks for a pass; those that come within half a second are one.
		daemon.signal('SIGHUP');
		return (await counted()) >= until;
	};
	await eventually(`${count} more clean passes`, isEnough, { withinMs: 60_000, everyMs: 100 });
}
