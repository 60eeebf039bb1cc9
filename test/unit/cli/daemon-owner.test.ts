import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { listenerAt } from '../../../src/cli/asking/daemon-owner.ts';
import { running, stranger } from '../../support/http.ts';
import { freePort } from '../../support/lab.ts';

const none = { kind: 'none' } as const;

suite('who listens at the address of a daemon', () => {
	test('a daemon, and what its owner is, however long its answer', async () => {
		const services = Array(5_000).fill({ id: 'u1:web:80' });
		await using server = await running({ providers: { services: () => ({ owner: 'u"1\\', services }) } });
		assert.deepEqual(await listenerAt(`127.0.0.1:${server.port}`), { kind: 'daemon', owner: 'u"1\\' });
	});

	test('a daemon that has not found out its owner yet', async () => {
		await using server = await running({ providers: { services: () => ({ owner: undefined, services: [] }) } });
		assert.deepEqual(await listenerAt(`127.0.0.1:${server.port}`), { kind: 'daemon', owner: undefined });
	});

	test('a daemon on a socket', async () => {
		const folder = await mkdtemp(join(tmpdir(), 'reconsul-owner-'));
		const listen = `unix://${join(folder, 's')}`;
		{
			await using _server = await running({ listen, providers: { services: () => ({ owner: 'u1' }) } });
			assert.deepEqual(await listenerAt(listen), { kind: 'daemon', owner: 'u1' });
		}
		await rm(folder, { recursive: true });
	});

	test('nobody', async () => {
		assert.deepEqual(await listenerAt(`127.0.0.1:${await freePort()}`), none);
		assert.deepEqual(await listenerAt(''), none);
	});

	test('somebody else, or one who says nothing', async () => {
		await using other = await stranger((_, response) => response.end('{"owner":"u1"}'));
		await using silent = await stranger(() => {});
		assert.deepEqual(await listenerAt(other.at), none);
		assert.deepEqual(await listenerAt(silent.at, 200), none);
	});

	test('a daemon that does not end its answer', async () => {
		await using endless = await stranger((_, response) => {
			response.setHeader('server', 'reconsul');
			response.write('{"own');
		});
		assert.deepEqual(await listenerAt(endless.at, 200), { kind: 'daemon', owner: undefined });
	});
});
