import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostAddress } from './containers.ts';
import type { Scenario, Verdict } from './play.ts';
import { hostsFile } from './stage.ts';

/** Hosts named u1, each with a network, an engine and Consul agents of its own, so that cases cannot meet. */
export interface Hosts extends AsyncDisposable {
	/** Plays the case on the first host that is free. */
	play(scenario: Scenario): Promise<Verdict>;
}

interface Host extends AsyncDisposable {
	play(scenario: Scenario): Promise<Verdict>;
}

export async function startHosts(count: number): Promise<Hosts> {
	const base = process.env['RECONSUL_LAB_TMP'];
	if (base === undefined)
		throw new Error('hosts of their own need the private lab: run this as root on Linux, through test/lab/lab exec');
	await mkdir(base, { recursive: true });
	const folder = await mkdtemp(join(base, 'hosts-'));
	const all = await Promise.all(Array.from({ length: count }, (_, index) => startHost(join(folder, `${index}`))));
	const idle = [...all];
	const waiting: ((host: Host) => void)[] = [];
	return {
		play: async (scenario) => {
			const host = idle.pop() ?? (await new Promise<Host>((resolve) => waiting.push(resolve)));
			try {
				return await host.play(scenario);
			} finally {
				const next = waiting.shift();
				if (next === undefined) idle.push(host);
				else next(host);
			}
		},
		[Symbol.asyncDispose]: async () => {
			await Promise.all(all.map((host) => host[Symbol.asyncDispose]()));
			await rm(folder, { recursive: true, force: true });
		},
	};
}

/** Not every kernel has dummy devices. */
const furnish = `set -e
hostname u1
ip link set lo up
ip link add lab0 type dummy 2>/dev/null || ip link add lab0 type bridge
ip address add ${hostAddress}/24 dev lab0
ip link set lab0 up
mount --bind "$1" /etc/hosts
exec "$2" "$3" "$1"`;

async function startHost(hosts: string): Promise<Host> {
	await writeFile(hosts, hostsFile(true));
	const program = join(import.meta.dirname, 'host.ts');
	const inside = ['sh', '-c', furnish, 'host', hosts, process.execPath, program];
	// In a session of its own, so that Ctrl-C reaches only us; it ends when we do, and cleans up.
	const child = spawn('unshare', ['--net', '--uts', '--mount', '--', ...inside], {
		stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
		detached: true,
	});
	await messageOf(child);
	return {
		play: async (scenario) => {
			child.send(scenario);
			return (await messageOf(child)) as Verdict;
		},
		[Symbol.asyncDispose]: async () => {
			if (child.exitCode !== null || child.signalCode !== null) return;
			if (child.connected) child.disconnect();
			await once(child, 'exit');
		},
	};
}

async function messageOf(child: ChildProcess): Promise<unknown> {
	const isOver = new AbortController();
	const { signal } = isOver;
	try {
		return await Promise.race([
			once(child, 'message', { signal }).then(([message]): unknown => message),
			once(child, 'exit', { signal }).then(([code]): never => {
				throw new Error(`a host has ended with ${code}; what it wrote is above`);
			}),
		]);
	} finally {
		isOver.abort();
	}
}
