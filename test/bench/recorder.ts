import { EventEmitter, once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A write to the agent, and when its answer came. */
export interface Write {
	readonly kind: 'register' | 'deregister' | 'maintain';
	/** Of the service. */
	readonly id: string;
	/** Milliseconds since the epoch, with a fraction. */
	readonly at: number;
	readonly isAccepted: boolean;
}

/**
 * Stands between a program and its agent, passes every byte on and notes the writes. Both the daemon and the bare calls are
 * measured by it, so neither has to be believed, and what it costs (a few hundredths of a millisecond a call) both pay.
 */
export interface Recorder extends AsyncDisposable {
	readonly port: number;
	readonly writes: readonly Write[];
	/** How many requests were answered, of any kind. */
	readonly answered: number;
	forget(): void;
	/** The first write of that kind to that service; waits for it. */
	written(kind: Write['kind'], id: string, withinMs?: number): Promise<Write>;
	/** Waits until so many different services were registered; gives the time of the last. */
	registered(count: number, withinMs?: number): Promise<number>;
}

let offset = 0;

/** The clock has whole milliseconds; the moment at which it turns tells the rest. */
export function setWallClock(): void {
	const start = Date.now();
	while (Date.now() === start);
	offset = Date.now() - performance.now();
}

export const wallClock = (): number => performance.now() + offset;

export async function record(agentPort: number): Promise<Recorder> {
	const writes: Write[] = [];
	const news = new EventEmitter().setMaxListeners(0);
	let answered = 0;
	const server = createServer((client) =>
		relay(client, connect({ port: agentPort, host: '127.0.0.1', noDelay: true }), (request, answer) => {
			// Of heartbeats many come in one piece.
			answered += answer.split('HTTP/1.1 ').length - 1;
			const write = writeOf(request);
			if (write === undefined) return;
			writes.push({ ...write, at: wallClock(), isAccepted: answer.startsWith('HTTP/1.1 200 ') });
			news.emit('write');
		}),
	);
	const until = async <T>(what: string, withinMs: number, look: () => T | undefined): Promise<T> => {
		const signal = AbortSignal.timeout(withinMs);
		for (;;) {
			const found = look();
			if (found !== undefined) return found;
			await once(news, 'write', { signal }).catch((cause: unknown) => {
				throw new Error(`${what}: not within ${withinMs} ms`, { cause });
			});
		}
	};
	return {
		port: await listening(server),
		writes,
		get answered() {
			return answered;
		},
		forget: () => {
			writes.length = 0;
		},
		written: (kind, id, withinMs = 10_000) =>
			until(`${kind} of ${id}`, withinMs, () => writes.find((it) => it.isAccepted && it.kind === kind && it.id === id)),
		registered: (count, withinMs = 60_000) =>
			until(`${count} services registered`, withinMs, () => {
				const ids = new Set(
					writes.flatMap(({ kind, id, isAccepted }) => (kind === 'register' && isAccepted ? [id] : [])),
				);
				return ids.size >= count ? writes.at(-1)?.at : undefined;
			}),
		[Symbol.asyncDispose]: async () => {
			server.close();
		},
	};
}

async function listening(server: Server): Promise<number> {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	server.unref();
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the recorder has no port');
	return address.port;
}

/** But for heartbeats, one request at a time goes over one connection, so what comes back first answers what was sent last. */
function relay(client: Socket, agent: Socket, onAnswer: (request: string, answer: string) => void): void {
	let request = '';
	client.setNoDelay(true);
	client.on('data', (piece) => {
		agent.write(piece);
		request += piece.toString('latin1');
	});
	agent.on('data', (piece) => {
		onAnswer(request, piece.toString('latin1'));
		request = '';
		client.write(piece);
	});
	const end = (): void => {
		client.destroy();
		agent.destroy();
	};
	for (const socket of [client, agent]) socket.on('close', end).on('error', end);
}

const others = /^PUT \/v1\/agent\/service\/(deregister|maintenance)\/([^ ?]+)/;

function writeOf(request: string): Pick<Write, 'kind' | 'id'> | undefined {
	if (request.startsWith('PUT /v1/agent/service/register')) {
		const { ID } = JSON.parse(request.slice(request.indexOf('\r\n\r\n')));
		return { kind: 'register', id: ID };
	}
	const [, path, id] = others.exec(request) ?? [];
	if (id === undefined) return undefined;
	return { kind: path === 'deregister' ? path : 'maintain', id: decodeURIComponent(id) };
}
