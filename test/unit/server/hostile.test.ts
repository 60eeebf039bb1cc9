import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { withDeadline } from '../../../src/deadline.ts';
import type { Limits } from '../../../src/server/http.ts';
import { ask, closing, dial, running, type TestServer } from '../../support/http.ts';

/** Short enough to be waited for. */
const quick = { requestMs: 500, idleMs: 200, stalledMs: 60_000, connections: 64 } satisfies Partial<Limits>;

/** Once more if need be: on a busy machine an honest request can run into limits as short as these. */
async function isWell(server: TestServer): Promise<void> {
	const deadline = AbortSignal.timeout(5_000);
	for (;;) {
		const response = await fetch(`${server.url}/healthz`, { signal: deadline });
		if ((await response.text()) === 'ok\n') return;
	}
}

const closedWithin = (socket: Socket, ms: number): Promise<void> =>
	withDeadline('the connection to close', ms, new AbortController().signal, () => closing(socket));

suite('peers that mean no good', () => {
	const header = (at: number): string => `X-${at}: ${'v'.repeat(100)}\r\n`;
	const rows: readonly [sentence: string, bytes: string, answer: RegExp][] = [
		['a method that does not exist', 'FOO /metrics HTTP/1.1\r\nHost: a\r\n\r\n', /^HTTP\/1\.1 400 /],
		['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01', /^HTTP\/1\.1 400 /],
		['no Host in HTTP/1.1', 'GET /metrics HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
		['a path of 10 kB', `GET /${'a'.repeat(10_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, /^HTTP\/1\.1 431 /],
		[
			'headers of 10 kB',
			`GET / HTTP/1.1\r\nHost: a\r\n${Array.from({ length: 100 }, (_, at) => header(at)).join('')}\r\n`,
			/^HTTP\/1\.1 431 /,
		],
		[
			'two lengths of a body',
			'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
			/^HTTP\/1\.1 400 /,
		],
		['a tunnel', 'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n', /^$/],
		[
			'another protocol',
			'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n',
			/^HTTP\/1\.1 200 /,
		],
		['the way up', 'GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 404 /],
		['an address that is no URL', 'GET //[ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 404 /],
		[
			'a query that decodes to nothing',
			'GET /healthz?%ff%zz&verbose HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
			/^HTTP\/1\.1 200 /,
		],
		[
			'a body that never ends',
			`GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc`,
			/^HTTP\/1\.1 200 /,
		],
	];
	for (const [sentence, bytes, answer] of rows) {
		test(`${sentence} is dealt with, and others are answered`, async () => {
			await using server = await running({ limits: quick });
			assert.match(await ask(server.port, bytes), answer);
			await isWell(server);
		});
	}

	test('requests that trickle in are cut off in time', async () => {
		await using server = await running({ limits: quick });
		const slow = await dial(server.port);
		slow.write('GET /metrics HTTP/1.1\r\n');
		const trickle = setInterval(() => slow.write('X: y\r\n'), 20);
		const body = await dial(server.port);
		body.write('POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n1');
		const idle = await dial(server.port);
		try {
			for (const socket of [slow, body, idle]) socket.resume();
			for (const socket of [slow, body]) await closedWithin(socket, 5_000);
			await closedWithin(idle, 5_000);
		} finally {
			clearInterval(trickle);
			for (const socket of [slow, body, idle]) socket.destroy();
		}
		await isWell(server);
	});

	test('a connection that is kept open without a further request is closed', async () => {
		await using server = await running({ limits: { ...quick, requestMs: 60_000 } });
		const socket = await dial(server.port);
		socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
		socket.resume();
		// Node's own patience would be five seconds.
		await closedWithin(socket, 3_000);
	});

	test('a connection on which nothing moves is closed', async () => {
		await using server = await running({ limits: { ...quick, requestMs: 60_000, stalledMs: 200 } });
		const socket = await dial(server.port);
		socket.write('GET /healthz HT');
		socket.resume();
		await closedWithin(socket, 3_000);
	});

	test('a crowd that connects and says nothing does not shut anybody out', async () => {
		await using server = await running({
			limits: { ...quick, requestMs: 60_000 },
		});
		const crowd: Socket[] = [];
		for (let size = 0; size < 200; size += 1) {
			const socket = await dial(server.port);
			socket.write('GET /healthz HTT');
			socket.resume();
			crowd.push(socket);
			if (size % 50 === 49) await isWell(server);
		}
		await Promise.all(crowd.slice(0, 130).map((socket) => closedWithin(socket, 5_000)));
		assert.ok(crowd.filter((socket) => !socket.closed).length <= quick.connections);
		for (const socket of crowd) socket.destroy();
	});

	test('one who asks and never reads holds nobody up, not even the end', async () => {
		const services = (): string => 'x'.repeat(20_000_000);
		await using server = await running({ limits: quick, providers: { services } });
		const socket = await dial(server.port);
		socket.pause();
		socket.write('GET /api/services HTTP/1.1\r\nHost: localhost\r\n\r\n');
		await isWell(server);
		const start = performance.now();
		await server.close();
		assert.ok(performance.now() - start < 5_000);
		socket.destroy();
	});

	test('whatever bytes come, the server lives', async () => {
		await using server = await running({ limits: quick });
		const piece = fc.oneof(
			fc.constantFrom(
				'GET ',
				'POST ',
				'/',
				'/metrics',
				'/healthz?verbose',
				' HTTP/1.1',
				' HTTP/1.0',
				'\r\n',
				'\r\n\r\n',
				'\n',
			),
			fc.constantFrom(
				'Host: localhost\r\n',
				'Content-Length: 5\r\n',
				'Content-Length: -1\r\n',
				'Transfer-Encoding: chunked\r\n',
			),
			fc.constantFrom('Expect: 100-continue\r\n', 'Connection: close\r\n', ': \r\n', '\0', 'Range: bytes=0-1\r\n'),
			fc.string({ unit: 'binary', maxLength: 30 }),
		);
		await fc.assert(
			fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
				await ask(server.port, pieces.join(''), 60);
				await isWell(server);
			}),
			{ numRuns: 60 },
		);
	});
});
