import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createMetrics } from '../../../src/metrics/metrics.ts';
import { startServer } from '../../../src/server/http.ts';
import { ask, logRecorder, running } from '../../support/http.ts';

suite('what is served', () => {
	test('metrics, in the format that Prometheus asks for', async () => {
		await using server = await running({ providers: { metrics: createMetrics('9.9') } });
		const response = await fetch(`${server.url}/metrics`);
		assert.equal(response.status, 200);
		assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
		assert.match(await response.text(), /^reconsul_build_info\{version="9\.9"\} 1$/m);
	});

	const rows: readonly [sentence: string, path: string, problem: string | undefined, status: number, body: string][] = [
		['health in short', '/healthz', undefined, 200, 'ok\n'],
		['health in full', '/healthz?verbose', undefined, 200, '[+]resync ok\nhealthz check passed\n'],
		['failing health', '/healthz', 'stuck', 503, '[-]resync failed: stuck\nhealthz check failed\n'],
		['readiness in short', '/readyz', undefined, 200, 'ok\n'],
		[
			'readiness in full',
			'/readyz?verbose=1',
			undefined,
			200,
			'[+]docker-list ok\n[+]consul ok\nreadyz check passed\n',
		],
		[
			'failing readiness lists every check, with the reason on one line',
			'/readyz',
			'refused\n[+]x ok',
			503,
			'[+]docker-list ok\n[-]consul failed: refused\\n[+]x ok\nreadyz check failed\n',
		],
	];
	for (const [sentence, path, problem, status, body] of rows) {
		test(sentence, async () => {
			const health = () => [{ name: 'resync', problem }];
			const ready = () => [
				{ name: 'docker-list', problem: undefined },
				{ name: 'consul', problem },
			];
			await using server = await running({ providers: { health, ready } });
			const response = await fetch(server.url + path);
			assert.equal(await response.text(), body);
			assert.equal(response.status, status);
		});
	}

	test('readiness comes and goes with the state', async () => {
		let problem: string | undefined;
		await using server = await running({ providers: { ready: () => [{ name: 'consul', problem }] } });
		const statuses: number[] = [];
		for (const next of [undefined, 'away', undefined]) {
			problem = next;
			statuses.push((await fetch(`${server.url}/readyz`)).status);
		}
		assert.deepEqual(statuses, [200, 503, 200]);
	});

	test('services as JSON that no browser guesses about or keeps', async () => {
		const services = { owner: 'u1', services: [{ id: 'u1:redis.0:6379', state: 'registered' }], omitted: [] };
		await using server = await running({ providers: { services: () => services } });
		const response = await fetch(`${server.url}/api/services`);
		assert.deepEqual(await response.json(), services);
		assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
		assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
		assert.equal(response.headers.get('cache-control'), 'no-store');
		assert.equal(response.headers.get('access-control-allow-origin'), null);
	});

	test('an index, which is also what an unknown path gets', async () => {
		await using server = await running({});
		for (const [path, status] of [
			['/', 200],
			['/nope', 404],
			['/metrics/', 404],
			['/__proto__', 404],
			['/constructor', 404],
		] as const) {
			const response = await fetch(server.url + path);
			const text = await response.text();
			assert.equal(response.status, status, path);
			for (const route of ['/metrics', '/healthz', '/readyz', '/api/services']) assert.ok(text.includes(route), path);
		}
	});

	test('HEAD is answered as GET, without the body', async () => {
		await using server = await running({});
		const [get, head] = [
			await fetch(`${server.url}/healthz`),
			await fetch(`${server.url}/healthz`, { method: 'HEAD' }),
		];
		assert.equal(head.status, 200);
		assert.equal(head.headers.get('content-length'), get.headers.get('content-length'));
		assert.equal(await head.text(), '');
	});

	for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
		test(`${method} is refused, and its body is not waited for`, async () => {
			await using server = await running({});
			const answer = await ask(
				server.port,
				`${method} /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc`,
			);
			assert.match(answer, /^HTTP\/1\.1 405 /);
			assert.match(answer, /^Allow: GET, HEAD\r$/m);
			assert.match(answer, /^Connection: close\r$/m);
		});
	}

	test('a provider that throws yields 500 without its words, which go to the log', async () => {
		const { log, lines } = logRecorder();
		const services = (): never => {
			throw new Error('inner detail');
		};
		await using server = await running({ log, providers: { services } });
		const response = await fetch(`${server.url}/api/services?x=1`);
		assert.equal(response.status, 500);
		assert.doesNotMatch(await response.text(), /inner|detail/);
		const line = lines.find(({ level }) => level === 'error');
		assert.equal(line?.['path'], '/api/services');
		assert.match(JSON.stringify(line), /inner detail/);
		assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
	});
});

suite('who may ask for services', () => {
	const get = (host: string): string => `GET /api/services HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;
	const rows: readonly [host: string, api: 'local' | 'public', status: number][] = [
		['Host: localhost:9482\r\n', 'local', 200],
		['Host: 127.0.0.1\r\n', 'local', 200],
		['Host: [::1]:1\r\n', 'local', 200],
		['Host: rebound.example:9482\r\n', 'local', 403],
		['Host: rebound.example:9482\r\n', 'public', 200],
	];
	for (const [host, api, status] of rows) {
		test(`${host.trim()} with --api=${api} gets ${status}`, async () => {
			await using server = await running({ api });
			const answer = await ask(server.port, get(host));
			assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
			if (status === 403) assert.match(answer, /--api=public/);
		});
	}

	test('without a Host header nobody gets them', async () => {
		await using server = await running({});
		assert.match(await ask(server.port, 'GET /api/services HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 403 /);
	});

	test('health and metrics answer under any name', async () => {
		await using server = await running({});
		for (const path of ['/metrics', '/healthz', '/readyz', '/']) {
			const answer = await ask(server.port, `GET ${path} HTTP/1.1\r\nHost: some.where\r\nConnection: close\r\n\r\n`);
			assert.match(answer, /^HTTP\/1\.1 200 /, path);
		}
	});
});

suite('where it listens', () => {
	test('without a host it takes both families, or IPv4 alone where there is no IPv6', async () => {
		await using server = await running({ listen: ':0' });
		assert.match(server.address ?? '', /^(\[::\]|0\.0\.0\.0):\d+$/);
		assert.equal((await fetch(`http://127.0.0.1:${server.port}/healthz`)).status, 200);
	});

	test('an empty address means no server', async () => {
		const { log, lines } = logRecorder();
		await using server = await running({ listen: '', log });
		assert.equal(server.address, undefined);
		assert.deepEqual(lines, []);
	});

	for (const listen of ['nonsense', '256.0.0.1:80', '192.0.2.1:0']) {
		test(`${listen} is told once, with the flag to change, and stops nothing`, async () => {
			const { log, lines } = logRecorder();
			await using server = await running({ listen, log });
			assert.equal(server.address, undefined);
			assert.deepEqual(
				lines.map(({ level }) => level),
				['warn'],
			);
			assert.match(JSON.stringify(lines), /-listen/);
		});
	}

	test('a taken port is told once, and taken as soon as it is free', async () => {
		const other = createServer().listen(0, '127.0.0.1');
		await once(other, 'listening');
		const address = other.address();
		assert.ok(address !== null && typeof address === 'object');
		const { log, lines } = logRecorder();
		await using server = await running({ listen: `127.0.0.1:${address.port}`, log, retryMs: 10 });
		assert.equal(server.address, undefined);
		const deadline = Date.now() + 10_000;
		while (lines.length < 15 && Date.now() < deadline) await pause(10);
		assert.deepEqual(
			lines.filter(({ level }) => level !== 'debug').map(({ level }) => level),
			['warn'],
		);
		assert.match(JSON.stringify(lines[0]), /EADDRINUSE.*-listen/);
		other.close();
		while (server.address === undefined && Date.now() < deadline) await pause(10);
		assert.equal(server.address, `127.0.0.1:${address.port}`);
		assert.equal((await fetch(`http://${server.address}/healthz`)).status, 200);
	});

	test('closing ends idle connections, frees the port, and ends the retries of a taken one', async () => {
		const { log, lines } = logRecorder();
		const first = await running({ log });
		const second = await startServer({ ...first.options, listen: `127.0.0.1:${first.port}`, retryMs: 10 });
		await fetch(`${first.url}/healthz`); // leaves a connection that is kept alive
		const start = performance.now();
		await second.close();
		const told = lines.length;
		await first.close();
		assert.ok(performance.now() - start < 900, 'an idle connection held the server up');
		await assert.rejects(fetch(`${first.url}/healthz`));
		await pause(50);
		assert.equal(lines.length, told);
	});
});
