import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { hostname, networkInterfaces } from 'node:os';
import { after, describe, test } from 'node:test';
import {
	docker,
	eventually,
	freePort,
	labelArgs,
	removeAll,
	runContainer,
	startConsul,
	startDockerd,
} from '../support/lab.ts';

after(() => removeAll());

describe('the lab', () => {
	test('the host is called u1 and resolves to an address that is not loopback', async () => {
		assert.equal(hostname(), 'u1');
		const { address } = await lookup('u1');
		assert.equal(address, '192.0.2.10');
		const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
		assert.ok(own.some((each) => each.address === address && !each.internal));
	});

	test('a container runs, listens on its published port, and ends at once when it is told to', async () => {
		const { id, name } = await runContainer('-P', 'progrium/redis');
		assert.match(await docker('ps', '--no-trunc'), new RegExp(id));
		const [published] = (await docker('port', id, '6379/tcp')).split('\n');
		const port = published?.split(':').at(-1);
		await eventually('somebody listens on the published port', async () => {
			const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) });
			return response.status === 404;
		});
		await docker('stop', name);
		// By its own hand; 137 would be the kill after ten seconds.
		assert.equal(await docker('inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', id), 'exited 0');
	});

	test("only what carries this process's label is removed", async () => {
		const kept = await docker('create', '--label', 'lab.reconsul=1', 'busybox');
		const network = await docker('network', 'create', ...labelArgs, `lab-${process.pid}`);
		const { id } = await runContainer('redis');
		await removeAll();
		await assert.rejects(docker('inspect', id), /no such object/i);
		await assert.rejects(docker('network', 'inspect', network), /no such network|not found/i);
		assert.equal(await docker('inspect', '--format', '{{.Id}}', kept), kept);
		await docker('rm', kept);
	});

	test('what the docker client complains about is the error', async () => {
		await assert.rejects(docker('start', 'nobody'), /docker start nobody: .*No such container: nobody/s);
	});

	test("the lab's own Consul answers on localhost:8500", async () => {
		const response = await fetch('http://localhost:8500/v1/agent/self', { signal: AbortSignal.timeout(5_000) });
		const { Config, Member } = (await response.json()) as { Config: { NodeName: string }; Member: { Addr: string } };
		assert.deepEqual([Config.NodeName, Member.Addr], ['u1', '192.0.2.10']);
	});
});

describe('a Consul of a test', () => {
	test('a restart forgets what was registered and keeps the address', async () => {
		await using consul = await startConsul();
		await consul.request('PUT', '/v1/agent/service/register', { ID: 'a', Name: 'a', Port: 1 });
		assert.deepEqual(Object.keys(Object(await consul.request('GET', '/v1/agent/services'))), ['a']);
		await consul.kill();
		await assert.rejects(consul.request('GET', '/v1/agent/services'));
		await consul.restart();
		assert.deepEqual(await consul.request('GET', '/v1/agent/services'), {});
	});

	test('the given configuration counts, and a refusal is an error', async () => {
		const port = await freePort();
		await using consul = await startConsul({ port, config: { acl: { enabled: true, default_policy: 'deny' } } });
		assert.equal(consul.address, `http://127.0.0.1:${port}`);
		await assert.rejects(consul.request('PUT', '/v1/agent/service/register', { Name: 'a' }), /403/);
	});

	test('one that cannot start says why', async () => {
		await assert.rejects(startConsul({ config: { no_such_key: 1 } }), /invalid config key no_such_key/);
	});

	test('a frozen one answers nothing until it is thawed', async () => {
		await using consul = await startConsul();
		await consul.freeze();
		const frozen = fetch(`${consul.address}/v1/agent/self`, { signal: AbortSignal.timeout(200) });
		await assert.rejects(frozen, { name: 'TimeoutError' });
		await consul.thaw();
		assert.ok(await consul.request('GET', '/v1/agent/self'));
	});
});

describe('a dockerd of a test', () => {
	test("it keeps its containers over a restart and is apart from the lab's", async () => {
		await using dockerd = await startDockerd();
		const id = await dockerd.docker('run', '-d', '-p', '7000:80', '--restart', 'always', 'progrium/nginx');
		assert.doesNotMatch(await docker('ps', '-aq', '--no-trunc'), new RegExp(id));
		await dockerd.restart();
		await dockerd.kill();
		await assert.rejects(dockerd.docker('version'), /cannot connect/i);
		await dockerd.restart();
		await eventually('the container runs again', async () => {
			assert.equal(await dockerd.docker('inspect', '--format', '{{.State.Running}}', id), 'true');
		});
	});

	test('a frozen one answers again once it is thawed', async () => {
		await using dockerd = await startDockerd({ images: false });
		await dockerd.freeze();
		const answer = dockerd.docker('version', '--format', '{{.Server.Version}}');
		assert.equal(
			await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 300, 'nothing'))]),
			'nothing',
		);
		await dockerd.thaw();
		assert.match(await answer, /^\d+\./);
	});
});

describe('waiting for a condition', () => {
	test('the value of the first success is the result', async () => {
		let calls = 0;
		assert.equal(await eventually('three calls', () => ++calls === 3 && calls), 3);
	});

	test('after the deadline the last failure is told', async () => {
		const never = eventually('the moon', () => assert.equal(1, 2), { withinMs: 60 });
		await assert.rejects(never, /the moon: not within 60 ms: .*1 !== 2/s);
	});

	test('a check that hangs does not outlast the deadline', async () => {
		await assert.rejects(
			eventually('an answer', () => new Promise(() => {}), { withinMs: 60 }),
			/an answer: not within 60 ms/,
		);
	});
});
