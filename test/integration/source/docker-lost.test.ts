import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { dockerSource } from '../../../src/source/docker.ts';
import type { SourceChange } from '../../../src/source/source.ts';
import { type DockerdProcess, eventually, freePort, removeAll, runContainer, startDockerd } from '../../support/lab.ts';
import { listenTo, soon } from './source-bench.ts';

const causes = (changes: readonly SourceChange[]): readonly string[] =>
	changes.map((change) => (change.kind === 'disconnected' ? change.cause : change.kind));

describe('an engine that goes away', () => {
	let engine: DockerdProcess;
	before(async () => {
		engine = await startDockerd();
	});
	after(() => engine[Symbol.asyncDispose]());

	test('and comes back is listened to again, and what it started alone is listed', async () => {
		const id = await engine.docker('run', '-d', '--restart', 'always', 'redis');
		const source = dockerSource({ docker: { socketPath: engine.socket } });
		using heard = await listenTo(source);
		const startedAt = (await source.list(soon())).find((container) => container.id === id)?.startedAt;
		await engine.restart();
		await heard.connected(2);
		const [, loss] = causes(heard.changes.filter(({ kind }) => kind !== 'changed'));
		assert.match(loss ?? '', /end|error/);
		await eventually('the container runs anew', async () => {
			const again = (await source.list(soon())).find((container) => container.id === id);
			return again !== undefined && again.startedAt !== startedAt;
		});
		await engine.docker('rm', '-f', id);
	});

	test('and is killed says so, and is found when it starts again', async () => {
		const source = dockerSource({ docker: { socketPath: engine.socket } });
		using heard = await listenTo(source);
		await engine.kill();
		await eventually('the loss is noticed', () => causes(heard.changes).some((cause) => /end|error/.test(cause)));
		await assert.rejects(source.list(soon()), { name: 'SourceError', class: 'unreachable' });
		await engine.restart();
		await heard.connected(2);
		const id = await engine.docker('run', '-d', 'redis');
		await heard.of(id, 'start');
		await engine.docker('rm', '-f', id);
	});

	test('and freezes is found out, and heard again when it thaws', async () => {
		const source = dockerSource({ docker: { socketPath: engine.socket } });
		using heard = await listenTo(source);
		await engine.freeze();
		await eventually('the freeze is noticed', () => causes(heard.changes).includes('probe'), { withinMs: 15_000 });
		await engine.thaw();
		await heard.connected(2);
		const id = await engine.docker('run', '-d', 'redis');
		await heard.of(id, 'start');
		await engine.docker('rm', '-f', id);
	});
});

/** As the usual socket proxies: GET only, and only what begins with one of these. */
const permitted = /^(\/v[\d.]+)?\/(events|containers|info|version|networks)\b/;

async function socketProxy(): Promise<{ readonly port: number; readonly denied: string[] } & AsyncDisposable> {
	const denied: string[] = [];
	const server = createServer((request, response) => {
		if (request.method !== 'GET' || !permitted.test(request.url ?? '')) {
			denied.push(`${request.method} ${request.url}`);
			response.writeHead(403).end('Forbidden by administrative rules.');
			return;
		}
		const inner = httpRequest({ socketPath: '/var/run/docker.sock', path: request.url, headers: request.headers });
		inner.on('response', (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers)));
		inner.on('response', () => response.flushHeaders());
		inner.on('error', () => response.destroy());
		response.on('close', () => inner.destroy());
		inner.end();
	});
	const port = await freePort();
	await once(server.listen(port, '127.0.0.1'), 'listening');
	return {
		port,
		denied,
		[Symbol.asyncDispose]: async () => {
			server.closeAllConnections();
			await once(server.close(), 'close');
		},
	};
}

test('a read-only socket proxy is enough for everything', async () => {
	await using proxy = await socketProxy();
	const source = dockerSource({ docker: { host: '127.0.0.1', port: proxy.port } });
	using heard = await listenTo(source);
	const { id, name } = await runContainer('-P', 'redis');
	await heard.of(id, 'start');
	assert.ok((await source.list(soon())).some((container) => container.id === id));
	assert.equal((await source.get(name, soon()))?.id, id);
	assert.match((await source.info(soon())).id, /:/);
	await removeAll();
	await heard.of(id, 'destroy');
	assert.equal(await source.get(id, soon()), undefined);
	assert.deepEqual(proxy.denied, []);
});
