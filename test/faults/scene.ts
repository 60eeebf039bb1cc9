import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Dockerode from 'dockerode';
import { type AgentService, agentServices } from '../e2e/stage.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { type ConsulProcess, type DockerdProcess, eventually, startConsul, startDockerd } from '../support/lab.ts';
import { type Comparison, compare, idOf, isSame, nameOf, owner, wrongDeletes } from './comparison.ts';

export interface SceneOptions {
	/** The daemon's. */
	readonly options?: readonly string[];
	/** Merged over the agent's configuration. */
	readonly consul?: object;
	/** The engine's daemon.json. */
	readonly docker?: object;
}

/** An engine, an agent, a proxy before each, and a daemon that only knows the proxies. */
export interface Scene extends AsyncDisposable {
	readonly engine: DockerdProcess;
	readonly consul: ConsulProcess;
	readonly toDocker: FaultProxy;
	readonly toConsul: FaultProxy;
	readonly daemon: Daemon;
	/** Starts containers, on the engine itself. */
	run(...names: readonly string[]): Promise<void>;
	/** Kills them. */
	end(...names: readonly string[]): Promise<void>;
	/** Kills and removes them. */
	remove(...names: readonly string[]): Promise<void>;
	/** Registers what is not ours: by hand, and by another owner. */
	plant(): Promise<void>;
	/** Ends the daemon and starts another with these options on top. */
	restartDaemon(...options: readonly string[]): Promise<void>;
	/** A second engine; from then on it is the one that answers, and the one that is compared. */
	moveToAnotherEngine(): Promise<void>;
	/** The same after the engine before is gone for good: its containers are no more. */
	leave(...options: readonly string[]): Promise<void>;
	/** These ids are not compared, until it is called anew. */
	spare(...names: readonly string[]): void;
	compare(): Promise<Comparison>;
	/** Waits until Docker and Consul agree. */
	converged(withinMs: number): Promise<void>;
	/** Ids deregistered though they should not have been, strangers that are not as they were planted. */
	wrongs(): Promise<readonly string[]>;
}

const strangers: readonly object[] = [
	{ ID: 'u1:by-hand:6379', Name: 'redis', Port: 6379 },
	{
		ID: 'u1:other-owner:6379',
		Name: 'redis',
		Port: 6379,
		Meta: {
			'reconsul-owner': 'other',
			'reconsul-engine': 'none',
			'reconsul-container': 'f'.repeat(64),
			'reconsul-spec': '1-0000000000000000',
		},
	},
];

export async function setScene({ options = [], consul: consulConfig = {}, docker = {} }: SceneOptions): Promise<Scene> {
	await using parts = new AsyncDisposableStack();
	const folder = await mkdtemp(join(tmpdir(), 'reconsul-faults-'));
	parts.defer(() => rm(folder, { recursive: true, force: true }));
	const engine = parts.use(await startDockerd({ config: docker }));
	const consul = parts.use(await startConsul({ config: consulConfig }));
	const toDocker = parts.use(
		await startFaultProxy({ socketPath: engine.socket }, { socketPath: join(folder, 'docker.sock') }),
	);
	const toConsul = parts.use(await startFaultProxy({ port: consul.port }));
	assert.ok('socketPath' in toDocker.place && 'port' in toConsul.place);
	const target = {
		docker: `unix://${toDocker.place.socketPath}`,
		registry: `consul://127.0.0.1:${toConsul.place.port}`,
	};
	const scene = new PlayedScene({ engine, consul, toDocker, toConsul }, folder, async (...more) =>
		startDaemon({ ...target, options: [...options, ...more] }),
	);
	await scene.plant();
	await scene.run('stays.0', 'stays.1', 'stays.2', 'ends');
	await scene.restartDaemon();
	await scene.converged(10_000);
	scene.parts = parts.move();
	return scene;
}

type Parts = Pick<Scene, 'engine' | 'consul' | 'toDocker' | 'toConsul'>;

class PlayedScene implements Scene {
	readonly consul: ConsulProcess;
	readonly toDocker: FaultProxy;
	readonly toConsul: FaultProxy;
	engine: DockerdProcess;
	parts = new AsyncDisposableStack();
	readonly #engines: DockerdProcess[];
	readonly #start: (...options: readonly string[]) => Promise<Daemon>;
	readonly #ended = new Map<string, number>();
	readonly #key: string;
	#spared: ReadonlySet<string> = new Set();
	#planted: readonly AgentService[] = [];
	#daemon: Daemon | undefined;

	constructor(parts: Parts, folder: string, start: (...options: readonly string[]) => Promise<Daemon>) {
		// Docker 20.10 finds its id in a file that all engines of a host would share.
		this.#key = join(folder, 'key.json');
		this.engine = parts.engine;
		this.consul = parts.consul;
		this.toDocker = parts.toDocker;
		this.toConsul = parts.toConsul;
		this.#engines = [parts.engine];
		this.#start = start;
	}

	get daemon(): Daemon {
		if (this.#daemon === undefined) throw new Error('the daemon has not been started');
		return this.#daemon;
	}

	async run(...names: readonly string[]): Promise<void> {
		await Promise.all(names.map((name) => this.#runOne(name)));
	}

	async #runOne(name: string): Promise<void> {
		// Only those that stay come back with a new dockerd.
		const RestartPolicy = { Name: name.startsWith('stays') ? 'always' : 'no' };
		const HostConfig = { PublishAllPorts: true, RestartPolicy };
		// In each of its events, for those that are cut within a character.
		const Labels = { city: 'Zürich' };
		const container = await clientOf(this.engine).createContainer({ name, Image: 'redis', HostConfig, Labels });
		await container.start();
	}

	async end(...names: readonly string[]): Promise<void> {
		for (const name of names) await clientOf(this.engine).getContainer(name).kill();
	}

	async remove(...names: readonly string[]): Promise<void> {
		for (const name of names) {
			// Before it: the daemon may have heard of the end by the time that we are told.
			this.#ended.set(name, Date.now());
			await clientOf(this.engine).getContainer(name).remove({ force: true });
		}
	}

	async plant(): Promise<void> {
		for (const entry of strangers) await this.consul.request('PUT', '/v1/agent/service/register', entry);
		this.#planted = await this.#strangers();
	}

	async #strangers(): Promise<readonly AgentService[]> {
		return (await agentServices(this.consul)).filter(({ Meta }) => Meta['reconsul-owner'] !== owner);
	}

	async restartDaemon(...options: readonly string[]): Promise<void> {
		await this.#daemon?.kill();
		this.#daemon = await this.#start(...options);
	}

	async moveToAnotherEngine(): Promise<void> {
		this.engine = this.parts.use(await startDockerd({ config: { 'deprecated-key-path': this.#key } }));
		this.#engines.push(this.engine);
		this.toDocker.turnTo({ socketPath: this.engine.socket });
	}

	async leave(...options: readonly string[]): Promise<void> {
		const names = (await Promise.all(this.#engines.slice(0, -1).map(namesOn))).flat();
		for (const name of names) this.#ended.set(name, Date.now());
		this.#engines.splice(0, this.#engines.length - 1);
		await this.restartDaemon(...options);
	}

	spare(...names: readonly string[]): void {
		this.#spared = new Set(names.map(idOf));
	}

	async compare(): Promise<Comparison> {
		const containers = await clientOf(this.engine).listContainers();
		return compare(containers, await agentServices(this.consul), this.#spared);
	}

	async converged(withinMs: number): Promise<void> {
		const agree = async (): Promise<void> => {
			const comparison = await this.compare();
			if (!isSame(comparison)) throw new Error(JSON.stringify(comparison));
		};
		await eventually('Docker and Consul agree', agree, { withinMs });
	}

	async wrongs(): Promise<readonly string[]> {
		const wrong = await wrongDeletes(this.toConsul.passed, (name) => this.#life(name), this.#ended);
		const strange = JSON.stringify(await this.#strangers()) === JSON.stringify(this.#planted) ? [] : ['strangers'];
		return [...wrong, ...strange];
	}

	async #life(name: string): ReturnType<Parameters<typeof wrongDeletes>[1]> {
		for (const engine of this.#engines) {
			const [found] = await clientOf(engine).listContainers({ all: true, filters: { name: [`^/${name}$`] } });
			if (found === undefined) continue;
			const { State } = await clientOf(engine).getContainer(found.Id).inspect();
			const to = State.Running ? Number.POSITIVE_INFINITY : Date.parse(State.FinishedAt);
			return { from: Date.parse(State.StartedAt), to };
		}
		return undefined;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#daemon?.[Symbol.asyncDispose]();
		await this.parts.disposeAsync();
	}
}

const clientOf = ({ socket }: DockerdProcess): Dockerode => new Dockerode({ socketPath: socket });

const namesOn = async (engine: DockerdProcess): Promise<readonly string[]> =>
	(await clientOf(engine).listContainers()).map(nameOf);
