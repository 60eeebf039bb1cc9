import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { startDaemon, startProgram } from '../support/daemon.ts';
import { docker, eventually, freePort, labelArgs, removeAll, runContainer, startConsul } from '../support/lab.ts';
import { agentServices } from './stage.ts';

const consul = await startConsul();
const registry = `consul://127.0.0.1:${consul.port}`;
const flags = ['--hostname=u1', '-ip', '127.0.0.1', '--container-filter', `label=${labelArgs.at(-1)}`];
const folder = await mkdtemp(join(tmpdir(), 'reconsul-record-'));
after(async () => {
	await removeAll();
	await consul[Symbol.asyncDispose]();
	await rm(folder, { recursive: true });
});

/** In every place where people keep secrets, another one; none may be in a recording. */
const secret = (place: string): string => `hunter2${place}`;
const secretive = [
	['-e', `DB_PASSWORD=${secret('env')}`],
	['-e', `DSN=${secret('plain')}`],
	['-e', `SERVICE_API_KEY=${secret('meta')}`],
	['-e', `SERVICE_UPSTREAM=https://me:${secret('uri')}@example.org/`],
	['-e', `SERVICE_TAGS=blue,auth.users=${secret('tag')},last`],
	['-e', `SERVICE_CHECK_HTTP=/health?token=${secret('check')}`],
	['--label', `traefik.basicauth.users=admin:${secret('label')}`],
	['--label', `org.example.dsn=postgres://me:${secret('dsn')}@db/x`],
	['--health-cmd', `echo ${secret('probe')}`],
].flat();

async function run(...args: readonly string[]) {
	await using program = startProgram(args, { env: { CONSUL_HTTP_TOKEN: secret('consul') } });
	const code = await program.exit;
	return { code, stdout: program.stdout, stderr: program.stderr };
}

const published = async (name: string, ...args: readonly string[]) =>
	runContainer('--name', name, '-p', `${await freePort()}:6379`, ...args, 'redis');

describe('reconsul record and replay', () => {
	test('replay shows what plan showed at the recording, and the file holds no secret', async () => {
		const file = join(folder, 'case.json');
		await published('record-same', ...secretive);
		await published('record-edited', ...secretive);
		await published('record-gone');
		{
			await using daemon = await startDaemon({ registry, options: flags });
			await eventually('all are registered', async () => assert.equal(await daemon.writes(), 3));
			assert.equal(await daemon.stop(), 0);
		}
		const edited = (await agentServices(consul)).find(({ ID }) => ID === 'u1:record-edited:6379');
		assert.ok(edited !== undefined);
		const { ID, Service: Name, Tags, Meta, Address } = edited;
		await consul.request('PUT', '/v1/agent/service/register', { ID, Name, Tags, Meta, Address, Port: 1 });
		await docker('rm', '-f', 'record-gone');
		await published('record-new', ...secretive);
		await runContainer('--name', 'record-closed', 'redis');

		const recorded = await run(...flags, 'record', file, '--for=200ms', registry);
		assert.deepEqual([recorded.code, recorded.stderr], [0, '']);
		assert.match(recorded.stdout, /: \d+ containers?, 3 services, 0 events; secrets are masked/);
		const planned = await run(...flags, 'plan', registry);
		const replayed = await run('replay', file);
		for (const part of ['register 1:', 'change 1:', 'remove 1:', 'record-closed'])
			assert.ok(planned.stdout.includes(part));
		assert.deepEqual(replayed, planned);
		const machine = [await run('replay', file, '--json'), await run(...flags, 'plan', '--json', registry)];
		assert.deepEqual(machine[0], machine[1]);

		const text = await readFile(file, 'utf8');
		assert.doesNotMatch(text, /hunter2/);
		// And what is left is of use.
		for (const word of ['record-same', 'SERVICE_TAGS=blue,auth.users=***,last', 'org.example.dsn', 'DB_PASSWORD=***'])
			assert.ok(text.includes(word), word);
		assert.equal((await stat(file)).mode & 0o777, 0o600);
	});

	test('replay explains one container as it stood', async () => {
		const file = join(folder, 'explained.json');
		await runContainer('--name', 'record-why', 'redis');
		assert.equal((await run(...flags, 'record', file, registry)).code, 0);
		const explained = await run(...flags, '--listen=', 'explain', 'record-why', registry);
		await docker('rm', '-f', 'record-why');
		assert.deepEqual(await run('replay', file, 'record-why'), explained);
		assert.equal(explained.code, 2);
	});

	test('record keeps the events that came meanwhile', async () => {
		const file = join(folder, 'events.json');
		await using recording = startProgram([...flags, 'record', file, '--for=5s', registry]);
		// Whatever comes before the file is there may come before the stream is open.
		await eventually('the file is begun', () => stat(file));
		await eventually('it has heard of one', async () => {
			await docker('rm', '-f', (await runContainer('redis')).id);
			assert.equal(recording.isRunning, false);
		});
		assert.equal(await recording.exit, 0);
		const { docker: told } = JSON.parse(await readFile(file, 'utf8'));
		const actions = told.changes.map(({ kind, action }: { kind: string; action?: string }) => action ?? kind);
		assert.equal(actions[0], 'connected');
		for (const action of ['start', 'die', 'destroy']) assert.ok(actions.includes(action), action);
	});

	test('record overwrites nothing', async () => {
		const file = join(folder, 'taken.json');
		await writeFile(file, 'mine');
		const { code, stderr } = await run(...flags, 'record', file, registry);
		assert.deepEqual([code, await readFile(file, 'utf8')], [1, 'mine']);
		assert.match(stderr, /taken\.json is there already, and record overwrites nothing/);
	});

	test('an agent that is away is recorded as that', async () => {
		const file = join(folder, 'away.json');
		const nobody = `consul://127.0.0.1:${await freePort()}`;
		const recorded = await run(...flags, 'record', file, nobody);
		assert.deepEqual([recorded.code, recorded.stderr], [0, '']);
		assert.match(recorded.stdout, /no answer of Consul/);
		const planned = await run(...flags, 'plan', nobody);
		assert.deepEqual(await run('replay', file), planned);
		assert.equal(planned.code, 1);
	});

	test('replay says what is wrong with a file', async () => {
		const rows: readonly [text: string, flaw: RegExp][] = [
			['', /it is no JSON; reconsul record writes what replay reads/],
			['{}', /it is no "reconsul recording 1" but nothing that says so/],
			['{"format":"reconsul recording 9"}', /but "reconsul recording 9"; take the version of reconsul/],
		];
		for (const [text, flaw] of rows) {
			const file = join(folder, 'wrong.json');
			await writeFile(file, text);
			const { code, stderr } = await run('replay', file);
			assert.equal(code, 1);
			assert.match(stderr, flaw);
		}
		assert.match((await run('replay', join(folder, 'none.json'))).stderr, /none\.json: ENOENT/);
	});
});
