import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { answerTo, type RouteOptions } from '../../../src/server/routes.ts';

const options: RouteOptions = {
	api: 'local',
	providers: {
		metrics: { text: async () => '', contentType: 'text/plain' },
		health: () => [],
		ready: () => [],
		services: () => 'PRIVATE',
	},
};
const request = { method: 'GET', target: '/', peer: '127.0.0.1', host: 'localhost' } as const;

suite('routes', () => {
	test('only the paths of the list exist, whatever objects inherit', async () => {
		for (const target of ['', 'constructor', '__proto__', 'toString', '//', '/metrics/x', '/METRICS', '*'])
			assert.equal((await answerTo({ ...request, target }, options)).status, 404, target);
	});

	test('every target and method has an answer, and services are only for people on this machine', async () => {
		const path = fc.constantFrom('/metrics', '/healthz', '/readyz', '/api/services', '/');
		const target = fc.oneof(
			path,
			fc.string(),
			fc.tuple(path, fc.string()).map(([start, end]) => `${start}?${end}`),
		);
		const method = fc.constantFrom('GET', 'HEAD', 'POST', 'TRACE');
		const peer = fc.constantFrom('10.0.0.1', '::1', undefined);
		const host = fc.constantFrom('localhost:9482', 'rebound.example', undefined);
		await fc.assert(
			fc.asyncProperty(method, target, peer, host, async (method, target, peer, host) => {
				const { status, body } = await answerTo({ method, target, peer, host }, options);
				assert.ok([200, 403, 404, 405].includes(status));
				if (body.includes('PRIVATE')) assert.deepEqual([peer, host], ['::1', 'localhost:9482']);
				if (status === 200) assert.ok(method === 'GET' || method === 'HEAD');
			}),
		);
	});
});
