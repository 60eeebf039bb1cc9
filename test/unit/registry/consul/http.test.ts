import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { consulHttp } from '../../../../src/registry/consul/http.ts';
import { consulRegistry } from '../../../../src/registry/consul/registry.ts';
import { RegistryError } from '../../../../src/registry/registry.ts';
import { service, stamp } from '../../../support/samples.ts';
import { httpAnswer, rawServer } from './raw-server.ts';

const host = '127.0.0.1';
const soon = (): AbortSignal => AbortSignal.timeout(15_000);
const failedWith = (errorClass: RegistryError['class']) => (error: unknown) =>
	error instanceof RegistryError && error.class === errorClass;
const promised = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"half":';

test('a body that stalls ends at the deadline', async () => {
	await using server = await rawServer((_, socket) => socket.write(promised));
	const registry = consulRegistry({ host, port: server.port, deadlineMs: 100 });
	await assert.rejects(registry.list(soon()), failedWith('timeout'));
});

test('a body that is cut off is found at once, and asked for once more', async () => {
	let asked = 0;
	await using server = await rawServer((_, socket) => {
		asked += 1;
		socket.end(promised);
	});
	await assert.rejects(consulRegistry({ host, port: server.port }).list(soon()), {
		class: 'unreachable',
		message: `Consul at ${host}:${server.port}: GET /v1/agent/services: the connection was cut in the middle of the answer`,
	});
	assert.equal(asked, 2);
});

test('a body that is cut off once is no failure', async () => {
	await using server = await rawServer((_, socket, count) =>
		count === 1 ? socket.end(promised) : socket.write(httpAnswer(200, '{}')),
	);
	assert.deepEqual(await consulRegistry({ host, port: server.port }).list(soon()), { registrations: [] });
});

test('a call that is given up frees its connection for the next', async () => {
	// By path and not by number: on a busy machine a call can be given up before it has arrived.
	await using server = await rawServer((request, socket) =>
		socket.write(request.startsWith('GET /v1/agent/services ') ? promised : httpAnswer(200, '{}')),
	);
	const http = consulHttp({ host, port: server.port }, 1);
	const stalled = (): Promise<unknown> => http.call('GET /v1/agent/services', { signal: soon(), deadlineMs: 100 });
	await assert.rejects(stalled(), failedWith('timeout'));
	await assert.rejects(stalled(), failedWith('timeout'));
	assert.deepEqual(await http.call('GET /v1/agent/self', { signal: soon() }), {
		status: 200,
		headers: { 'content-type': 'application/json', 'content-length': '2' },
		body: {},
	});
});

test('an abort rejects with its own reason, at once', async () => {
	await using server = await rawServer(() => {});
	const registry = consulRegistry({ host, port: server.port });
	const controller = new AbortController();
	const reason = new Error('shutting down');
	const call = assert.rejects(registry.list(controller.signal), reason);
	controller.abort(reason);
	await call;
});

test('an idle connection that the agent closed just as it was used again is no failure', async () => {
	await using server = await rawServer((_, socket, count) => {
		if (count === 2) socket.resetAndDestroy();
		else socket.write(httpAnswer(200, '{}'));
	});
	const registry = consulRegistry({ host, port: server.port });
	await registry.list(soon());
	await registry.list(soon());
	assert.equal(server.connections(), 2);
});

test('an agent that resets every connection is unreachable, not asked for ever', async () => {
	let asked = 0;
	await using server = await rawServer((_, socket) => {
		asked += 1;
		socket.resetAndDestroy();
	});
	await assert.rejects(consulRegistry({ host, port: server.port }).list(soon()), failedWith('unreachable'));
	assert.equal(asked, 2);
});

test('no more than 32 connections are open, however many calls wait', async () => {
	await using server = await rawServer((_, socket) => setImmediate(() => socket.write(httpAnswer(200, '{}'))));
	const registry = consulRegistry({ host, port: server.port });
	await Promise.all(Array.from({ length: 200 }, () => registry.list(soon())));
	assert.equal(server.connections(), 32);
});

test('the token of the moment goes into a header, the namespace into the query', async () => {
	const requests: string[] = [];
	await using server = await rawServer((request, socket) => {
		requests.push(request);
		socket.write(httpAnswer(200, '{}'));
	});
	let token: string | undefined = 'first';
	const registry = consulRegistry({ host, port: server.port, namespace: 'team a', token: () => token });
	await registry.list(soon());
	token = undefined;
	await registry.list(soon());
	assert.match(requests[0] ?? '', /^GET \/v1\/agent\/services\?ns=team(\+|%20)a HTTP/);
	assert.match(requests[0] ?? '', /^x-consul-token: first\r$/im);
	assert.doesNotMatch(requests[1] ?? '', /x-consul-token/i);
});

test('a refusal that repeats the token is shown without it', async () => {
	const token = 'c0ffee00-0000-4000-8000-000000000002';
	await using server = await rawServer((_, socket) => socket.write(httpAnswer(500, `"what is ${token}?"`)));
	await assert.rejects(consulRegistry({ host, port: server.port, token: () => token }).list(soon()), {
		message: 'Consul answers GET /v1/agent/services with 500: what is ***?',
	});
});

test('a token that was refused is asked for anew, and another one is tried once', async () => {
	const used: string[] = [];
	await using server = await rawServer((request, socket) => {
		const token = /^x-consul-token: (.*)\r$/im.exec(request)?.[1] ?? '';
		used.push(token);
		socket.write(token === 'new' ? httpAnswer(200, '{}') : httpAnswer(403, 'ACL not found'));
	});
	let token = 'old';
	let next = 'new';
	const onTokenRefused = (): void => {
		token = next;
	};
	const registry = consulRegistry({ host, port: server.port, token: () => token, onTokenRefused });
	await registry.list(soon());
	assert.deepEqual(used.splice(0), ['old', 'new']);
	next = token = 'stays bad';
	await assert.rejects(registry.list(soon()), failedWith('forbidden'));
	assert.deepEqual(used, ['stays bad']);
});

test('a token that cannot be had is an error of the call, and nothing is sent', async () => {
	await using server = await rawServer(() => assert.fail('sent'));
	const token = async (): Promise<string> => {
		throw new Error('the token file /x cannot be read');
	};
	const registry = consulRegistry({ host, port: server.port, token });
	await assert.rejects(registry.list(soon()), /token file \/x cannot be read/);
});

test('an agent that says it left services out puts its list in doubt', async () => {
	const headers = { 'Content-Type': 'application/json', 'X-Consul-Results-Filtered-By-ACLs': 'true' };
	await using server = await rawServer((_, socket) => socket.write(httpAnswer(200, '{}', headers)));
	const { doubt } = await consulRegistry({ host, port: server.port }).list(soon());
	assert.match(doubt ?? '', /may not read/);
});

test('a service read as absent is written in one call; any other is searched for old checks', async () => {
	const asked: string[] = [];
	await using server = await rawServer((request, socket) => {
		asked.push(request.slice(0, request.indexOf(' HTTP')));
		const isRead = request.startsWith('GET /v1/agent/service/');
		socket.write(isRead ? httpAnswer(404, '') : httpAnswer(200, '{"Checks":null}'));
	});
	const registry = consulRegistry({ host, port: server.port });
	const write = async (): Promise<readonly string[]> => {
		await registry.register(service(), stamp, soon());
		return asked.splice(0);
	};
	const search = 'GET /v1/agent/health/service/id/u1%3Aweb%3A80';
	await registry.get('u1:web:80', soon());
	asked.length = 0;
	assert.deepEqual(await write(), ['PUT /v1/agent/service/register']);
	assert.deepEqual(await write(), ['PUT /v1/agent/service/register', search]);
});

for (const status of [200, 404, 500]) {
	test(`an unknown service that the agent answers with ${status} is deregistered`, async () => {
		const answer = httpAnswer(status, 'Unknown service {"x" {}}', { 'Content-Type': 'text/plain' });
		await using server = await rawServer((_, socket) => socket.write(answer));
		await consulRegistry({ host, port: server.port }).deregister('x', soon());
	});
}

test('an IPv6 address is reached', async () => {
	const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end('{}'));
	await once(server.listen(0, '::1'), 'listening');
	const { port } = server.address() as AddressInfo;
	assert.deepEqual(await consulRegistry({ host: '::1', port }).list(soon()), { registrations: [] });
	server.closeAllConnections();
	await once(server.close(), 'close');
});
