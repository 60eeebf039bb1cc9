import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import type { Explanation } from '../../src/explain/explanation.ts';
import { type Daemon, startDaemon, startProgram } from '../support/daemon.ts';
import { docker, eventually, freePort, labelArgs, removeAll, runContainer, startConsul } from '../support/lab.ts';
import { agentServices } from './stage.ts';

const consul = await startConsul();
const registry = `consul://127.0.0.1:${consul.port}`;
const flags = ['--hostname=u1', '-ip', '127.0.0.1', '--container-filter', `label=${labelArgs.at(-1)}`];
after(() => consul[Symbol.asyncDispose]());
afterEach(async () => {
	await removeAll();
	for (const { ID } of await agentServices(consul))
		await consul.request('PUT', `/v1/agent/service/deregister/${encodeURIComponent(ID)}`);
});

async function explain(...args: readonly string[]) {
	await using program = startProgram(['explain', ...args]);
	const code = await program.exit;
	return { code, stdout: program.stdout, stderr: program.stderr };
}

/** As a person on the host asks the daemon that runs there. */
const asked = (daemon: Daemon, ...args: readonly string[]) => explain(`--listen=${new URL(daemon.url).host}`, ...args);

const explanation = async (daemon: Daemon, what: string): Promise<Explanation> =>
	JSON.parse((await asked(daemon, what, '--json')).stdout) as Explanation;

describe('reconsul explain, of a daemon that runs', () => {
	test('what is registered: exit code 0, and from where each value is', async () => {
		const port = await freePort();
		const args = ['-p', `${port}:6379`, '--label', 'reconsul.name=cache', '--label', 'SERVICE_TAGS=a,b'];
		await runContainer('--name', 'explain-well', ...args, 'redis');
		await using daemon = await startDaemon({ registry, options: flags });
		const { code, stdout, stderr } = await asked(daemon, 'explain-well');
		assert.deepEqual([code, stderr], [0, '']);
		assert.ok(
			stdout.startsWith(`explain-well is in Consul as wanted: cache at 127.0.0.1:${port} (u1:explain-well:6379)\n`),
			stdout,
		);
		assert.match(stdout, /^ {2}found by {6}no filter keeps it out\n/m);
		assert.match(stdout, /^ {2}told by {7}the running daemon\n/m);
		assert.match(stdout, /^ {2}name {10}cache {2}\(label reconsul\.name\)\n/m);
		assert.match(stdout, /^ {2}address {7}127\.0\.0\.1:\d+ {2}\(option -ip; the option says so\)\n/m);
		assert.match(stdout, /^ {2}last write {4}register u1:explain-well:6379 at /m);
	});

	test('by the service id, and for machines', async () => {
		const { id } = await runContainer('--name', 'explain-id', '-p', `${await freePort()}:6379`, 'redis');
		await using daemon = await startDaemon({ registry, options: flags });
		const { container, verdict, by } = await explanation(daemon, 'u1:explain-id:6379');
		assert.deepEqual([container?.id, verdict, by], [id, 'in sync', 'daemon']);
	});

	test('a port that is not published: exit code 2, the reason first, then the remedy', async () => {
		await runContainer('--name', 'explain-hidden', 'redis');
		await using daemon = await startDaemon({ registry, options: flags });
		const { code, stdout } = await asked(daemon, 'explain-hidden');
		assert.equal(code, 2);
		assert.match(stdout, /^explain-hidden is not in Consul: port 6379\/tcp: the port is not published on the host/);
		assert.match(stdout, /\n {2}what to do: publish it \(docker run -p 6379\)/);
	});

	test('a container that the filter hides, and one that has ended', async () => {
		await docker('run', '-d', '--name', 'explain-filtered', '--label', 'lab.reconsul=1', 'redis');
		await runContainer('--name', 'explain-ended', 'busybox', 'false');
		await using daemon = await startDaemon({ registry, options: flags });
		const [filtered, ended] = [await asked(daemon, 'explain-filtered'), await asked(daemon, 'explain-ended')];
		await docker('rm', '-f', 'explain-filtered');
		assert.deepEqual([filtered.code, ended.code], [2, 2]);
		assert.match(filtered.stdout, /^explain-filtered is not in Consul: no --container-filter lets it through\n/);
		assert.match(ended.stdout, /^explain-ended is not in Consul: the container is not running\n/);
		assert.match(ended.stdout, /exited \(1\)/);
	});

	test('an id that somebody else has, and a check that fails', async () => {
		await consul.request('PUT', '/v1/agent/service/register', { ID: 'explain-mine', Name: 'stranger' });
		const port = `${await freePort()}:6379`;
		await runContainer('--name', 'explain-conflict', '-p', port, '-e', 'SERVICE_ID=explain-mine', 'redis');
		const check = ['-e', 'SERVICE_CHECK_HTTP=/none', '-e', 'SERVICE_CHECK_INTERVAL=1s'];
		await runContainer('--name', 'explain-sick', '-p', `${await freePort()}:6379`, ...check, 'redis');
		await using daemon = await startDaemon({ registry, options: flags });
		const { code, stdout } = await asked(daemon, 'explain-conflict');
		assert.equal(code, 2);
		assert.match(stdout, /^explain-conflict is not in Consul: its id explain-mine is taken:/);
		await eventually('the check has run', async () => {
			const { answer, verdict } = await explanation(daemon, 'explain-sick');
			assert.equal(verdict, 'in sync');
			assert.match(answer, /it gets no traffic, since its check "Service 'redis' check" is critical: HTTP GET .*404/);
		});
	});

	test('of two networks, which one counts and why', async () => {
		for (const network of ['explain-back', 'explain-front']) await docker('network', 'create', ...labelArgs, network);
		await runContainer('--name', 'explain-networks', '--network', 'explain-front', 'redis');
		await docker('network', 'connect', 'explain-back', 'explain-networks');
		await using daemon = await startDaemon({ registry, options: [...flags, '-internal'] });
		const { code, stdout } = await asked(daemon, 'explain-networks');
		assert.equal(code, 0, stdout);
		assert.match(
			stdout,
			/^ {2}address {7}\S+:6379 {2}\(network explain-back; it is the first of its networks by name\)$/m,
		);
		assert.match(stdout, /^ {2}not {11}\S+:6379 {2}\(network explain-front; explain-back goes before it\)$/m);
	});

	test('nobody of that name: exit code 1, and the names that are near', async () => {
		await runContainer('--name', 'explain-near', '-p', `${await freePort()}:6379`, 'redis');
		await using daemon = await startDaemon({ registry, options: flags });
		const { code, stdout, stderr } = await asked(daemon, 'explain-naer');
		assert.deepEqual([code, stdout], [1, '']);
		assert.match(stderr, /no container and no service is called "explain-naer"; did you mean explain-near/);
	});
});

describe('reconsul explain, where no daemon answers', () => {
	const alone = async (...args: readonly string[]) =>
		explain(`--listen=127.0.0.1:${await freePort()}`, ...flags, ...args);

	test('looks for itself, says so, and writes nothing', async () => {
		await runContainer('--name', 'explain-alone', '-p', `${await freePort()}:6379`, 'redis');
		const { code, stdout } = await alone('explain-alone', registry);
		assert.equal(code, 2);
		assert.match(stdout, /^explain-alone is not in Consul: nothing speaks against u1:explain-alone:6379, but nobody/);
		assert.match(stdout, /told by {7}this command: no daemon answered at --listen/);
		assert.deepEqual(await agentServices(consul), []);
	});

	test('needs to know where Consul is, and that it answers', async () => {
		const unsaid = await alone('explain-alone');
		assert.equal(unsaid.code, 2);
		assert.match(unsaid.stderr, /^Missing registry URI/);
		const silent = await alone('explain-alone', `consul://127.0.0.1:${await freePort()}`);
		assert.equal(silent.code, 1);
		assert.match(silent.stderr, /connection refused; does the agent run\?/);
	});
});
