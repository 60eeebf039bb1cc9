import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { eventually } from '../support/lab.ts';

// A second lab, made from a copy of the script in a folder of its own: labs are told apart by their folder.
let folder: string;
const { RECONSUL_LAB: _inside, ...env } = process.env;

const lab = async (...args: readonly string[]): Promise<string> => {
	const { stdout } = await promisify(execFile)(join(folder, 'test/lab/lab'), args, { env, timeout: 120_000 });
	return stdout;
};

/** Exit code of a lab command that fails; `execFile` rejects with it. */
const exitCode = (code: number) => (error: unknown) => error instanceof Error && 'code' in error && error.code === code;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'reconsul-lab-'));
	await cp('test/lab', join(folder, 'test/lab'), { recursive: true });
	await mkdir(join(folder, '.lab'));
	await symlink(resolve('.lab/cache'), join(folder, '.lab/cache'));
});

after(async () => {
	await lab('down');
	await rm(folder, { recursive: true });
});

describe('test/lab/lab', () => {
	test('two at once start one lab', async () => {
		const [one, other] = await Promise.all([lab('up'), lab('up')]);
		assert.match(one + other, /lab: up \(private\) after \d+ s/);
		assert.match(one + other, /lab: up already/);
	});

	test('a command keeps its folder, its input, its exit code and its process', async () => {
		assert.equal(await lab('exec', 'pwd'), `${process.cwd()}\n`);
		await assert.rejects(lab('exec', 'sh', '-c', 'exit 7'), exitCode(7));
		const child = spawn(
			join(folder, 'test/lab/lab'),
			['exec', 'sh', '-c', 'read word; echo "$word $$"; exec sleep 60'],
			{ env },
		);
		child.stdin.end('hello\n');
		const [answer] = await once(child.stdout, 'data');
		assert.equal(String(answer), `hello ${child.pid}\n`);
		child.kill('SIGTERM');
		assert.deepEqual(await once(child, 'exit'), [null, 'SIGTERM']);
	});

	test('the variables of a Docker or Consul elsewhere do not lead out of the lab', async () => {
		env['DOCKER_HOST'] = 'tcp://203.0.113.1:2375';
		env['CONSUL_HTTP_ADDR'] = '203.0.113.1:8500';
		try {
			assert.equal(await lab('exec', 'docker', 'info', '--format', '{{.DockerRootDir}}'), `${folder}/.lab/docker\n`);
			assert.match(await lab('exec', 'consul', 'members'), /^u1 .*192\.0\.2\.10/m);
		} finally {
			delete env['DOCKER_HOST'];
			delete env['CONSUL_HTTP_ADDR'];
		}
	});

	test('a lab whose dockerd has crashed is down, and the next up starts it anew', async () => {
		await lab('exec', 'docker', 'run', '-d', 'redis');
		const [dockerd] = await processesOf('dockerd');
		assert.ok(dockerd);
		process.kill(dockerd, 'SIGKILL');
		await eventually('the lab is over', () => lab('status').then(() => false, exitCode(1)));
		await assert.rejects(lab('exec', 'true'), /the lab is down; `.*` starts it/);
		assert.match(await lab('up'), /after \d+ s/);
		assert.equal(await lab('exec', 'docker', 'ps', '-aq'), '');
	});

	test('down ends every process, containers included, and leaves the downloads', async () => {
		await lab('exec', 'docker', 'run', '-d', 'redis');
		const cgroup = /^RECONSUL_LAB_CGROUP=(.+)$/m.exec(await lab('env'))?.[1] ?? '';
		assert.notDeepEqual(await cgroupsNamed(cgroup), []);
		assert.match(await lab('down'), /lab: down/);
		assert.deepEqual(await processesOf(''), []);
		// A cgroup with a process in it cannot be removed.
		assert.deepEqual(await cgroupsNamed(cgroup), []);
		assert.deepEqual((await readdir(join(folder, '.lab'))).sort(), ['cache', 'lock']);
		assert.match(await lab('down'), /lab: down/);
	});
});

async function cgroupsNamed(name: string): Promise<readonly string[]> {
	const found = await Promise.all(
		['.', ...(await readdir('/sys/fs/cgroup'))].map(async (parent) => {
			const folders = await readdir(join('/sys/fs/cgroup', parent)).catch(() => []);
			return folders.filter((each) => each === name);
		}),
	);
	return found.flat();
}

/** The processes whose first word ends with `program` and whose command line names the second lab's folder. */
async function processesOf(program: string): Promise<readonly number[]> {
	const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid);
	const found = await Promise.all(
		pids.map(async (pid) => {
			const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
			return command.includes(`${folder}/.lab`) && command.split('\0')[0]?.endsWith(program) ? [Number(pid)] : [];
		}),
	);
	return found.flat();
}
