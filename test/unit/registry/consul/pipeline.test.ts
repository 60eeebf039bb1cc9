import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { consulRegistry } from '../../../../src/registry/consul/registry.ts';
import type { ConsulOptions } from '../../../../src/registry/consul/transport.ts';
import type { Heartbeat, Registry } from '../../../../src/registry/registry.ts';
import { httpAnswer, rawServer } from './raw-server.ts';

const host = '127.0.0.1';
const soon = (): AbortSignal => AbortSignal.timeout(15_000);
const beats = (count: number): readonly Heartbeat[] => Array.from({ length: count }, (_, n) => ({ checkId: `c${n}` }));
const classes = async (registry: Registry, count: number): Promise<readonly (string | undefined)[]> =>
	(await registry.heartbeats(beats(count), soon())).map((error) => error?.class);
const taken = (count: number): readonly undefined[] => Array.from({ length: count }, () => undefined);
const checkIn = (request: string): string => /^PUT \/v1\/agent\/check\/update\/(\w+)/.exec(request)?.[1] ?? '';
const options = (port: number, more: Partial<ConsulOptions> = {}): ConsulOptions => ({ host, port, ...more });

test('heartbeats are under way together, over one connection', async () => {
	const waiting: Socket[] = [];
	await using server = await rawServer((_, socket) => {
		waiting.push(socket);
		// Answered only when all have come.
		if (waiting.length === 64) for (const each of waiting) each.write(httpAnswer(200, ''));
	});
	assert.deepEqual(await classes(consulRegistry(options(server.port)), 64), taken(64));
	assert.equal(server.connections(), 1);
});

test('each gets its own answer, and those that are refused stop no other', async () => {
	const answers: Readonly<Record<string, string>> = {
		c1: httpAnswer(404, 'Unknown check "c1"'),
		c3: httpAnswer(500, 'no'),
		c4: httpAnswer(429, ''),
	};
	await using server = await rawServer((request, socket) =>
		socket.write(answers[checkIn(request)] ?? httpAnswer(200, '')),
	);
	const registry = consulRegistry(options(server.port));
	assert.deepEqual(await classes(registry, 6), [
		undefined,
		'invalid',
		undefined,
		'unavailable',
		'throttled',
		undefined,
	]);
	const [, unknown] = await registry.heartbeats(beats(2), soon());
	assert.equal(unknown?.message, 'PUT /v1/agent/check/update/c1: no such check: Unknown check "c1"');
});

test('what is said goes along, as one text', async () => {
	const requests: string[] = [];
	await using server = await rawServer((request, socket) => {
		requests.push(request);
		socket.write(httpAnswer(200, ''));
	});
	const registry = consulRegistry(options(server.port, { namespace: 'team a', token: () => 'secret' }));
	const said = { status: 'critical', output: 'with "quotes"' } as const;
	await registry.heartbeats([{ checkId: 'c0' }, { checkId: 'c 1', said }], soon());
	const [other = '', plain = ''] = requests.toSorted();
	const bodyOf = (request: string): unknown => JSON.parse(request.slice(request.indexOf('\r\n\r\n')));
	assert.match(plain, /^PUT \/v1\/agent\/check\/update\/c0\?ns=team\+a HTTP/);
	assert.match(plain, /^x-consul-token: secret\r$/m);
	assert.match(plain, new RegExp(`^Host: ${host}:${server.port}\r$`, 'm'));
	assert.deepEqual(bodyOf(plain), { Status: 'passing', Output: 'the container runs' });
	assert.match(other, /^PUT \/v1\/agent\/check\/update\/c%201\?ns=team\+a HTTP/);
	assert.deepEqual(bodyOf(other), { Status: said.status, Output: said.output });
});

test('a connection that is cut in the middle of a burst costs none of them', async () => {
	const seen = new Map<string, number>();
	await using server = await rawServer((request, socket, count) => {
		const id = checkIn(request);
		seen.set(id, (seen.get(id) ?? 0) + 1);
		if (count === 10) socket.resetAndDestroy();
		else if (socket.writable) socket.write(httpAnswer(200, ''));
	});
	assert.deepEqual(await classes(consulRegistry(options(server.port)), 40), taken(40));
	assert.equal(seen.size, 40);
});

test('one that the agent gives no answer to costs no other anything', async () => {
	for (const silent of ['c0', 'c5', 'c9']) {
		const hanging = new Set<Socket>();
		await using server = await rawServer((request, socket) => {
			if (checkIn(request) === silent) hanging.add(socket);
			// What is behind it on the same connection waits.
			if (!hanging.has(socket)) socket.write(httpAnswer(200, ''));
		});
		const found = await classes(consulRegistry(options(server.port, { deadlineMs: 150 })), 10);
		assert.deepEqual(
			found,
			found.map((_, n) => (`c${n}` === silent ? 'timeout' : undefined)),
		);
	}
});

test('an agent that is slow has the deadline for each answer, not for all', async () => {
	const answers = new Map<Socket, Promise<unknown>>();
	await using server = await rawServer((_, socket) => {
		const answer = async (): Promise<unknown> => delay(20).then(() => socket.write(httpAnswer(200, '')));
		answers.set(socket, (answers.get(socket) ?? Promise.resolve()).then(answer));
	});
	assert.deepEqual(await classes(consulRegistry(options(server.port, { deadlineMs: 300 })), 40), taken(40));
	assert.equal(server.connections(), 1);
});

test('what is asked again is asked eight at a time, so that other calls are not kept waiting', async () => {
	const held: Socket[] = [];
	await using server = await rawServer((request, socket) => {
		if (request.startsWith('GET')) socket.write(httpAnswer(200, '{}'));
		else if (server.connections() === 1) socket.destroy();
		else held.push(socket);
	});
	const registry = consulRegistry(options(server.port));
	const controller = new AbortController();
	const burst = assert.rejects(registry.heartbeats(beats(64), controller.signal), /enough/);
	while (held.length < 8) await delay(1);
	assert.deepEqual(await registry.list(soon()), { registrations: [] });
	assert.equal(held.length, 8);
	controller.abort(new Error('enough'));
	await burst;
});

test('a connection serves one burst after the other', async () => {
	await using server = await rawServer((_, socket) => socket.write(httpAnswer(200, '')));
	const registry = consulRegistry(options(server.port));
	for (let burst = 0; burst < 5; burst++) assert.deepEqual(await classes(registry, 3), taken(3));
	assert.equal(server.connections(), 1);
});

test('a server that ends the connection after each answer is asked one by one', async () => {
	await using server = await rawServer((_, socket) => socket.end(httpAnswer(200, '')));
	assert.deepEqual(await classes(consulRegistry(options(server.port)), 5), taken(5));
});

test('answers that cannot be read together are read one by one', async () => {
	const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
	await using server = await rawServer((_, socket) => socket.write(chunked));
	assert.deepEqual(await classes(consulRegistry(options(server.port)), 5), taken(5));
});

test('what nobody asked for is not taken for an answer', async () => {
	const refused = new Set<string>();
	await using server = await rawServer((request, socket) => {
		const answer = checkIn(request) === 'c1' ? httpAnswer(404, 'Unknown check') : httpAnswer(200, '');
		socket.write(answer);
		if (checkIn(request) === 'c2' && !refused.has('c2')) socket.write(httpAnswer(408, 'too slow'));
		refused.add(checkIn(request));
	});
	const registry = consulRegistry(options(server.port));
	for (let burst = 0; burst < 3; burst++)
		assert.deepEqual(await classes(registry, 3), [undefined, 'invalid', undefined]);
});

test('an agent that resets every connection is unreachable, not asked for ever', async () => {
	let asked = 0;
	await using server = await rawServer((_, socket) => {
		asked += 1;
		socket.resetAndDestroy();
	});
	assert.deepEqual(await classes(consulRegistry(options(server.port)), 1), ['unreachable']);
	assert.equal(asked, 3);
});

test('an agent that hangs takes none by the deadline, and all over new connections when it is well again', async () => {
	let hangs = true;
	await using server = await rawServer((_, socket) => {
		if (!hangs) socket.write(httpAnswer(200, ''));
	});
	const registry = consulRegistry(options(server.port, { deadlineMs: 100 }));
	assert.deepEqual(await classes(registry, 2), ['timeout', 'timeout']);
	const [error] = await registry.heartbeats(beats(1), soon());
	assert.equal(
		error?.message,
		`Consul at ${host}:${server.port}: PUT /v1/agent/check/update/c0: no answer within 100 ms`,
	);
	hangs = false;
	const before = server.connections();
	assert.deepEqual(await classes(registry, 2), taken(2));
	assert.ok(server.connections() > before);
});

test('a body that is longer than any is given up', async () => {
	await using server = await rawServer((_, socket) => {
		socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n');
		socket.write('x'.repeat(200_000));
	});
	const registry = consulRegistry(options(server.port, { deadlineMs: 200 }));
	assert.deepEqual(await classes(registry, 1), ['timeout']);
});

test('what is no HTTP is an agent that is unreachable', async () => {
	await using server = await rawServer((_, socket) => socket.write('SSH-2.0-none\r\n\r\n'));
	assert.deepEqual(await classes(consulRegistry(options(server.port)), 2), ['unreachable', 'unreachable']);
});

test('an abort rejects with its own reason, at once', async () => {
	await using server = await rawServer(() => {});
	const controller = new AbortController();
	const reason = new Error('shutting down');
	const call = assert.rejects(consulRegistry(options(server.port)).heartbeats(beats(3), controller.signal), reason);
	controller.abort(reason);
	await call;
});

test('nothing is sent any more where the wait for the token was given up', async () => {
	await using server = await rawServer(() => assert.fail('sent'));
	const token = Promise.withResolvers<string>();
	const controller = new AbortController();
	const registry = consulRegistry(options(server.port, { token: () => token.promise }));
	const call = assert.rejects(registry.heartbeats(beats(2), controller.signal), /shutting down/);
	controller.abort(new Error('shutting down'));
	await call;
	token.resolve('late');
	await delay(20);
	assert.equal(server.connections(), 0);
});

test('a token that was refused is asked for anew, and only those it was refused for are sent again', async () => {
	const sent: string[] = [];
	await using server = await rawServer((request, socket) => {
		const token = /^x-consul-token: (.*)\r$/im.exec(request)?.[1] ?? '';
		sent.push(`${checkIn(request)} ${token}`);
		const isRefused = token === 'old' && checkIn(request) !== 'c0';
		socket.write(isRefused ? httpAnswer(403, `what is ${token}?`) : httpAnswer(200, ''));
	});
	let token = 'old';
	let next = 'new';
	const onTokenRefused = (): void => {
		token = next;
	};
	const registry = consulRegistry(options(server.port, { token: () => token, onTokenRefused }));
	assert.deepEqual(await classes(registry, 3), taken(3));
	assert.deepEqual(new Set(sent.splice(0)), new Set(['c0 old', 'c1 old', 'c1 new', 'c2 old', 'c2 new']));
	next = token = 'old';
	const [, error] = await registry.heartbeats(beats(2), soon());
	assert.equal(error?.class, 'forbidden');
	assert.match(error?.message ?? '', /with 403: what is \*\*\*\?; see CONSUL_HTTP_TOKEN/);
	assert.ok(sent.every((each) => each.endsWith(' old')));
});

test('a token that cannot be had is an error of each, and nothing is sent', async () => {
	await using server = await rawServer(() => assert.fail('sent'));
	const token = async (): Promise<string> => {
		throw new Error('the token file /x cannot be read');
	};
	const errors = await consulRegistry(options(server.port, { token })).heartbeats(beats(2), soon());
	for (const error of errors) assert.match(error?.message ?? '', /token file \/x cannot be read/);
});

test('a token that would be more than a header is an error of each, does not show, and nothing is sent', async () => {
	await using server = await rawServer(() => assert.fail('sent'));
	const token = 'secret\r\nX-Other: 1';
	const errors = await consulRegistry(options(server.port, { token: () => token })).heartbeats(beats(2), soon());
	for (const error of errors) {
		assert.equal(error?.class, 'unreachable');
		assert.doesNotMatch(inspect(error, { depth: 9 }), /secret/);
	}
	assert.equal(server.connections(), 0);
});

test('no heartbeats are no call', async () => {
	await using server = await rawServer(() => assert.fail('sent'));
	assert.deepEqual(await consulRegistry(options(server.port)).heartbeats([], soon()), []);
});
