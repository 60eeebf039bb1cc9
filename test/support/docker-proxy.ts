import { once } from 'node:events';
import { chmod, chown } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** Stands before Docker's socket and passes on nothing but GET of the paths that are allowed. */
export interface DockerProxy extends AsyncDisposable {
	/** `GET /version`, without what follows the path; each once. */
	readonly allowed: ReadonlySet<string>;
	readonly refused: ReadonlySet<string>;
}

/** @param owner the only user who may open the socket at `path` */
export async function startDockerProxy(path: string, owner: number, allow: RegExp): Promise<DockerProxy> {
	const [allowed, refused] = [new Set<string>(), new Set<string>()];
	const server = createServer((asked, answer) => {
		const [target = ''] = (asked.url ?? '').split('?', 1);
		const isAllowed = asked.method === 'GET' && allow.test(target);
		(isAllowed ? allowed : refused).add(`${asked.method} ${target}`);
		if (isAllowed) passOn(asked, answer);
		else answer.writeHead(403).end('Forbidden\n');
	}).listen(path);
	await once(server, 'listening');
	await chown(path, owner, owner);
	await chmod(path, 0o600);
	return {
		allowed,
		refused,
		[Symbol.asyncDispose]: async () => {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}

function passOn({ url, headers }: IncomingMessage, answer: ServerResponse): void {
	const outgoing = request({ socketPath: '/var/run/docker.sock', path: url, headers }, (reply) => {
		answer.writeHead(reply.statusCode ?? 502, reply.headers);
		answer.flushHeaders();
		reply.on('error', () => answer.destroy()).pipe(answer);
	});
	outgoing.on('error', () => answer.destroy());
	answer.on('close', () => outgoing.destroy());
	outgoing.end();
}
