import { readFile } from 'node:fs/promises';
import { type ClientRequest, get, type IncomingMessage, type RequestOptions } from 'node:http';
import { defaultListen, hostPort, parseListen, reachableHost } from '../server/listen.ts';

export interface Verdict {
	readonly exitCode: 0 | 1;
	/** One line or a few, for the person who reads `docker inspect`. */
	readonly text: string;
}

const maxAnswer = 4_096;

/**
 * What the daemon was told to listen on, by its own command line or environment. The check runs as another process of the
 * same container (`docker exec`, HEALTHCHECK): it has the daemon's environment, but not its flags.
 *
 * @param cmdline of process 1; wrapped in an init or not, the last `-listen` counts, as in the daemon
 */
export function listenOf(cmdline: readonly string[], env: Readonly<Record<string, string | undefined>>): string {
	const given = cmdline.flatMap((argument, at) => {
		const [, inline] = /^--?listen(?:=(.*))?$/s.exec(argument) ?? [undefined, undefined];
		if (inline !== undefined) return [inline];
		const next = cmdline[at + 1];
		return /^--?listen$/.test(argument) && next !== undefined ? [next] : [];
	});
	return given.at(-1) ?? env['RECONSUL_LISTEN'] ?? defaultListen;
}

/** The command line of the container's first process; empty where it may not be read. */
export async function commandLineOfInit(): Promise<readonly string[]> {
	const text = await readFile('/proc/1/cmdline', 'utf8').catch(() => '');
	return text.replace(/\0$/, '').split('\0');
}

/**
 * Asks the daemon at its own address whether it is well. Never rejects, and settles by `timeoutMs`.
 *
 * With listening switched off there is nobody to ask; that is well, since a container lives as long as its daemon.
 */
export async function healthcheck(listen: string, timeoutMs = 2_000): Promise<Verdict> {
	try {
		const address = parseListen(listen);
		if (address === undefined) return { exitCode: 0, text: 'listening is switched off, so there is nothing to ask' };
		if (address.kind === 'unix') return await ask(address.path, { socketPath: address.path }, timeoutMs);
		const host = reachableHost(address);
		return await ask(hostPort(host, address.port), { host, port: address.port }, timeoutMs);
	} catch (error) {
		return { exitCode: 1, text: error instanceof Error ? error.message : String(error) };
	}
}

async function ask(at: string, to: RequestOptions, timeoutMs: number): Promise<Verdict> {
	const { promise, resolve } = Promise.withResolvers<Verdict>();
	const sick = (text: string): void => resolve({ exitCode: 1, text: `${at}: ${text}` });
	const request: ClientRequest = get({ ...to, path: '/healthz', agent: false, maxHeaderSize: 8_192 });
	request.once('error', (error: NodeJS.ErrnoException) => sick(`no answer (${error.code ?? error.message})`));
	request.once('response', (response) => read(response, resolve, sick));
	// Beside the socket's own: a peer that sends a byte now and then is never silent.
	const timer = setTimeout(() => sick(`no answer within ${timeoutMs} ms`), timeoutMs);
	try {
		return await promise;
	} finally {
		clearTimeout(timer);
		request.destroy();
	}
}

function read(response: IncomingMessage, resolve: (verdict: Verdict) => void, sick: (text: string) => void): void {
	let body = '';
	response.setEncoding('utf8');
	response.on('data', (chunk: string) => {
		body += chunk;
		if (body.length > maxAnswer) sick('the answer is too long to be ours');
	});
	response.once('error', (error) => sick(`no complete answer (${error.message})`));
	response.once('end', () => {
		if (response.headers['server'] !== 'reconsul') sick('something else answers there; is the port taken?');
		else resolve({ exitCode: response.statusCode === 200 ? 0 : 1, text: body.trim() });
	});
}
