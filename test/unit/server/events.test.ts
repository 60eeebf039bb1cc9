import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { withDeadline } from '../../../src/deadline.ts';
import type { Feed } from '../../../src/server/events.ts';
import type { Limits } from '../../../src/server/http.ts';
import { ask, closing, dial, running, type TestServer } from '../../support/http.ts';

interface Source {
	readonly feed: (since: number) => Feed;
	readonly tell: (data: unknown) => void;
	/** Who listens. */
	readonly listeners: ReadonlySet<() => void>;
	/** How many events have been read. */
	readonly reads: () => number;
}

/** Numbered from 1. */
function source(...told: unknown[]): Source {
	const listeners = new Set<() => void>();
	let reads = 0;
	return {
		listeners,
		reads: () => reads,
		tell: (data) => {
			told.push(data);
			for (const listener of listeners) listener();
		},
		feed: (since) => ({
			since,
			last: () => told.length,
			*after(id) {
				for (const [at, data] of told.entries())
					if (at >= id) {
						reads += 1;
						yield { id: at + 1, data };
					}
			},
			onNews: (listener) => {
				listeners.add(listener);
				return () => listeners.delete(listener);
			},
		}),
	};
}

const serving = (of: Source, limits: Partial<Limits> = {}): Promise<TestServer> =>
	running({
		limits,
		providers: { events: (query, lastId) => of.feed(Number(lastId ?? query.get('since') ?? 0)) },
	});

/** A reader of a stream, that waits for what it is to contain. */
async function reader(server: TestServer, path = '/api/events', headers: Record<string, string> = {}) {
	const given = new AbortController();
	const response = await fetch(server.url + path, { headers, signal: given.signal });
	let text = '';
	const body = response.body?.pipeThrough(new TextDecoderStream()).getReader();
	const next = async (): Promise<boolean> => {
		const { done, value = '' } = (await body?.read()) ?? { done: true };
		text += value;
		return done;
	};
	const within = <T>(what: string, call: () => Promise<T>): Promise<T> =>
		withDeadline(what, 10_000, given.signal, call);
	return {
		response,
		/** Everything up to and with what matches. */
		until: (pattern: RegExp): Promise<string> =>
			within(`${pattern}`, async () => {
				while (!pattern.test(text)) if (await next()) throw new Error(`the stream ended with ${text}`);
				return text;
			}),
		end: (): Promise<string> =>
			within('the end', async () => {
				while (!(await next()));
				return text;
			}),
		leave: () => given.abort(),
	};
}

const untilNobodyListens = ({ listeners }: Source): Promise<void> =>
	withDeadline('the end of listening', 10_000, new AbortController().signal, async () => {
		while (listeners.size > 0) await new Promise(setImmediate);
	});

suite('a stream of events', () => {
	test('tells what was and what comes, each with its number', async () => {
		const events = source({ said: 'a' });
		await using server = await serving(events);
		const stream = await reader(server);
		assert.equal(stream.response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
		await stream.until(/id: 1\ndata: \{"said":"a"\}\n\n/);
		events.tell({ said: 'b\n\nid: 9' });
		await stream.until(/id: 2\ndata: \{"said":"b\\n\\nid: 9"\}\n\n$/);
		stream.leave();
		await untilNobodyListens(events);
	});

	test('goes on behind the last event that a browser had', async () => {
		const events = source('a', 'b', 'c');
		await using server = await serving(events);
		const stream = await reader(server, '/api/events?since=1', { 'Last-Event-ID': '2' });
		const text = await stream.until(/id: 3/);
		assert.ok(!text.includes('id: 2'), text);
		stream.leave();
	});

	test('shows that it is alive while nothing happens, and is not taken for a connection that hangs', async () => {
		const events = source();
		await using server = await serving(events, { heartbeatMs: 100, stalledMs: 400, idleMs: 100, requestMs: 100 });
		const stream = await reader(server);
		await stream.until(/(: still here\n\n){10}/);
		events.tell('a');
		await stream.until(/id: 1/);
		stream.leave();
	});

	test('is for people on this machine', async () => {
		const events = source();
		await using server = await serving(events);
		const answer = await ask(
			server.port,
			'GET /api/events HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
		);
		assert.match(answer, /^HTTP\/1\.1 403 /);
		assert.equal(events.listeners.size, 0);
	});

	test('is not for a page of another site in a browser on this machine', async () => {
		const events = source();
		await using server = await serving(events);
		const statuses: number[] = [];
		for (const site of ['cross-site', 'same-origin', 'none']) {
			const request = `GET /api/events HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: ${site}\r\n\r\n`;
			const answer = await ask(server.port, request, 300);
			statuses.push(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]));
		}
		assert.deepEqual(statuses, [403, 200, 200]);
	});

	test('begins with HEAD and ends there', async () => {
		const events = source('a');
		await using server = await serving(events);
		const response = await fetch(`${server.url}/api/events`, { method: 'HEAD' });
		assert.deepEqual([response.status, await response.text(), events.listeners.size], [200, '', 0]);
	});

	test('ends after its time, so that who may read is looked at again', async () => {
		const events = source('a');
		await using server = await serving(events, { streamMs: 100 });
		const stream = await reader(server);
		assert.match(await stream.end(), /id: 1/);
		await untilNobodyListens(events);
	});

	test('ends in good order when the server does', async () => {
		const events = source('a');
		const server = await serving(events);
		const stream = await reader(server);
		await stream.until(/id: 1/);
		// One that is forced breaks off, and reading it rejects.
		const [, text] = await Promise.all([server.close(), stream.end()]);
		assert.match(text, /id: 1/);
	});
});

suite('streams', () => {
	test('are so many and no more, and the next one is told so', async () => {
		const events = source('a');
		await using server = await serving(events, { streams: 2 });
		const streams = [await reader(server), await reader(server)];
		for (const stream of streams) await stream.until(/id: 1/);
		const refused = await fetch(`${server.url}/api/events`);
		assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '10']);
		assert.match(await refused.text(), /too many streams/);
		streams[0]?.leave();
		await withDeadline('a free place', 10_000, new AbortController().signal, async () => {
			while ((await fetch(`${server.url}/api/events`, { method: 'GET' }).then(cancelled)) !== 200);
		});
	});

	test('outlive a crowd of connections that send nothing, and leave them no room', async () => {
		const events = source('a');
		await using server = await serving(events, { connections: 4, requestMs: 60_000 });
		const stream = await reader(server);
		await stream.until(/id: 1/);
		const crowd = await Promise.all(Array.from({ length: 20 }, () => dial(server.port)));
		const cut = crowd.slice(0, 12).map((socket) => closing(socket));
		await withDeadline('the oldest to be cut', 10_000, new AbortController().signal, () => Promise.all(cut));
		assert.equal(await (await fetch(`${server.url}/healthz`)).text(), 'ok\n');
		events.tell('b');
		await stream.until(/id: 2/);
		stream.leave();
	});

	test('of a client that does not read cost a bearable amount, and are cut', async () => {
		const long = 'x'.repeat(10_000);
		const events = source(...Array.from({ length: 10_000 }, () => long));
		await using server = await serving(events, { stalledMs: 1_000, heartbeatMs: 200 });
		const socket = await dial(server.port);
		socket.pause();
		socket.write('GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
		const ended = once(socket, 'close');
		await untilListens(events);
		await untilNobodyListens(events);
		// 100 MB wait; the kernel takes a few of them for both ends, the server one event at a time.
		assert.ok(events.reads() < 2_000, `${events.reads()} events were read`);
		socket.destroy();
		await ended;
	});
});

const untilListens = ({ listeners }: Source): Promise<void> =>
	withDeadline('the stream to begin', 10_000, new AbortController().signal, async () => {
		while (listeners.size === 0) await new Promise(setImmediate);
	});

async function cancelled(response: Response): Promise<number> {
	await response.body?.cancel();
	return response.status;
}
