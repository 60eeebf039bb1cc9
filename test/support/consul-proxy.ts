import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A write as it was sent, and what the agent made of it. */
export interface Write {
	readonly path: string;
	/** JSON where it was any, else the text. */
	readonly body: unknown;
	readonly status: number;
}

/** Stands between a daemon and an agent, and keeps what is written: the agent does not give back what a check is. */
export interface ConsulProxy extends AsyncDisposable {
	readonly port: number;
	/** Since the last `forget`, in the order of the answers. */
	readonly writes: readonly Write[];
	/** When the last write was answered, as `performance.now()` counts; -Infinity where there was none. */
	readonly lastWriteAt: number;
	/** Writes that are not answered yet. */
	readonly writing: number;
	forget(): void;
}

export async function startConsulProxy(agentPort: number): Promise<ConsulProxy> {
	let writes: Write[] = [];
	let lastWriteAt = Number.NEGATIVE_INFINITY;
	let writing = 0;
	const record = async (asked: IncomingMessage, answer: ServerResponse): Promise<void> => {
		writing += 1;
		try {
			const body = await textOf(asked);
			const reply = await forwarded(asked, agentPort, body);
			const text = await textOf(reply);
			writes.push({ path: asked.url ?? '', body: parsed(body), status: reply.statusCode ?? 0 });
			lastWriteAt = performance.now();
			answer.writeHead(reply.statusCode ?? 502, withoutHop(reply.headers)).end(text);
		} finally {
			writing -= 1;
		}
	};
	const server = createServer((asked, answer) => {
		const passing = asked.method === 'GET' ? passOn(asked, answer, agentPort) : record(asked, answer);
		// The agent or the daemon went away; whoever is left sees a broken connection, as without us.
		passing.catch(() => answer.destroy());
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		port: (server.address() as AddressInfo).port,
		get writes() {
			return writes;
		},
		get lastWriteAt() {
			return lastWriteAt;
		},
		get writing() {
			return writing;
		},
		forget: () => {
			writes = [];
			lastWriteAt = Number.NEGATIVE_INFINITY;
		},
		[Symbol.asyncDispose]: async () => {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}

/** Blocking queries take a minute: the answer goes through as it comes, and the question ends when nobody waits for it. */
async function passOn(asked: IncomingMessage, answer: ServerResponse, port: number): Promise<void> {
	const gone = new AbortController();
	answer.on('close', () => gone.abort());
	const reply = await forwarded(asked, port, '', gone.signal);
	answer.writeHead(reply.statusCode ?? 502, withoutHop(reply.headers));
	for await (const chunk of reply) answer.write(chunk);
	answer.end();
}

async function forwarded(
	{ method, url, headers }: IncomingMessage,
	port: number,
	body: string,
	signal?: AbortSignal,
): Promise<IncomingMessage> {
	const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) };
	const outgoing = request({
		host: '127.0.0.1',
		port,
		method,
		path: url,
		headers: { ...withoutHop(headers), ...length },
		...(signal === undefined ? {} : { signal }),
	});
	outgoing.end(body);
	const [reply] = (await once(outgoing, 'response')) as [IncomingMessage];
	return reply;
}

const hop: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host']);

const withoutHop = (headers: IncomingMessage['headers']): IncomingMessage['headers'] =>
	Object.fromEntries(Object.entries(headers).filter(([name]) => !hop.has(name)));

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
	return Buffer.concat(await Array.fromAsync(stream)).toString('utf8');
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
