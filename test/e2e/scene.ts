import { maintenanceId } from '../../src/maintenance.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type ConsulProcess, docker, eventually, runContainer, startConsul } from '../support/lab.ts';
import { agentServices } from './stage.ts';

/** What an agent says of a check. */
export interface Standing {
	readonly Status: string;
	readonly Output: string;
	readonly Notes: string;
}

/** A container of a scene, and the service that it shall have. */
export interface Actor {
	readonly container: string;
	readonly service: string;
}

/**
 * An agent, and a daemon that sees the containers of this scene only, so that scenes can be played side by side on the lab's
 * engine. No pass comes to the rescue unless it is asked for: what an event does not bring about does not happen.
 */
export interface Scene extends AsyncDisposable {
	readonly consul: ConsulProcess;
	/** The one that was started last. */
	readonly daemon: Daemon;
	/** Another daemon with these options on top, once the one before has ended. */
	start(...options: readonly string[]): Promise<Daemon>;
	/** `docker run -d -P ARGS`, without a wait for anything else. */
	run(...args: readonly string[]): Promise<Actor>;
	ids(): Promise<readonly string[]>;
	/** Which services those who route by Consul may use. */
	passing(): Promise<readonly string[]>;
	check(id: string): Promise<Standing | undefined>;
	/** What its check says of Docker's health, `critical: refused` for instance. */
	health(actor: Actor): Promise<string | undefined>;
	/** Why the service is in maintenance. */
	mark(actor: Actor): Promise<string | undefined>;
	/** Waits until the daemon has done all that the engine has told of by now. */
	caughtUp(): Promise<void>;
	/** A full pass, whatever it finds. */
	pass(): Promise<void>;
}

let scenes = 0;

export const startScene = (...options: readonly string[]): Promise<Scene> => startSceneWith({}, ...options);

/** @param config what the agent is configured with beside ours */
export async function startSceneWith(config: object, ...options: readonly string[]): Promise<Scene> {
	const label = `lab.scene=${process.pid}-${++scenes}`;
	await using parts = new AsyncDisposableStack();
	const consul = parts.use(await startConsul({ config }));
	const given = ['--interval=0', '--hostname=u1', `--container-filter=label=${label}`, ...options];
	const all = { daemon: parts.use(await startDaemonOf(consul, given)) };
	const check: Scene['check'] = async (id) => {
		const checks = (await consul.request('GET', '/v1/agent/checks')) as Readonly<Record<string, Standing>>;
		return checks[id];
	};
	const ids: Scene['ids'] = async () => (await agentServices(consul)).map(({ ID }) => ID);
	const run: Scene['run'] = async (...args) => {
		const { id, name } = await runContainer('-P', '--label', label, ...args);
		return { container: id, service: `u1:${name}:6379` };
	};
	const owned = parts.move();
	return {
		...questions(consul, check),
		consul,
		get daemon() {
			return all.daemon;
		},
		start: async (...more) => {
			all.daemon = owned.use(await startDaemonOf(consul, [...given, ...more]));
			return all.daemon;
		},
		run,
		ids,
		check,
		caughtUp: async () => {
			// The engine tells events in their order, so whoever has seen this one has seen those before it.
			const witness = await run('redis');
			await eventually('the witness is registered', async () => (await ids()).includes(witness.service));
			await docker('rm', '-f', witness.container);
			await eventually('the witness is gone', async () => !(await ids()).includes(witness.service));
		},
		pass: () => fullPass(all.daemon),
		[Symbol.asyncDispose]: () => owned.disposeAsync(),
	};
}

const startDaemonOf = (consul: ConsulProcess, options: readonly string[]): Promise<Daemon> =>
	startDaemon({ registry: `consul://${consul.host}:${consul.port}`, options });

function questions(consul: ConsulProcess, check: Scene['check']): Pick<Scene, 'passing' | 'health' | 'mark'> {
	return {
		passing: async () => {
			const rows = await consul.request('GET', '/v1/health/service/redis?passing');
			return (rows as readonly { readonly Service: { readonly ID: string } }[]).map(({ Service }) => Service.ID).sort();
		},
		health: async ({ service }) => {
			const found = await check(`reconsul:${service}:docker-health`);
			return found && `${found.Status}: ${found.Output}`;
		},
		mark: async ({ service }) => (await check(maintenanceId(service)))?.Notes,
	};
}

async function fullPass(daemon: Daemon): Promise<void> {
	const passes = (): Promise<number> => daemon.metric('reconsul_resync_total');
	const before = await passes();
	daemon.signal('SIGHUP');
	await eventually('a pass is done', async () => (await passes()) > before);
	await eventually('what it found is done', async () => {
		const waiting = await daemon.metric('workqueue_depth');
		return waiting + (await daemon.metric('reconsul_reconcile_active_workers')) === 0;
	});
}

/** Waits until the question has this answer. */
export const until = async <T>(what: string, ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> => {
	let last: T | undefined;
	try {
		await eventually(
			what,
			async () => {
				last = await ask();
				return isRight(last);
			},
			{ withinMs: 20_000 },
		);
	} catch (cause) {
		throw new Error(`${what}, but: ${JSON.stringify(last)}`, { cause });
	}
	return last as T;
};
