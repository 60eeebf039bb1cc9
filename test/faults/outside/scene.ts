import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Dockerode from 'dockerode';
import { agentServices } from '../../e2e/stage.ts';
import type { Random } from '../../soak/random.ts';
import { type Strangers, strangersOf } from '../../soak/strangers.ts';
import { type Daemon, startDaemon } from '../../support/daemon.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { type ConsulProcess, type DockerdProcess, eventually, startConsul, startDockerd } from '../../support/lab.ts';
import { Overheard } from '../../support/overheard.ts';
import { type Comparison, compare, idOf, isSame, type Lives, nameOf, wrongDeletes } from '../comparison.ts';
import * as planted from '../planted.ts';

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
	readonly random: Random;
	/** What the daemon lets out, the pages as often as somebody reads them. */
	readonly heard: Overheard;
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
	/** Ids deregistered though they should not have been, entries of others that are not as they were registered. */
	wrongs(): Promise<readonly string[]>;
}

export async function setScene(given: SceneOptions, random: Random): Promise<Scene> {
	const { options = [], consul: consulConfig = {}, docker = {} } = given;
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
		registry: planted.registryAt(toConsul.place.port),
		env: planted.daemonEnvironment,
	};
	const scene = new PlayedScene({ engine, consul, toDocker, toConsul, random }, folder, async (...more) =>
		startDaemon({ ...target, options: ['--log-level=debug', ...options, ...more] }),
	);
	await scene.plant();
	await scene.run('stays.0', 'stays.1', 'stays.2', 'ends');
	await scene.restartDaemon();
	await scene.converged(10_000);
	scene.parts = parts.move();
	return scene;
}

type Parts = Pick<Scene, 'engine' | 'consul' | 'toDocker' | 'toConsul' | 'random'>;

class PlayedScene implements Scene {
	readonly consul: ConsulProcess;
	readonly toDocker: FaultProxy;
	readonly toConsul: FaultProxy;
	readonly random: Random;
	readonly heard = new Overheard();
	engine: DockerdProcess;
	parts = new AsyncDisposableStack();
	readonly #engines: DockerdProcess[];
	readonly #start: (...options: readonly string[]) => Promise<Daemon>;
	readonly #ended = new Map<string, number>();
	readonly #key: string;
	readonly #strangers: Strangers;
	#spared: ReadonlySet<string> = new Set();
	#daemon: Daemon | undefined;

	constructor(parts: Parts, folder: string, start: (...options: readonly string[]) => Promise<Daemon>) {
		// Docker 20.10 finds its id in a file that all engines of a host would share.
		this.#key = join(folder, 'key.json');
		this.engine = parts.engine;
		this.consul = parts.consul;
		this.toDocker = parts.toDocker;
		this.toConsul = parts.toConsul;
		this.random = parts.random;
		this.#strangers = strangersOf(parts);
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
		const Labels = { ...planted.container.Labels, city: 'Zürich' };
		const body = { ...planted.container, name, Image: 'redis', HostConfig, Labels };
		await (await clientOf(this.engine).createContainer(body)).start();
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

	plant(): Promise<void> {
		return this.#strangers.register();
	}

	async restartDaemon(...options: readonly string[]): Promise<void> {
		await this.#daemon?.kill();
		this.#daemon = this.heard.listen(await this.#start(...options));
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
		const wrong = await wrongDeletes(this.toConsul.passed, (name) => this.#lives(name));
		return [...wrong, ...(await this.#strangers.touched())];
	}

	/** By the engines' word; of what they do not know any more the end is known. */
	async #lives(name: string): ReturnType<Lives> {
		for (const engine of this.#engines) {
			const [found] = await clientOf(engine).listContainers({ all: true, filters: { name: [`^/${name}$`] } });
			if (found === undefined) continue;
			const { State } = await clientOf(engine).getContainer(found.Id).inspect();
			const to = State.Running ? Number.POSITIVE_INFINITY : Date.parse(State.FinishedAt);
			return [{ from: Date.parse(State.StartedAt), to }];
		}
		const to = this.#ended.get(name);
		return to === undefined ? [] : [{ from: Number.NEGATIVE_INFINITY, to }];
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#daemon?.[Symbol.asyncDispose]();
		await this.parts.disposeAsync();
	}
}

const clientOf = ({ socket }: DockerdProcess): Dockerode => new Dockerode({ socketPath: socket });

const namesOn = async (engine: DockerdProcess): Promise<readonly string[]> =>
	(await clientOf(engine).listContainers()).map(nameOf);
