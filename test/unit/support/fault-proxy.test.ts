import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, get, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import type { Fault } from '../../support/faults.ts';
import { eventually } from '../../support/lab.ts';

const whole = JSON.stringify({ city: 'Zürich', zip: 8000 });
const plain: RequestListener = (_, answer) => {
	answer.writeHead(200, { 'content-type': 'application/json' }).end(whole);
};

interface Pair extends AsyncDisposable {
	readonly proxy: FaultProxy;
	readonly url: string;
}

/** The proxy before a server that answers as said. */
async function before(listener: RequestListener = plain): Promise<Pair> {
	const server = createServer(listener).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const proxy = await startFaultProxy({ port: (server.address() as AddressInfo).port });
	assert.ok('port' in proxy.place);
	return {
		proxy,
		url: `http://127.0.0.1:${proxy.place.port}`,
		[Symbol.asyncDispose]: async () => {
			await proxy[Symbol.asyncDispose]();
			server.closeAllConnections();
			server.close();
		},
	};
}

/** The head of an answer whose body may break. */
async function opened(url: string): Promise<IncomingMessage> {
	const asked = get(url);
	const [reply] = (await once(asked, 'response')) as [IncomingMessage];
	asked.on('error', () => {});
	return reply.on('error', () => {});
}

/** What a client sees: status and text, or that the connection broke, or that nothing has come within 200 ms. */
async function seen(url: string): Promise<string> {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(200) });
		return `${response.status} ${await response.text()}`;
	} catch (error) {
		return (error as Error).name === 'TimeoutError' ? 'nothing' : 'broken';
	}
}

suite('the proxy that spoils answers', { timeout: 20_000 }, () => {
	const rows: readonly (readonly [sentence: string, fault: Fault, seen: string])[] = [
		['nothing before the headers', { kind: 'hang', before: 'headers' }, 'nothing'],
		['headers and no body', { kind: 'hang', before: 'body' }, 'nothing'],
		['half a body', { kind: 'cut' }, 'broken'],
		['a reset', { kind: 'reset' }, 'broken'],
		['another answer', { kind: 'answer', status: 429, body: 'slow down' }, '429 slow down'],
		['another body', { kind: 'rewrite', body: (text) => text.slice(0, 3) }, '200 {"c'],
		['the answer, later', { kind: 'delay', ms: 20 }, `200 ${whole}`],
		['the answer, too late', { kind: 'delay', ms: 60_000 }, 'nothing'],
	];
	for (const [sentence, fault, expected] of rows)
		test(`gives ${sentence} where it is told to, and nowhere else, until it is mended`, async () => {
			await using pair = await before();
			pair.proxy.spoil({ on: /^GET \/bad/, after: 1, fault });
			assert.equal(await seen(`${pair.url}/bad`), `200 ${whole}`);
			assert.equal(await seen(`${pair.url}/bad`), expected);
			assert.equal(await seen(`${pair.url}/good`), `200 ${whole}`);
			assert.equal(pair.proxy.met, 1);
			pair.proxy.mend();
			assert.equal(await seen(`${pair.url}/bad`), `200 ${whole}`);
		});

	test('keeps the writes that came through', async () => {
		await using pair = await before();
		pair.proxy.spoil({ on: /^PUT/, body: /bad/, fault: { kind: 'answer', status: 500, body: '' } });
		await fetch(`${pair.url}/a`, { method: 'PUT', body: 'good' });
		await fetch(`${pair.url}/b`, { method: 'PUT', body: 'bad' });
		assert.deepEqual(
			pair.proxy.passed.map(({ path, body, status }) => [path, body, status]),
			[['/a', 'good', 200]],
		);
	});

	const streams: readonly (readonly [sentence: string, fault: Fault | undefined, text: string, isBroken: boolean])[] = [
		['as they come', undefined, 'one\nzwölf\n', false],
		['not at all', { kind: 'silence' }, '', false],
		['to the middle of a line', { kind: 'break', within: 'line' }, 'on', true],
		['to the middle of a character', { kind: 'break', within: 'character' }, 'one\nzw\u00c3', true],
		['byte by byte', { kind: 'crumble' }, 'one\nzwölf\n', false],
		['again and again', { kind: 'repeat' }, 'one\none\none\nzwölf\nzwölf\n', false],
	];
	for (const [sentence, fault, text, isBroken] of streams)
		test(`passes the pieces of a stream ${sentence}`, async () => {
			const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
			await using pair = await before(async (_, answer) => {
				answer.writeHead(200).write('one\n');
				await mayGoOn;
				answer.end('zwölf\n');
			});
			const body = fault?.kind === 'break' && fault.within === 'character' ? /ö/ : /./;
			if (fault !== undefined) pair.proxy.spoil({ on: /events/, body, fault });
			const reply = await opened(`${pair.url}/events?since=1`);
			const got: Buffer[] = [];
			let isOver = false;
			reply.on('data', (piece: Buffer) => got.push(piece));
			reply.on('close', () => {
				isOver = true;
			});
			await eventually('the first piece has come through', () => pair.proxy.streamed >= 4);
			goOn();
			await eventually('the stream is over', () => isOver);
			const expected = Buffer.from(text.replace('\u00c3', ''), 'utf8');
			const lead = text.endsWith('\u00c3') ? Buffer.of(0xc3) : Buffer.alloc(0);
			assert.deepEqual([Buffer.concat(got), reply.complete], [Buffer.concat([expected, lead]), !isBroken]);
		});

	for (const how of ['end', 'reset'] as const)
		test(`loses streams that are open: ${how}`, async () => {
			await using pair = await before((_, answer) => answer.writeHead(200).flushHeaders());
			const reply = await opened(`${pair.url}/events`);
			reply.resume();
			const over = once(reply, 'close');
			pair.proxy.loseStreams(how);
			await over.catch(() => {});
			assert.equal(reply.complete, how === 'end');
		});

	test('replaces its socket by another file', async () => {
		const folder = await mkdtemp(join(tmpdir(), 'fault-proxy-'));
		const socketPath = join(folder, 'socket');
		const server = createServer(plain).listen(0, '127.0.0.1');
		await once(server, 'listening');
		await using proxy = await startFaultProxy({ port: (server.address() as AddressInfo).port }, { socketPath });
		const status = async (): Promise<number> => {
			const [reply] = await once(get({ socketPath, path: '/', agent: false }), 'response');
			reply.resume();
			return reply.statusCode;
		};
		assert.equal(await status(), 200);
		const { birthtimeMs } = await stat(socketPath);
		await proxy.replace();
		assert.notEqual((await stat(socketPath)).birthtimeMs, birthtimeMs);
		assert.equal(await status(), 200);
		server.close();
		server.closeAllConnections();
		await rm(folder, { recursive: true });
	});
});
