import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import { type ConsulProxy, startConsulProxy } from '../../support/consul-proxy.ts';

interface Pair extends AsyncDisposable {
	readonly proxy: ConsulProxy;
	readonly url: string;
}

/** The proxy before an agent that answers as said. */
async function before(agent: RequestListener): Promise<Pair> {
	const server = createServer(agent).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const proxy = await startConsulProxy((server.address() as AddressInfo).port);
	return {
		proxy,
		url: `http://127.0.0.1:${proxy.port}`,
		[Symbol.asyncDispose]: async () => {
			await proxy[Symbol.asyncDispose]();
			server.closeAllConnections();
			server.close();
		},
	};
}

const textOf = async (stream: IncomingMessage): Promise<string> =>
	Buffer.concat(await Array.fromAsync<Buffer>(stream)).toString();

suite('the proxy before an agent', { timeout: 10_000 }, () => {
	test('a write goes through as it is, is kept with the answer, and can be forgotten', async () => {
		await using pair = await before(async (asked, answer) => {
			const said = `${asked.method} ${asked.url} ${asked.headers['x-consul-token']} ${await textOf(asked)}`;
			answer.writeHead(500, { 'x-consul-index': '7' }).end(said);
		});
		const write = { method: 'PUT', body: '{"ID":"ä"}', headers: { 'x-consul-token': 'secret' } };
		const response = await fetch(`${pair.url}/v1/agent/service/register?x=1`, write);
		assert.equal(response.status, 500);
		assert.equal(response.headers.get('x-consul-index'), '7');
		assert.equal(await response.text(), 'PUT /v1/agent/service/register?x=1 secret {"ID":"ä"}');
		const kept = { path: '/v1/agent/service/register?x=1', body: { ID: 'ä' }, status: 500 };
		assert.deepEqual(pair.proxy.writes, [kept]);
		assert.ok(pair.proxy.lastWriteAt <= performance.now());
		assert.equal(pair.proxy.writing, 0);
		pair.proxy.forget();
		assert.deepEqual([pair.proxy.writes, pair.proxy.lastWriteAt], [[], Number.NEGATIVE_INFINITY]);
	});

	test('a question is not kept', async () => {
		await using pair = await before((_, answer) => void answer.end('{}'));
		assert.equal(await (await fetch(`${pair.url}/v1/agent/services`)).text(), '{}');
		assert.deepEqual(pair.proxy.writes, []);
	});

	test('a blocking query ends at the agent when nobody waits for it any more', async () => {
		const { promise: asked, resolve } = Promise.withResolvers<void>();
		const { promise: gone, resolve: leave } = Promise.withResolvers<void>();
		await using pair = await before((message) => {
			message.on('error', () => {}).on('close', leave);
			resolve();
		});
		const giveUp = new AbortController();
		const waiting = fetch(`${pair.url}/v1/catalog/node/u1?wait=55s`, { signal: giveUp.signal });
		await asked;
		giveUp.abort();
		await assert.rejects(waiting);
		await gone;
	});

	test('an agent that breaks off looks broken to the daemon too', async () => {
		await using pair = await before((message) => void message.socket.destroy());
		await assert.rejects(fetch(`${pair.url}/v1/agent/self`));
		await assert.rejects(fetch(`${pair.url}/v1/agent/service/register`, { method: 'PUT', body: '{}' }));
		assert.equal(pair.proxy.writing, 0);
	});
});
