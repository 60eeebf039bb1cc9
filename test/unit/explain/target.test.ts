import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nearest } from '../../../src/explain/target.ts';
import { entry, stampOf } from '../cli/planned.ts';
import { container, numbered } from '../controller/containers.ts';
import { containerId } from '../plan/samples.ts';
import { explained, explanation } from './explained.ts';

const web = container({});

suite('what is asked about', () => {
	const ways: readonly (readonly [way: string, what: string])[] = [
		['a container by name', 'web'],
		['by id', web.id],
		['by the beginning of its id', web.id.slice(0, 12)],
		['a service by id', 'u1:web:80'],
		['a service by the name that it alone has', 'shop'],
	];
	for (const [way, what] of ways)
		test(way, async () => {
			const { container: found } = await explanation({ what, containers: [{ ...web, env: ['SERVICE_NAME=shop'] }] });
			assert.equal(found?.id, web.id);
		});

	test('a service of a container that is gone, by its id: what is left of it', async () => {
		const it = await explanation({ what: 'u1:web:80', entries: [entry({ stamp: stampOf(web) })] });
		assert.match(it.answer, /still in Consul as u1:web:80, and about to be removed: its container is gone/);
		assert.equal(it.verdict, 'differs');
	});

	test('nobody has the name: those that are near are told', async () => {
		const containers = [container({ name: 'frontend' }), container({ id: containerId('b'), name: 'backend' })];
		assert.deepEqual(await explained({ what: 'frontedn', containers }), { notFound: 'frontedn', near: ['frontend'] });
	});

	test('the name of services of several containers: these are told, and none is guessed', async () => {
		const containers = [numbered(1, { env: ['SERVICE_NAME=shop'] }), numbered(2, { env: ['SERVICE_NAME=shop'] })];
		assert.deepEqual(await explained({ what: 'shop', containers }), { notFound: 'shop', near: ['web-1', 'web-2'] });
	});

	test('what is nearer comes first, and of many five', () => {
		assert.deepEqual(nearest('web', ['wbe', 'my-web-1', 'db']), ['my-web-1', 'wbe']);
		assert.deepEqual(nearest('webshop', ['webshup', 'the-webshop', 'database']), ['the-webshop', 'webshup']);
		assert.equal(nearest('a', ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']).length, 5);
	});
});
