import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { eventually, freePort } from '../support/lab.ts';
import { wallClock } from './recorder.ts';

/** What is compared: the daemon, and the bare calls with and without a read of the id before the write. */
export const contestants = ['reconsul', 'read', 'plain'] as const;
export type Contestant = (typeof contestants)[number];

export interface Place {
	/** The engine's. */
	readonly socket: string;
	/** Of the recorder before the agent. */
	readonly consulPort: number;
	/** The bare calls hear only of containers with this label. */
	readonly label?: string;
	/** The bare calls put back what others deregister, as the daemon always does. */
	readonly watch?: boolean;
	/** Of the daemon. */
	readonly options?: readonly string[];
}

/** One running process of a contestant. */
export interface Program extends AsyncDisposable {
	/** When it was started, on the wall clock. */
	readonly startedAt: number;
	/** Waits until it says that it is ready; gives the time from its start. */
	ready(): Promise<number>;
	/** Asks for a full pass; of the daemon only. */
	pass(): void;
	/** Processor time so far, of all threads, in milliseconds; by its own account, /proc being too coarse. */
	cpuMs(): Promise<number>;
	/** Resident memory in MB. */
	memoryMb(): Promise<number>;
	/** SIGTERM, and waits for the end. */
	stop(): Promise<void>;
}

export interface Bundles {
	readonly reconsul: string;
	readonly bare: string;
	/** Where their output goes. */
	readonly folder: string;
}

export async function launch(contestant: Contestant, bundles: Bundles, place: Place): Promise<Program> {
	const port = await freePort();
	const log = openSync(join(bundles.folder, `${contestant}.log`), 'a');
	const startedAt = wallClock();
	const child = spawn(process.execPath, argumentsOf(contestant, bundles, place, port), {
		stdio: ['ignore', log, log],
		env: { ...process.env, DOCKER_HOST: `unix://${place.socket}` },
	});
	const end = (): void => void child.kill('SIGKILL');
	process.on('exit', end);
	const stop = async (): Promise<void> => {
		process.off('exit', end);
		if (child.exitCode !== null || child.signalCode !== null) return;
		child.kill('SIGTERM');
		await once(child, 'exit');
	};
	return {
		startedAt,
		ready: async () => {
			await eventually(`${contestant} is ready`, () => child.exitCode !== null || isReady(port), {
				everyMs: 2,
				withinMs: 30_000,
			});
			const time = wallClock() - startedAt;
			if (child.exitCode === null) return time;
			throw new Error(`${contestant} ended with exit code ${child.exitCode}; its log is in ${bundles.folder}`);
		},
		pass: () => void child.kill('SIGHUP'),
		cpuMs: () => cpuMs(port),
		memoryMb: () => memoryMb(child.pid ?? 0),
		stop,
		[Symbol.asyncDispose]: stop,
	};
}

function argumentsOf(contestant: Contestant, { reconsul, bare }: Bundles, place: Place, port: number): string[] {
	const { socket, consulPort, label, watch, options = [] } = place;
	if (contestant === 'reconsul')
		return [reconsul, `--listen=127.0.0.1:${port}`, ...options, `consul://127.0.0.1:${consulPort}`];
	return [
		bare,
		`--socket=${socket}`,
		`--consul=${consulPort}`,
		`--listen=${port}`,
		...(contestant === 'read' ? ['--read'] : []),
		...(label === undefined ? [] : [`--label=${label}`]),
		...(watch ? ['--watch'] : []),
	];
}

function isReady(port: number): Promise<boolean> {
	const { promise, resolve } = Promise.withResolvers<boolean>();
	get({ port, host: '127.0.0.1', path: '/readyz', agent: false }, (response) => {
		response.resume();
		resolve(response.statusCode === 200);
	}).on('error', () => resolve(false));
	return promise;
}

async function cpuMs(port: number): Promise<number> {
	// A connection of its own: the daemon closes one that has been idle, perhaps just as it is used again.
	const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { connection: 'close' } });
	const text = await response.text();
	const [, seconds] = /^process_cpu_seconds_total (\S+)$/m.exec(text) ?? [];
	return Number(seconds) * 1_000;
}

async function memoryMb(pid: number): Promise<number> {
	const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
	return Number(kilobytes) / 1_024;
}
