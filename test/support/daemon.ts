import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually, freePort } from './lab.ts';

const builtProgram = join(import.meta.dirname, '..', '..', 'dist', 'reconsul.cjs');

export interface LogLine {
	readonly level: string;
	readonly message: string;
	readonly [field: string]: unknown;
}

/** The built program, `make build`, as a process. It ends with the process that started it, whatever ends that. */
export interface Program extends AsyncDisposable {
	readonly stdout: string;
	readonly stderr: string;
	/** The lines of stderr that are JSON. */
	readonly log: readonly LogLine[];
	readonly isRunning: boolean;
	/** For who limits it or looks at it from outside. */
	readonly pid: number;
	/** Settles when the process and its output have ended: with the exit code, `null` where a signal ended it. */
	readonly exit: Promise<number | null>;
	signal(name: NodeJS.Signals): void;
}

/** The program as a daemon on one engine and one registry, with its HTTP server on a free port of 127.0.0.1. */
export interface Daemon extends Program {
	readonly url: string;
	/** Waits until /readyz says 200. */
	ready(withinMs?: number): Promise<void>;
	/** The names of the checks that /readyz says have failed; empty when it says 200. */
	failedChecks(): Promise<readonly string[]>;
	/** The sum over the series of the metric that have these labels. Throws where there is none. */
	metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
	/** Writes to the registry since the start, failed ones too. */
	writes(): Promise<number>;
	/** SIGTERM; the exit code. */
	stop(): Promise<number | null>;
	/** SIGKILL, and waits for the end. */
	kill(): Promise<void>;
}

export interface ProgramOptions {
	/** A value for DOCKER_HOST; the lab's engine unless given. */
	readonly docker?: string;
	/** On top of PATH and DOCKER_HOST, which is all that it inherits. */
	readonly env?: Readonly<Record<string, string>>;
}

export interface DaemonOptions extends ProgramOptions {
	/** The registry's URI. */
	readonly registry: string;
	readonly options?: readonly string[];
	/** Instead of a free port of 127.0.0.1. */
	readonly port?: number;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
	for (const child of running) child.kill('SIGKILL');
});

/** Starts the program with exactly these arguments. */
export function startProgram(args: readonly string[], { docker, env = {} }: ProgramOptions = {}): Program {
	const [file = '', ...words] = [...wrapper, process.execPath, builtProgram, ...args];
	const host = docker === undefined ? {} : { DOCKER_HOST: docker };
	const child = spawn(file, words, {
		env: { PATH: process.env['PATH'] ?? '', ...host, ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	running.add(child);
	const exit = once(child, 'close').then(([code]: (number | null)[]) => {
		running.delete(child);
		return code ?? null;
	});
	const stdout = collected(child.stdout);
	const stderr = collected(child.stderr);
	return {
		get stdout() {
			return stdout();
		},
		get stderr() {
			return stderr();
		},
		get log() {
			return logLines(stderr());
		},
		get isRunning() {
			return running.has(child);
		},
		// setpriv becomes the program.
		pid: child.pid ?? Number.NaN,
		exit,
		signal: (name) => void child.kill(name),
		[Symbol.asyncDispose]: async () => {
			child.kill('SIGKILL');
			await exit;
		},
	};
}

/** Where the kernel can do it, our end by SIGKILL is the program's too. */
const wrapper = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [];

function collected(stream: NodeJS.ReadableStream): () => string {
	let text = '';
	stream.setEncoding('utf8').on('data', (chunk: string) => {
		text += chunk;
	});
	return () => text;
}

/** The last line may still be half written. */
const logLines = (text: string): readonly LogLine[] =>
	text
		.split('\n')
		.slice(0, -1)
		.filter((line) => line.startsWith('{'))
		.map((line) => JSON.parse(line) as LogLine);

/** Starts the daemon and waits until it is ready. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
	const daemon = await launchDaemon(options);
	try {
		await daemon.ready();
		return daemon;
	} catch (error) {
		await daemon[Symbol.asyncDispose]();
		throw error;
	}
}

/** Starts the daemon and does not wait. */
export async function launchDaemon({ registry, options = [], port, ...rest }: DaemonOptions): Promise<Daemon> {
	const listen = `127.0.0.1:${port ?? (await freePort())}`;
	const program = startProgram([`--listen=${listen}`, '--log-format=json', ...options, registry], rest);
	const url = `http://${listen}`;
	const get = (path: string): Promise<Response> => fetch(url + path, { signal: AbortSignal.timeout(5_000) });
	const failedChecks = async (): Promise<readonly string[]> => {
		const response = await get('/readyz');
		const names = [...(await response.text()).matchAll(/^\[-\](\S+) failed/gm)].map(([, name]) => String(name));
		if (response.status !== (names.length === 0 ? 200 : 503))
			throw new Error(`/readyz says ${response.status} and names ${names}`);
		return names;
	};
	const metric: Daemon['metric'] = async (name, labels = {}) => sum(await (await get('/metrics')).text(), name, labels);
	return extended(program, {
		url,
		failedChecks,
		metric,
		writes: async () =>
			(await metric('reconsul_operations_total', { result: 'ok' })) +
			(await metric('reconsul_operations_total', { result: 'error' })),
		ready: async (withinMs = 10_000) => {
			await eventually('the daemon is ready', () => isReady(program, url), { withinMs });
			if (!program.isRunning) throw new Error(`the daemon has ended: ${program.stderr.slice(-1_000)}`);
		},
		stop: () => {
			program.signal('SIGTERM');
			return program.exit;
		},
		kill: async () => {
			program.signal('SIGKILL');
			await program.exit;
		},
	});
}

/** Also true when it has ended, so that nobody waits for that in vain. */
async function isReady(program: Program, url: string): Promise<boolean> {
	if (!program.isRunning) return true;
	const { ok } = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
	return ok;
}

/** A copy by spread would read the getters once. */
const extended = <Base extends object, More extends object>(base: Base, more: More): Base & More =>
	Object.defineProperties(base, Object.getOwnPropertyDescriptors(more)) as Base & More;

function sum(metrics: string, name: string, labels: Readonly<Record<string, string>>): number {
	const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
	const values = metrics.split('\n').flatMap((line) => {
		const [, series, given = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
		return series === name && wanted.every((pair) => given.split(',').includes(pair)) ? [Number(value)] : [];
	});
	if (values.length === 0) throw new Error(`no metric ${name}{${wanted.join(',')}}`);
	return values.reduce((total, value) => total + value, 0);
}
