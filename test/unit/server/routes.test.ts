import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { answerTo, type RouteOptions } from '../../../src/server/routes.ts';
import { anyContainer, anyPage, anyStory } from '../../support/pages.ts';

const options: RouteOptions = {
	api: 'local',
	providers: {
		metrics: { text: async () => '', contentType: 'text/plain' },
		health: () => [],
		ready: () => [],
		services: () => 'PRIVATE',
		explain: async () => ({ status: 200, value: 'PRIVATE' }),
		history: () => 'PRIVATE',
		events: () => ({ since: 0, last: () => 0, after: () => [], onNews: () => () => {} }),
		page: {
			overview: async () => anyPage({ containers: [anyContainer({ name: 'PRIVATE' })] }),
			story: async () => anyStory({ container: anyContainer({ name: 'PRIVATE' }) }),
		},
	},
};
const request = { method: 'GET', target: '/', peer: '127.0.0.1', host: 'localhost', authorization: undefined } as const;

suite('routes', () => {
	test('only the paths of the list exist, whatever objects inherit', async () => {
		for (const target of ['', 'constructor', '__proto__', 'toString', '//', '/metrics/x', '/METRICS', '*'])
			assert.equal((await answerTo({ ...request, target }, options)).status, 404, target);
	});

	test('every target and method has an answer, and services are only for people on this machine', async () => {
		const path = fc.constantFrom(
			'/metrics',
			'/healthz',
			'/readyz',
			'/api/services',
			'/api/explain/web',
			'/api/history',
			'/api/events',
			'/container/any',
			'/',
		);
		const target = fc.oneof(
			path,
			fc.string(),
			fc.tuple(path, fc.string()).map(([start, end]) => `${start}?${end}`),
		);
		const method = fc.constantFrom('GET', 'HEAD', 'POST', 'TRACE');
		const peer = fc.constantFrom('10.0.0.1', '::1', undefined);
		const host = fc.constantFrom('localhost:9482', 'rebound.example', undefined);
		const accept = fc.constantFrom('text/html,*/*', '*/*', undefined);
		await fc.assert(
			fc.asyncProperty(method, target, peer, host, accept, async (method, target, peer, host, accept) => {
				const answer = await answerTo({ method, target, peer, host, accept, authorization: undefined }, options);
				const { status, body, feed } = answer;
				assert.ok([200, 403, 404, 405].includes(status));
				if (body.includes('PRIVATE') || feed !== undefined) assert.deepEqual([peer, host], ['::1', 'localhost:9482']);
				if (status === 200) assert.ok(method === 'GET' || method === 'HEAD');
			}),
		);
	});

	test('whoever has the token may read services from anywhere, and nobody without it', async () => {
		const remote = { ...request, target: '/api/services', peer: '10.0.0.1', host: 'u1:9482' };
		const guarded: RouteOptions = { ...options, apiToken: async () => 's3cret' };
		const status = async (authorization: string | undefined, given = guarded): Promise<number> =>
			(await answerTo({ ...remote, authorization }, given)).status;
		assert.equal(await status('Bearer s3cret'), 200);
		for (const wrong of [
			undefined,
			'',
			'Bearer',
			'Bearer ',
			'Bearer s3cre',
			'Bearer s3cret ',
			'Basic s3cret',
			's3cret',
		])
			assert.equal(await status(wrong), 403, String(wrong));
		assert.equal(await status('Bearer ', { ...options, apiToken: () => '' }), 403);
		assert.equal(await status('Bearer undefined', { ...options, apiToken: () => undefined }), 403);
	});

	test('a browser gets the page, which may load from us alone, and anybody else the list of paths', async () => {
		const browser = { ...request, accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
		const { status, body, contentType, headers } = await answerTo(browser, options);
		assert.deepEqual([status, contentType], [200, 'text/html; charset=utf-8']);
		assert.match(body, /PRIVATE/);
		const policy = headers?.['Content-Security-Policy'] ?? '';
		assert.match(policy, /default-src 'none'; script-src 'self'; .*frame-ancestors 'none'/);
		assert.doesNotMatch(policy, /unsafe|\*|https?:|data:/);
		assert.match((await answerTo(request, options)).body, /^reconsul\n\n\/metrics/);
		const remote = { ...browser, peer: '10.0.0.1', host: 'u1:9482' };
		assert.equal((await answerTo(remote, options)).status, 403);
		assert.equal((await answerTo(remote, { ...options, api: 'public' })).status, 200);
	});

	test('what the page loads is there under the name that the page has, and no other', async () => {
		const { body } = await answerTo({ ...request, accept: 'text/html' }, options);
		const paths = new Set(body.match(/\/assets\/[\w.]+/g));
		assert.equal(paths.size, 3);
		for (const target of paths) {
			const { status, headers } = await answerTo({ ...request, target }, options);
			assert.equal(status, 200, target);
			assert.match(headers?.['Cache-Control'] ?? '', /immutable/);
		}
		for (const target of ['/assets/', '/assets/page.js', '/assets/..%2fpackage.json'])
			assert.equal((await answerTo({ ...request, target }, options)).status, 404, target);
	});
});
