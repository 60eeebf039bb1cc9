import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Keeper, keep, quoted } from './keeper.ts';
import { docker, eventually, freePort } from './lab.ts';

interface DaemonProcess extends AsyncDisposable {
	/** SIGTERM, and waits for the end. */
	stop(): Promise<void>;
	/** SIGKILL, and waits for the end. */
	kill(): Promise<void>;
	/** Ends it when it still runs, starts it anew at the same address, and waits until it answers. */
	restart(): Promise<void>;
	/** SIGSTOP: connections are taken and nothing is answered. */
	freeze(): Promise<void>;
	thaw(): Promise<void>;
}

/** `consul agent -dev`: it forgets everything when it ends, so a restart wipes it; unless it was asked to keep it. */
export interface ConsulProcess extends DaemonProcess {
	readonly host: string;
	readonly port: number;
	/** `http://host:port` */
	readonly address: string;
	/** A call of the HTTP API, 10 s at most; the body as JSON where there is any. Throws when the status is not 2xx. */
	request(method: 'GET' | 'PUT', path: string, body?: unknown): Promise<unknown>;
}

export interface DockerdProcess extends DaemonProcess {
	readonly socket: string;
	/** `unix://` and the socket's path: a value for DOCKER_HOST. */
	readonly host: string;
	/** The docker client against this engine. */
	docker(...args: readonly string[]): Promise<string>;
}

/**
 * A Consul agent of its own on free ports, node name u1, script checks allowed.
 *
 * @param config merged over ours by Consul, e.g. `{ acl: { enabled: true } }`
 * @param isKept whether it has its data on disk, as outside of tests, and so after a restart too
 */
export async function startConsul({
	config = {},
	port,
	isKept = false,
}: {
	readonly config?: object;
	readonly port?: number;
	readonly isKept?: boolean;
} = {}): Promise<ConsulProcess> {
	const http = port ?? (await freePort());
	const folder = await mkdtemp(join(tmpdir(), 'reconsul-consul-'));
	const files = [join(folder, 'base.json'), join(folder, 'given.json')] as const;
	await writeFile(files[0], JSON.stringify(await consulConfig(http)));
	await writeFile(files[1], JSON.stringify(config));
	const log = join(folder, 'log');
	// Alone it need not wait long for others before it leads.
	const mode = isKept
		? `-server -bootstrap -data-dir ${quoted(join(folder, 'data'))} -hcl 'performance { raft_multiplier = 1 }'`
		: '-dev';
	const command = `consul agent ${mode} -config-file ${quoted(files[0])} -config-file ${quoted(files[1])}`;
	const address = `http://127.0.0.1:${http}`;
	const request = requester(address);
	const keeper = keep(['sh'], command, log);
	const answers = async (): Promise<boolean> => {
		const response = await fetch(`${address}/v1/status/leader`, { signal: AbortSignal.timeout(2_000) });
		return response.ok && (await response.text()) !== '""';
	};
	return await begun({
		host: '127.0.0.1',
		port: http,
		address,
		request,
		...controls(keeper, [folder], 'consul', log, answers),
	});
}

async function consulConfig(http: number): Promise<object> {
	return {
		node_name: 'u1',
		bind_addr: '127.0.0.1',
		client_addr: '127.0.0.1',
		enable_script_checks: true,
		log_level: 'warn',
		ports: { http, dns: -1, grpc: -1, serf_wan: -1, server: await freePort(), serf_lan: await freePort() },
	};
}

function requester(address: string): ConsulProcess['request'] {
	return async (method, path, body) => {
		const payload = body === undefined ? {} : { body: JSON.stringify(body) };
		const response = await fetch(address + path, { method, ...payload, signal: AbortSignal.timeout(10_000) });
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
		return text === '' ? undefined : JSON.parse(text);
	};
}

export interface DockerdOptions {
	/** Whether it gets the lab's images. */
	readonly images?: boolean;
	/** `ours`: the engine publishes ports where we are, so we must be where no other engine does. */
	readonly network?: 'own' | 'ours';
	/** Its daemon.json, e.g. `{ 'live-restore': true }`. */
	readonly config?: object;
}

/**
 * A Docker engine of its own with the lab's images, for tests that stop, kill or freeze one. It lives in network, mount
 * and PID namespaces of its own, so its published ports are not to be reached from outside and its end ends its containers.
 */
export async function startDockerd({
	images = true,
	network = 'own',
	config = {},
}: DockerdOptions = {}): Promise<DockerdProcess> {
	const base = process.env['RECONSUL_LAB_TMP'];
	if (base === undefined) throw new Error('an engine of its own needs the private lab: root on Linux');
	await mkdir(base, { recursive: true });
	const folder = await mkdtemp(join(base, 'dockerd-'));
	// Paths of sockets end at 107 bytes, so they are not below the work tree.
	const runtime = await mkdtemp('/run/dockerd-');
	const socket = join(runtime, 'docker.sock');
	const host = `unix://${socket}`;
	const log = join(folder, 'log');
	const net = network === 'own' ? ['--net'] : [];
	const shell = ['unshare', ...net, '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh'];
	const keeper = keep(shell, await dockerdCommand(folder, runtime, host, config), log);
	const dockerHere: DockerdProcess['docker'] = (...args) => docker('-H', host, ...args);
	const answers = async (): Promise<boolean> => (await dockerHere('version')) !== '';
	const archive = images ? process.env['RECONSUL_LAB_IMAGES'] : undefined;
	const daemon = { socket, host, docker: dockerHere, ...controls(keeper, [folder, runtime], 'dockerd', log, answers) };
	return begun(daemon, async () => {
		if (archive !== undefined) await dockerHere('load', '--quiet', '--input', archive);
	});
}

async function dockerdCommand(folder: string, runtime: string, host: string, config: object): Promise<string> {
	const file = join(folder, 'daemon.json');
	await writeFile(file, JSON.stringify(config));
	const options: readonly (readonly [string, string])[] = [
		['--config-file', file],
		['--host', host],
		['--data-root', join(folder, 'data')],
		['--exec-root', join(runtime, 'exec')],
		['--pidfile', join(runtime, 'pid')],
		['--storage-driver', process.env['RECONSUL_LAB_STORAGE'] ?? 'vfs'],
		['--exec-opt', 'native.cgroupdriver=cgroupfs'],
		// Below the lab's own, which `lab down` removes.
		['--cgroup-parent', `/${process.env['RECONSUL_LAB_CGROUP']}/${runtime.slice('/run/'.length)}`],
	];
	return `ip link set lo up; dockerd ${options.map(([name, value]) => `${name} ${quoted(value)}`).join(' ')}`;
}

function controls(
	keeper: Keeper,
	folders: readonly string[],
	what: string,
	log: string,
	answers: () => Promise<boolean>,
): DaemonProcess {
	const ended = async (signal: 'TERM' | 'KILL'): Promise<void> => {
		// A frozen one would not hear SIGTERM.
		await keeper.signal('CONT');
		await keeper.signal(signal);
	};
	return {
		stop: () => ended('TERM'),
		kill: () => keeper.signal('KILL'),
		restart: async () => {
			if (await keeper.isRunning()) await ended('TERM');
			await keeper.start();
			await eventually(`${what} answers`, async () => !(await keeper.isRunning()) || answers(), { withinMs: 30_000 });
			if (await keeper.isRunning()) return;
			throw new Error(`${what} ended: ${(await readFile(log, 'utf8')).trim().slice(-500)}`);
		},
		freeze: () => keeper.signal('STOP'),
		thaw: () => keeper.signal('CONT'),
		[Symbol.asyncDispose]: async () => {
			await keeper[Symbol.asyncDispose]();
			for (const folder of folders) await rm(folder, { recursive: true, force: true });
		},
	};
}

/** The first start is a restart of what does not run yet; when it fails nothing is left behind. */
async function begun<T extends DaemonProcess>(daemon: T, furnish = async (): Promise<void> => {}): Promise<T> {
	try {
		await daemon.restart();
		await furnish();
		return daemon;
	} catch (error) {
		await daemon[Symbol.asyncDispose]();
		throw error;
	}
}
