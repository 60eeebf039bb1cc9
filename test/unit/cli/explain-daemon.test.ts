import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { suite, test } from 'node:test';
import { askDaemon } from '../../../src/cli/asking/explain-daemon.ts';
import { running, stranger } from '../../support/http.ts';
import { freePort } from '../../support/lab.ts';

suite('asking a running daemon to explain', () => {
	test('gives its answer, whatever the name holds', async () => {
		const asked: string[] = [];
		const explain = async (what: string) => {
			asked.push(what);
			return { status: 200, value: { answer: 'it is' } };
		};
		await using server = await running({ providers: { explain } });
		for (const what of ['web', 'u1:web:80', 'a/b ?%#ü'])
			assert.deepEqual(await askDaemon(`127.0.0.1:${server.port}`, what), { answer: 'it is' });
		assert.deepEqual(asked, ['web', 'u1:web:80', 'a/b ?%#ü']);
	});

	const answers: readonly (readonly [what: string, status: number, value: object])[] = [
		['nobody of that name', 404, { notFound: 'wbe', near: ['web'] }],
		['an engine that does not answer', 503, { error: 'Docker is away' }],
	];
	for (const [what, status, value] of answers)
		test(`tells of ${what}`, async () => {
			await using server = await running({ providers: { explain: async () => ({ status, value }) } });
			assert.deepEqual(await askDaemon(`127.0.0.1:${server.port}`, 'web'), value);
		});

	test('finds nobody: nobody listens, or listening is switched off', async () => {
		assert.equal(await askDaemon(`127.0.0.1:${await freePort()}`, 'web'), 'none');
		assert.equal(await askDaemon('', 'web'), 'none');
	});

	const others: readonly (readonly [who: string, answer: RequestListener])[] = [
		['somebody else', (_, response) => response.end('{"answer":"mine"}')],
		[
			'a daemon that does not answer this to us',
			(_, response) => response.writeHead(403, { Server: 'reconsul' }).end(),
		],
		['an older daemon', (_, response) => response.writeHead(404, { Server: 'reconsul' }).end('there is nothing here')],
		['what is no answer', (_, response) => response.writeHead(200, { Server: 'reconsul' }).end('{"a":1}')],
		[
			'an answer that is cut',
			(_, response) => {
				response.writeHead(200, { Server: 'reconsul', 'Content-Length': '99' }).write('{"answer":');
				setImmediate(() => response.destroy());
			},
		],
		['one who says nothing', () => {}],
	];
	for (const [who, answer] of others)
		test(`looks for itself where there is ${who}`, async () => {
			await using server = await stranger(answer);
			assert.equal(await askDaemon(server.at, 'web', 500), 'none');
		});
});
