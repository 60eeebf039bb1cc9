import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type Server } from 'node:net';
import { suite, test } from 'node:test';
import { commandLineOfInit, healthcheck, listenOf } from '../../../src/cli/healthcheck.ts';
import { running } from '../../support/http.ts';

suite('where the daemon of this container listens', () => {
	const node = ['/usr/bin/node', '/app/reconsul.cjs'];
	const rows: readonly [sentence: string, cmdline: readonly string[], env: Record<string, string>, listen: string][] = [
		['nowhere said: the default', [...node, 'consul://localhost:8500'], {}, ':9482'],
		['by a flag', [...node, '-listen', ':1', 'consul://h'], {}, ':1'],
		['by a flag with two dashes', [...node, '--listen', ':1', 'consul://h'], {}, ':1'],
		['by a flag with an equals sign', [...node, '-listen=:1', 'consul://h'], {}, ':1'],
		['by both in one', [...node, '--listen=[::1]:1', 'consul://h'], {}, '[::1]:1'],
		['switched off', [...node, '-listen=', 'consul://h'], {}, ''],
		['switched off by an argument of its own', [...node, '-listen', '', 'consul://h'], {}, ''],
		['twice: the last counts', [...node, '-listen=:1', '-listen', ':2', 'consul://h'], {}, ':2'],
		['by the environment', [...node, 'consul://h'], { RECONSUL_LISTEN: ':3' }, ':3'],
		['switched off by the environment', [...node, 'consul://h'], { RECONSUL_LISTEN: '' }, ''],
		[
			'by both: flags go before the environment',
			[...node, '-listen=:1', 'consul://h'],
			{ RECONSUL_LISTEN: ':3' },
			':1',
		],
		['behind an init', ['/sbin/docker-init', '--', ...node, '-listen', ':1', 'consul://h'], {}, ':1'],
		['a flag whose name only begins so', [...node, '-listener=:1', 'consul://h'], {}, ':9482'],
		['a flag without its value', [...node, '-listen'], {}, ':9482'],
		['an unreadable command line', [], {}, ':9482'],
	];
	for (const [sentence, cmdline, env, listen] of rows)
		test(sentence, () => assert.equal(listenOf(cmdline, env), listen));

	test('the command line of process 1 is read as its arguments', async () => {
		const cmdline = await commandLineOfInit();
		assert.ok(cmdline.length >= 1);
		assert.doesNotMatch(cmdline.join(''), /\0/);
	});
});

/** Something that is not us, on a port of its own. */
async function stranger(answer: RequestListener): Promise<{ readonly at: string } & AsyncDisposable> {
	const server = createHttpServer(answer).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const dispose = async (): Promise<void> => {
		server.close();
		server.closeAllConnections();
	};
	return { at: atOf(server), [Symbol.asyncDispose]: dispose };
}

function atOf(server: Server): string {
	const address = server.address();
	assert.ok(address !== null && typeof address === 'object');
	return `127.0.0.1:${address.port}`;
}

suite('the healthcheck', () => {
	test('a daemon that is well', async () => {
		await using server = await running({});
		assert.deepEqual(await healthcheck(server.address ?? ''), { exitCode: 0, text: 'ok' });
	});

	test('a daemon on all addresses is asked on the loopback', async () => {
		await using server = await running({ listen: ':0' });
		assert.equal((await healthcheck(`:${server.port}`)).exitCode, 0);
		assert.equal((await healthcheck(`0.0.0.0:${server.port}`)).exitCode, 0);
	});

	test('a daemon that is stuck, with what is stuck', async () => {
		await using server = await running({ providers: { health: () => [{ name: 'resync', problem: 'no pass' }] } });
		const { exitCode, text } = await healthcheck(server.address ?? '');
		assert.equal(exitCode, 1);
		assert.match(text, /resync failed: no pass/);
	});

	test('Docker or Consul being away does not make the container unhealthy', async () => {
		await using server = await running({ providers: { ready: () => [{ name: 'consul', problem: 'away' }] } });
		assert.equal((await healthcheck(server.address ?? '')).exitCode, 0);
	});

	test('with listening switched off there is nothing to ask, which is well', async () => {
		const { exitCode, text } = await healthcheck('');
		assert.equal(exitCode, 0);
		assert.match(text, /switched off/);
	});

	test('nobody there', async () => {
		const server = createServer().listen(0, '127.0.0.1');
		await once(server, 'listening');
		const at = atOf(server);
		server.close();
		assert.deepEqual(await healthcheck(at), { exitCode: 1, text: `${at}: no answer (ECONNREFUSED)` });
	});

	test('an address that cannot be read', async () => {
		const { exitCode, text } = await healthcheck('nonsense');
		assert.equal(exitCode, 1);
		assert.match(text, /-listen must be/);
	});

	test('something else that says yes to everything is not taken for us', async () => {
		await using other = await stranger((_, response) => response.end('ok'));
		const { exitCode, text } = await healthcheck(other.at);
		assert.equal(exitCode, 1);
		assert.match(text, /something else/);
	});

	const stubborn: readonly [sentence: string, answer: RequestListener][] = [
		['accepts and is silent', () => {}],
		['begins an answer and does not end it', (_, response) => void response.write('o')],
		[
			'sends a byte now and then',
			(_, response) => {
				const timer = setInterval(() => response.write('o'), 20);
				response.on('close', () => clearInterval(timer));
			},
		],
	];
	for (const [sentence, answer] of stubborn) {
		test(`one that ${sentence} is given up in time`, async () => {
			await using other = await stranger(answer);
			const start = performance.now();
			assert.deepEqual(await healthcheck(other.at, 200), { exitCode: 1, text: `${other.at}: no answer within 200 ms` });
			assert.ok(performance.now() - start < 2_000);
		});
	}

	test('an answer without end is not collected', async () => {
		await using other = await stranger((_, response) => void response.write('x'.repeat(100_000)));
		assert.match((await healthcheck(other.at)).text, /too long/);
	});

	test('an answer that breaks off', async () => {
		await using other = await stranger((_, response) => {
			response.writeHead(200, { 'content-length': 10 });
			response.write('x', () => response.destroy());
		});
		assert.match((await healthcheck(other.at)).text, /no complete answer/);
	});
});
