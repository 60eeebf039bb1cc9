import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

export type { ConsulProcess, DockerdProcess } from './lab-daemons.ts';
export { startConsul, startDockerd } from './lab-daemons.ts';

const run = promisify(execFile);
const label = 'lab.reconsul=1';
// Test files run side by side in processes of their own and must not remove each other's containers.
const ownLabel = `lab.reconsul.run=${process.pid}`;

/**
 * The docker client, against the lab's engine unless the arguments name another with `-H`.
 *
 * @returns what it printed, without the last line break
 * @throws Error with what the client wrote to stderr
 */
export async function docker(...args: readonly string[]): Promise<string> {
	return await dockerWithin(3, args);
}

async function dockerWithin(attempts: number, args: readonly string[]): Promise<string> {
	try {
		const { stdout } = await run('docker', args, { timeout: 60_000, maxBuffer: 64 * 1024 * 1024 });
		return stdout.trimEnd();
	} catch (cause) {
		const stderr = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
		// runc gives up a pause on a busy machine, and leaves the container as it was.
		if (stderr.includes('unable to freeze') && attempts > 1) return dockerWithin(attempts - 1, args);
		throw new Error(`docker ${args.join(' ')}: ${stderr || String(cause)}`, { cause });
	}
}

/** `docker run -d ARGS` with the lab's labels. */
export async function runContainer(
	...args: readonly string[]
): Promise<{ readonly id: string; readonly name: string }> {
	const id = await docker('run', '-d', ...labelArgs, ...args);
	return { id, name: (await docker('inspect', '--format', '{{.Name}}', id)).slice(1) };
}

/** The arguments that mark a container or a network as this process's, for `docker create` and `docker network create`. */
export const labelArgs: readonly string[] = ['--label', label, '--label', ownLabel];

/** Removes the containers and networks that carry the lab's labels: this process's own, or those of every test run. */
export async function removeAll(whose: 'own' | 'all' = 'own'): Promise<void> {
	const filter = `label=${whose === 'own' ? ownLabel : label}`;
	const containers = lines(await docker('ps', '-aq', '--filter', filter));
	// One that removes itself (--rm) may be gone by now.
	if (containers.length > 0) await docker('rm', '-fv', ...containers).catch(unlessGone);
	const networks = lines(await docker('network', 'ls', '-q', '--filter', filter));
	if (networks.length > 0) await docker('network', 'rm', ...networks).catch(unlessGone);
}

function unlessGone(error: unknown): void {
	if (!/no such|already in progress|not found/i.test(String(error))) throw error;
}

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

/**
 * Waits until `check` neither throws nor yields `false`.
 *
 * @returns what `check` yielded
 * @throws Error after `withinMs` (default 10 s) with the last failure as its cause
 */
export async function eventually<T>(
	what: string,
	check: () => T | Promise<T>,
	{ withinMs = 10_000, everyMs = 50 }: { readonly withinMs?: number; readonly everyMs?: number } = {},
): Promise<Exclude<T, false>> {
	const deadline = AbortSignal.timeout(withinMs);
	const expired = once(deadline, 'abort').then(() => expiry);
	let last: unknown;
	while (!deadline.aborted) {
		const attempt = Promise.resolve().then(check);
		const outcome = await Promise.race([attempt.catch((error: unknown) => new Failure(error)), expired]);
		if (outcome === expiry) last ??= new Error('the check has not settled');
		else if (outcome instanceof Failure) last = outcome.reason;
		else if (outcome === false) last = new Error('the condition was false');
		else return outcome as Exclude<T, false>;
		await Promise.race([delay(everyMs), expired]);
	}
	const reason = last instanceof Error ? last.message : String(last);
	throw new Error(`${what}: not within ${withinMs} ms: ${reason}`, { cause: last });
}

const expiry = Symbol('expired');

class Failure {
	readonly reason: unknown;
	constructor(reason: unknown) {
		this.reason = reason;
	}
}

const given = new Set<number>();

/**
 * A TCP port of 127.0.0.1 that nobody listens on and this process was not given before. Below 32768, where neither the
 * kernel nor Docker takes ports by themselves.
 */
export async function freePort(): Promise<number> {
	for (let attempt = 0; attempt < 100; attempt++) {
		const port = 20_000 + Math.floor(Math.random() * 12_000);
		if (!given.has(port) && (await canListen(port))) {
			given.add(port);
			return port;
		}
	}
	throw new Error('no free port between 20000 and 31999 in 100 attempts');
}

function canListen(port: number): Promise<boolean> {
	const { promise, resolve } = Promise.withResolvers<boolean>();
	const server = createServer()
		.once('error', () => resolve(false))
		.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
	return promise;
}
