import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './watching.ts';

/** A real agent of this test's own, on free ports of loopback, with nothing on disk. */
export interface ConsulAgent extends AsyncDisposable {
	readonly host: string;
	readonly port: number;
	readonly node: string;
	/** Asks it as somebody else would. The answer's text, whatever the status. */
	ask(method: 'GET' | 'PUT', path: string, body?: unknown): Promise<{ readonly status: number; readonly text: string }>;
	/** SIGSTOP: it takes connections and says nothing. */
	freeze(): void;
	/** SIGKILL. What it knew is gone, since all of it was in memory. */
	kill(): Promise<void>;
	/** On the same ports, knowing nothing. */
	startAgain(): Promise<void>;
}

export interface AgentOptions {
	/** Added to its configuration. */
	readonly config?: Readonly<Record<string, unknown>>;
	/** For `ask`, and to see that it is ready. */
	readonly token?: string;
}

export async function startAgent({ config = {}, token }: AgentOptions = {}): Promise<ConsulAgent> {
	const host = '127.0.0.1';
	const [http = 0, lan = 0, wan = 0, server = 0] = await freePorts(4);
	const node = `node-${http}`;
	const directory = await mkdtemp(join(tmpdir(), 'reconsul-agent-'));
	const ports = { http, dns: -1, grpc: -1, serf_lan: lan, serf_wan: wan, server };
	const base = { node_name: node, bind_addr: host, client_addr: host, ports, log_level: 'warn' };
	// Two files, since the agent merges them deeply.
	await writeFile(join(directory, 'a.json'), JSON.stringify(base));
	await writeFile(join(directory, 'b.json'), JSON.stringify(config));

	const headers: Record<string, string> = token === undefined ? {} : { 'x-consul-token': token };
	const ask: ConsulAgent['ask'] = async (method, path, body) => {
		const response = await fetch(`http://${host}:${http}${path}`, {
			method,
			headers,
			signal: AbortSignal.timeout(10_000),
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		return { status: response.status, text: await response.text() };
	};
	let child: ChildProcess | undefined;
	const start = async (): Promise<void> => {
		const started = spawn('consul', ['agent', '-dev', `-config-dir=${directory}`], {
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		child = started;
		let log = '';
		for (const stream of [started.stdout, started.stderr]) stream.on('data', (chunk) => (log += chunk));
		started.once('error', (error) => (log += `${error.message}\n`));
		const isReady = async (): Promise<true | undefined> => {
			if (started.exitCode !== null || started.pid === undefined) throw new Error(`consul ended at once: ${log}`);
			// In the catalog, with ACLs at work: until then a token is unknown and a watch sees nothing.
			const seen = await ask('GET', `/v1/catalog/node/${node}`).catch(() => undefined);
			return seen?.status === 200 && seen.text.includes(node) ? true : undefined;
		};
		await eventually('consul is ready', isReady, 20_000);
	};
	const kill = async (): Promise<void> => {
		if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
		const exit = once(child, 'exit');
		child.kill('SIGKILL');
		await exit;
	};
	await start();
	return {
		host,
		port: http,
		node,
		ask,
		freeze: () => void child?.kill('SIGSTOP'),
		kill,
		startAgain: start,
		[Symbol.asyncDispose]: async () => {
			await kill();
			await rm(directory, { recursive: true, force: true });
		},
	};
}

/** All are held until the last is known, so that they differ. */
export async function freePorts(count: number): Promise<readonly number[]> {
	const servers = await Promise.all(
		Array.from({ length: count }, async () => {
			const server = createServer().listen(0, '127.0.0.1');
			await once(server, 'listening');
			return server;
		}),
	);
	const ports = servers.map((server) => (server.address() as AddressInfo).port);
	await Promise.all(servers.map((server) => once(server.close(), 'close')));
	return ports;
}
