import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { dockerEngine, type Engine } from '../../../src/source/engine.ts';
import { rawServer } from '../registry/consul/raw-server.ts';
import { type HttpEngine, httpEngine, json, text } from './http-engine.ts';

const soon = (): AbortSignal => AbortSignal.timeout(15_000);
const hasty = { callMs: 100, versionMs: 100 };

const calls: readonly (readonly [name: string, path: string, call: (engine: Engine) => Promise<unknown>])[] = [
	['list', '/containers/json', (engine) => engine.list(soon())],
	['inspect', '/containers/web/json', (engine) => engine.inspect('web', soon())],
	['info', '/info', (engine) => engine.info(soon())],
	['version', '/version', (engine) => engine.version(soon())],
];

describe('an engine that is asked', () => {
	let http: HttpEngine;
	beforeEach(async () => {
		http = await httpEngine();
	});
	afterEach(() => http[Symbol.asyncDispose]());

	for (const [name, path, call] of calls) {
		test(`${name}: its answer is given back as it is`, async () => {
			http.on(path, json({ some: 'thing' }));
			assert.deepEqual(await call(dockerEngine({ socketPath: http.socketPath })), { some: 'thing' });
			assert.deepEqual(http.asked, [`GET ${path}`]);
		});

		test(`${name}: a refusal says so`, async () => {
			http.on(path, json({ message: 'not for you' }, 403));
			await assert.rejects(call(dockerEngine({ socketPath: http.socketPath })), {
				name: 'SourceError',
				class: 'refused',
				message: `Docker at ${http.socketPath} answers ${name} with 403: not for you`,
			});
		});

		test(`${name}: no answer is a deadline missed`, async () => {
			http.on(path, () => {});
			await assert.rejects(call(dockerEngine({ socketPath: http.socketPath }, hasty)), { class: 'timeout' });
		});

		test(`${name}: a connection that is cut within the body is found at once`, async () => {
			http.on(path, (response) => {
				response.writeHead(200, { 'content-length': '1000' }).write('{"a":');
				setImmediate(() => response.destroy());
			});
			await assert.rejects(call(dockerEngine({ socketPath: http.socketPath })), {
				class: 'unreachable',
				message: `Docker at ${http.socketPath}: the connection was cut in the middle of the answer`,
			});
		});

		test(`${name}: no socket says what to do`, async () => {
			await assert.rejects(call(dockerEngine({ socketPath: '/nowhere/d.sock' })), {
				class: 'unreachable',
				message: /^Docker at \/nowhere\/d\.sock: no such file; mount it/,
			});
		});
	}

	test('a call that is given up ends at once, with the reason for that', async () => {
		const { promise: arrived, resolve } = Promise.withResolvers<void>();
		const { promise: closed, resolve: close } = Promise.withResolvers<void>();
		http.on('/info', (response) => {
			response.on('close', close);
			resolve();
		});
		const given = new AbortController();
		const call = dockerEngine({ socketPath: http.socketPath }).info(given.signal);
		await arrived;
		given.abort(new Error('we are leaving'));
		await assert.rejects(call, { message: 'we are leaving' });
		await closed;
	});

	test('a socket that nobody listens on is a daemon that does not run', async () => {
		const socketPath = `${http.socketPath}.file`;
		await writeFile(socketPath, '');
		await assert.rejects(dockerEngine({ socketPath }).info(soon()), {
			class: 'unreachable',
			message: /connection refused; is Docker running\?/,
		});
	});

	test('a host is named with its port', async () => {
		const server: Server = createServer().listen(0, '127.0.0.1');
		await once(server, 'listening');
		const { port } = server.address() as { port: number };
		await once(server.close(), 'close');
		await assert.rejects(dockerEngine({ host: '127.0.0.1', port }).info(soon()), {
			class: 'unreachable',
			message: `Docker at 127.0.0.1:${port}: connection refused; is Docker running?`,
		});
	});

	test('what does not speak HTTP is not an engine', async () => {
		await using raw = await rawServer((_, socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n\r\n'));
		await assert.rejects(dockerEngine({ host: '127.0.0.1', port: raw.port }).info(soon()), {
			class: 'invalid',
			message: /does not speak HTTP/,
		});
	});

	const absences: readonly (readonly [sentence: string, name: string])[] = [
		['a name that a path would take for its own is one name', 'a/b?c#d'],
		['a plain name', 'web'],
	];
	for (const [sentence, name] of absences)
		test(`no such container: ${sentence}`, async () => {
			http.on(`/containers/${encodeURIComponent(name)}/json`, json({ message: `No such container: ${name}` }, 404));
			assert.equal(await dockerEngine({ socketPath: http.socketPath }).inspect(name, soon()), undefined);
		});

	test("a proxy's 404 is not the absence of a container", async () => {
		http.on('*', text('404 page not found', 404));
		await assert.rejects(dockerEngine({ socketPath: http.socketPath }).inspect('web', soon()), { class: 'invalid' });
	});

	test('the environment has no say, neither in where it is nor in how long a stream may be silent', async () => {
		const given = { DOCKER_HOST: 'tcp://192.0.2.1:1', DOCKER_TLS_VERIFY: '1', DOCKER_CLIENT_TIMEOUT: '1' };
		const before = { ...process.env };
		Object.assign(process.env, given);
		try {
			http.on('/info', (response) => void setTimeout(() => json({ ID: 'A' })(response, response.req), 50));
			assert.deepEqual(await dockerEngine({ socketPath: http.socketPath }).info(soon()), { ID: 'A' });
		} finally {
			for (const name of Object.keys(given)) delete process.env[name];
			Object.assign(process.env, before);
		}
	});
});
