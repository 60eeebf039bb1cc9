import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Fault, type Rule, reset, spoiled, writeSpoiled } from './faults.ts';

export type Place = { readonly port: number } | { readonly socketPath: string };

/** Something other than a GET, as it was sent, and what came of it. */
export interface Passed {
	readonly path: string;
	readonly body: string;
	readonly status: number;
	/** When it came, in milliseconds since the epoch. */
	readonly at: number;
}

/** Stands before a server and spoils its answers. Streams are what `GET …/events` answers; all else is passed on whole. */
export interface FaultProxy extends AsyncDisposable {
	/** Where it listens. */
	readonly place: Place;
	/** From now on; the first rule that matches counts. */
	spoil(...rules: readonly Rule[]): void;
	/** From now on all is well; who hangs goes on hanging. */
	mend(): void;
	/** How often a rule has applied since `spoil`. */
	readonly met: number;
	/** Ends the open streams. */
	loseStreams(how: 'end' | 'reset'): void;
	/** Bytes that have gone through streams. */
	readonly streamed: number;
	readonly passed: readonly Passed[];
	/** Another server answers from now on. Open connections to the old one stay. */
	turnTo(place: Place): void;
	/** Listens anew at the same place; all connections are cut. On a unix socket this is another file. */
	replace(): Promise<void>;
}

/** @param listen a free port of 127.0.0.1 unless given */
export async function startFaultProxy(behind: Place, listen: Place = { port: 0 }): Promise<FaultProxy> {
	const exchanges = new Exchanges(behind);
	const open = async (at: Place): Promise<Server> => {
		const server = createServer((asked, answer) => {
			// One of the two went away; whoever is left sees a broken connection, as without us.
			exchanges.pass(asked, answer).catch(() => answer.destroy());
		});
		server.listen('port' in at ? { port: at.port, host: '127.0.0.1' } : { path: at.socketPath });
		await once(server, 'listening');
		return server;
	};
	const close = async (server: Server): Promise<void> => {
		server.close();
		server.closeAllConnections();
		await once(server, 'close');
	};
	let server = await open(listen);
	const place = 'port' in listen ? { port: (server.address() as AddressInfo).port } : listen;
	return {
		place,
		spoil: (...rules) => exchanges.spoil(rules),
		mend: () => exchanges.spoil([]),
		get met() {
			return exchanges.met;
		},
		loseStreams: (how) => exchanges.loseStreams(how),
		get streamed() {
			return exchanges.streamed;
		},
		passed: exchanges.passed,
		turnTo: (other) => {
			exchanges.behind = other;
		},
		replace: async () => {
			await close(server);
			server = await open(place);
		},
		[Symbol.asyncDispose]: () => close(server),
	};
}

class Exchanges {
	behind: Place;
	met = 0;
	streamed = 0;
	readonly passed: Passed[] = [];
	readonly #streams = new Set<ServerResponse>();
	#rules: readonly { readonly rule: Rule; left: number }[] = [];

	constructor(behind: Place) {
		this.behind = behind;
	}

	spoil(rules: readonly Rule[]): void {
		this.#rules = rules.map((rule) => ({ rule, left: rule.after ?? 0 }));
		if (rules.length > 0) this.met = 0;
	}

	loseStreams(how: 'end' | 'reset'): void {
		for (const stream of this.#streams) how === 'end' ? stream.end() : reset(stream);
	}

	pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
		return asked.method === 'GET' && /\/events(\?|$)/.test(asked.url ?? '')
			? this.#stream(asked, answer)
			: this.#whole(asked, answer);
	}

	#faultOf({ method, url }: IncomingMessage, body = ''): Fault | undefined {
		const found = this.#rules.find(({ rule }) => rule.on.test(`${method} ${url}`) && (rule.body?.test(body) ?? true));
		if (found === undefined) return undefined;
		found.left -= 1;
		if (found.left >= 0) return undefined;
		this.met += 1;
		return found.rule.fault;
	}

	async #whole(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
		const at = Date.now();
		const body = await bytesOf(asked);
		const fault = this.#faultOf(asked, body.toString());
		if (fault?.kind === 'reset') return reset(answer);
		if (fault?.kind === 'hang' && fault.before === 'headers') return;
		if (fault?.kind === 'answer') {
			answer.writeHead(fault.status, { 'content-type': typeOf(fault.body) }).end(fault.body);
			return;
		}
		const gone = new AbortController();
		// A write has been sent, and is done even if nobody waits for the answer.
		if (asked.method === 'GET') answer.on('close', () => gone.abort());
		const reply = await forwarded(asked, this.behind, body, gone.signal);
		const bytes = await bytesOf(reply);
		const status = reply.statusCode ?? 502;
		if (asked.method !== 'GET') this.passed.push({ path: asked.url ?? '', body: body.toString(), status, at });
		await spoiled(answer, { status, headers: withoutHop(reply.headers), bytes }, fault);
	}

	async #stream(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
		const gone = new AbortController();
		answer.on('close', () => gone.abort());
		const reply = await forwarded(asked, this.behind, Buffer.alloc(0), gone.signal);
		answer.writeHead(reply.statusCode ?? 502, withoutHop(reply.headers)).flushHeaders();
		this.#streams.add(answer);
		const earlier: Buffer[] = [];
		try {
			for await (const piece of reply as AsyncIterable<Buffer>) {
				this.streamed += piece.length;
				await writeSpoiled(answer, piece, earlier, this.#faultOf(asked, piece.toString()));
				earlier.push(piece);
			}
		} finally {
			this.#streams.delete(answer);
		}
		answer.end();
	}
}

const typeOf = (body: string): string => (/^[[{]/.test(body) ? 'application/json' : 'text/plain');

async function forwarded(
	{ method, url, headers }: IncomingMessage,
	to: Place,
	body: Buffer,
	signal: AbortSignal,
): Promise<IncomingMessage> {
	const length = body.length === 0 ? {} : { 'content-length': body.length };
	const where = 'port' in to ? { host: '127.0.0.1', port: to.port } : to;
	// A connection for each: none is left from before the fault.
	const options = { ...where, agent: false, method, path: url, signal } as const;
	const outgoing = request({ ...options, headers: { ...withoutHop(headers), ...length } });
	outgoing.end(body);
	const [reply] = (await once(outgoing, 'response')) as [IncomingMessage];
	return reply;
}

const hop: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

const withoutHop = (headers: IncomingMessage['headers']): IncomingMessage['headers'] =>
	Object.fromEntries(Object.entries(headers).filter(([name]) => !hop.has(name)));

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
	return Buffer.concat(await Array.fromAsync(stream));
}
