import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type Daemon, startDaemon, startProgram } from '../support/daemon.ts';
import { docker, eventually, freePort, labelArgs, removeAll, runContainer, startConsul } from '../support/lab.ts';

const consul = await startConsul();
const filter = ['--hostname=u1', '-ip', '127.0.0.1', '--container-filter', `label=${labelArgs.at(-1)}`];
const folder = await mkdtemp(join(tmpdir(), 'reconsul-history-'));
after(async () => {
	await removeAll();
	await consul[Symbol.asyncDispose]();
	await rm(folder, { recursive: true });
});

const daemonWith = (...options: readonly string[]): Promise<Daemon> =>
	startDaemon({ registry: `consul://127.0.0.1:${consul.port}`, options: [...filter, ...options] });

const listenOf = ({ url }: Daemon): string => url.replace('http://', '');

async function history(listen: string, ...options: readonly string[]) {
	await using program = startProgram(['history', `--listen=${listen}`, ...options]);
	const code = await program.exit;
	return { code, stdout: program.stdout, stderr: program.stderr, lines: program.stdout.split('\n').slice(0, -1) };
}

/** Without its time. */
const words = (line: string | undefined): string => (line ?? '').replace(/^\S+ \S+Z +/, '').replace(/\d+ ms/g, 'N ms');

/** Containers of other tests come and go on this engine. */
const isOurs = (line: string): boolean => / (history-web|full pass) /.test(line);

describe('reconsul history', () => {
	test('tells from the event to the write what happened to a container, and nothing of a steady state', async () => {
		await using daemon = await daemonWith('--interval=1s');
		const listen = listenOf(daemon);
		const port = await freePort();
		const { id } = await runContainer('--name', 'history-web', '-p', `${port}:6379`, 'redis');
		await eventually('it is registered', async () => assert.equal(await daemon.writes(), 1));
		const { code, lines, stderr } = await history(listen, 'history-web');
		assert.deepEqual([code, stderr], [0, '']);
		assert.deepEqual(lines.map(words), [
			'history-web           start → registered u1:history-web:6379 (missing), N ms after the event',
		]);
		for (const name of [id.slice(0, 12), 'u1:history-web:6379', 'redis'])
			assert.deepEqual((await history(listen, name)).lines, lines, name);
		const all = (await history(listen)).lines;
		assert.match(words(all[0]), /^(full pass|Docker's events|watch on Consul) /);
		const passes = await daemon.metric('reconsul_resync_total');
		await eventually('three more passes have ended', async () =>
			assert.ok((await daemon.metric('reconsul_resync_total')) >= passes + 3),
		);
		assert.deepEqual((await history(listen, 'history-web')).lines, lines);
		assert.deepEqual((await history(listen)).lines.filter(isOurs), all.filter(isOurs));
		await docker('stop', '-t', '0', 'history-web');
		await eventually('it is gone', async () => assert.equal(await daemon.writes(), 2));
		const told = (await history(listen, 'history-web')).lines.map(words);
		assert.deepEqual(told.slice(1), [
			'history-web           die → deregistered u1:history-web:6379 (orphaned), N ms after the event',
		]);
	});

	test('tells why a container that runs is not in Consul', async () => {
		await using daemon = await daemonWith();
		await runContainer('--name', 'history-closed', 'redis');
		await eventually('it has been looked at', async () => {
			const { lines } = await history(listenOf(daemon), 'history-closed');
			assert.deepEqual(lines.map(words).length, 1);
			assert.match(words(lines[0]), /^history-closed +start → no service at 6379\/tcp: /);
		});
	});

	test('shows a machine one object a line', async () => {
		await using daemon = await daemonWith();
		await runContainer('--name', 'history-json', '-p', `${await freePort()}:6379`, 'redis');
		await eventually('it is registered', async () => assert.equal(await daemon.writes(), 1));
		const { lines } = await history(listenOf(daemon), '--json', 'history-json');
		const [entry] = lines.map((line) => JSON.parse(line));
		assert.deepEqual(
			[entry.kind, entry.container, entry.triggers, entry.result],
			['run', 'history-json', [{ from: 'event', action: 'start' }], 'ok'],
		);
	});

	test('follows what happens, also over a restart of the daemon', async () => {
		const port = await freePort();
		const start = () => startDaemon({ registry: `consul://127.0.0.1:${consul.port}`, options: filter, port });
		await using first = await start();
		await using follower = startProgram(['history', `--listen=127.0.0.1:${port}`, '--follow', 'history-followed']);
		await runContainer('--name', 'history-followed', '-p', `${await freePort()}:6379`, 'redis');
		await eventually('its start is shown', () =>
			assert.match(follower.stdout, /start → registered u1:history-followed/),
		);
		assert.equal(await first.stop(), 0);
		await using second = await start();
		await docker('rm', '-f', 'history-followed');
		await eventually('its end is shown, by the new daemon', () =>
			assert.match(follower.stdout, /die → deregistered u1:history-followed/),
		);
		assert.ok(follower.isRunning);
		await second.stop();
	});

	test('ends a daemon that is told to stop at once, however many follow it', async () => {
		await using daemon = await daemonWith();
		const followers = await Promise.all(
			Array.from({ length: 3 }, () => fetch(`${daemon.url}/api/events?since=0`).then((it) => it.body?.getReader())),
		);
		await Promise.all(followers.map((it) => it?.read()));
		assert.equal(await daemon.stop(), 0);
		await Promise.all(
			followers.map(async (it) => {
				while (!(await it?.read())?.done);
			}),
		);
	});

	test('goes through a socket, and with a token from where only its owner may ask', async () => {
		const token = join(folder, 'api-token');
		await writeFile(token, 'sesame\n', { mode: 0o600 });
		const socket = join(folder, 'reconsul.sock');
		await using bySocket = startProgram([
			`--listen=unix://${socket}`,
			'--log-format=json',
			...filter,
			`consul://127.0.0.1:${consul.port}`,
		]);
		await eventually('it tells its history through the socket', async () => {
			const { code, stdout } = await history(`unix://${socket}`);
			assert.equal(code, 0, bySocket.stderr);
			assert.match(stdout, /full pass/);
		});
		// The lab's own address is nobody's loopback.
		const listen = `192.0.2.10:${await freePort()}`;
		await using guarded = startProgram([
			`--listen=${listen}`,
			`--api-token-file=${token}`,
			'--log-format=json',
			...filter,
			`consul://127.0.0.1:${consul.port}`,
		]);
		await eventually('it tells who has the token', async () => {
			const { code, stdout } = await history(listen, `--api-token-file=${token}`);
			assert.equal(code, 0, guarded.stderr);
			assert.match(stdout, /full pass/);
		});
		const without = await history(listen);
		assert.equal(without.code, 1);
		assert.match(without.stderr, /^the reconsul at 192\.0\.2\.10:\d+ does not tell: .*--api-token-file/);
	});

	test('says who is asked in vain, and what to do', async () => {
		const nobody = await history(`127.0.0.1:${await freePort()}`);
		assert.deepEqual([nobody.code, nobody.stdout], [1, '']);
		assert.match(
			nobody.stderr,
			/^no reconsul answers at 127\.0\.0\.1:\d+ \(ECONNREFUSED\); is it running there\? --listen/,
		);
		const other = await history(`127.0.0.1:${consul.port}`);
		assert.match(other.stderr, /^something else than reconsul answers at 127\.0\.0\.1:\d+/);
	});
});
