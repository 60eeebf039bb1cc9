import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { type ComposeFile, deployed, runOptions } from '../e2e/compose.ts';
import {
	buildImage,
	dockerOutcome,
	filesOf,
	healthOf,
	type Image,
	inRepository,
	inspected,
	readFrom,
} from '../e2e/image.ts';
import {
	type ConsulProcess,
	docker,
	eventually,
	freePort,
	removeAll,
	runContainer,
	startConsul,
} from '../support/lab.ts';

const socket = '/var/run/docker.sock';
const mount = `--volume=${socket}:/tmp/docker.sock`;
const check = ['/bin/node', '/reconsul.cjs', 'healthcheck'] as const;

interface AgentService {
	readonly ID: string;
	readonly Service: string;
}

async function agentServices(address: string): Promise<readonly AgentService[]> {
	const response = await fetch(`${address}/v1/agent/services`, { signal: AbortSignal.timeout(5_000) });
	return Object.values((await response.json()) as Record<string, AgentService>);
}

describe('the image', () => {
	let image: Image;
	let readyAfterMs: number;

	before(async () => {
		image = await buildImage();
		// The line of the quick start, to the letter. First of all, as Docker has its first look after 30 s.
		await docker(
			...['run', '-d', '--name=registrator', '--net=host', '--volume=/var/run/docker.sock:/tmp/docker.sock'],
			...[image.name, 'consul://localhost:8500'],
		);
		await eventually('ready', async () => (await fetch('http://localhost:9482/readyz')).ok);
		readyAfterMs = Date.now() - Date.parse(await inspected<string>('registrator', '.State.StartedAt'));
	});
	after(async () => {
		await removeAll();
		await image[Symbol.asyncDispose]();
	});

	test('it holds Node, the libraries of Node, one file of ours, and what that is made of', async (t) => {
		const size = await inspected<number>(image.name, '.Size');
		t.diagnostic(
			`${Math.round(size / 1e6)} MB, built in ${image.buildMs} ms, ready ${readyAfterMs} ms after its start`,
		);
		const files = await filesOf(image.name);
		const others = files.filter((file) => !/^lib(64)?\/(.*\/)?(lib[a-z_+]+|ld-[a-z0-9_-]+)\.so\.\d+$/.test(file));
		assert.deepEqual(others.sort(), ['bin/node', 'etc/nsswitch.conf', 'licences.txt', 'reconsul.cjs', 'sbom.json']);
	});
	test('it says what it is, exposes no port, and is checked without a shell', async () => {
		const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
		const config = await inspected<ImageConfig>(image.name, '.Config');
		const label = (name: string): string | undefined => config.Labels[`org.opencontainers.image.${name}`];
		assert.equal(label('version'), version);
		assert.match(label('revision') ?? '', /^([0-9a-f]{40}(-dirty)?|unknown)$/);
		assert.ok(Math.abs(Date.parse(label('created') ?? '') - Date.now()) < 600_000);
		assert.equal(label('title'), 'reconsul');
		assert.equal(label('licenses'), 'MIT');
		assert.equal(label('base.name'), image.base);
		assert.equal(config.ExposedPorts, undefined);
		assert.deepEqual(config.Healthcheck.Test, ['CMD', ...check]);
	});
	test('made inside the build, from the repository alone, it is the same program', async () => {
		const name = `${image.name}-from-source`;
		const base = ['BASE', 'BUILD_BASE'].flatMap((argument) => ['--build-arg', `${argument}=${image.base}`]);
		await inRepository('docker', 'build', '--tag', name, ...base, '.');
		try {
			assert.equal(await readFrom(name, '/reconsul.cjs'), await readFile('dist/reconsul.cjs', 'utf8'));
		} finally {
			await docker('rmi', '--force', name);
		}
	});
	test('-version is what the label says', async () => {
		const version = await inspected<string>(image.name, '(index .Config.Labels "org.opencontainers.image.version")');
		assert.deepEqual(dockerOutcome('run', '--rm', image.name, '-version'), {
			exitCode: 0,
			stdout: `${version}\n`,
			stderr: '',
		});
	});
	test('without a registry URI it ends with 2 and the usage', () => {
		const { exitCode, stderr } = dockerOutcome('run', '--rm', image.name);
		assert.equal(exitCode, 2);
		assert.match(stderr, /^Missing required argument for registry URI\.\nUsage of /);
	});

	describe('with fewer rights', () => {
		let consul: ConsulProcess;
		let group: string;
		let compose: ComposeFile;

		before(async () => {
			compose = await deployed<ComposeFile>('compose.yaml');
			consul = await startConsul();
			group = String((await stat(socket)).gid);
		});
		after(() => consul[Symbol.asyncDispose]());

		const rights: readonly (readonly [sentence: string, options: () => readonly string[]])[] = [
			["as nobody, in the socket's group", () => ['--user=65534:65534', `--group-add=${group}`]],
			['with a read-only file system', () => ['--read-only']],
			['without a capability', () => ['--cap-drop=ALL', '--security-opt=no-new-privileges']],
			[
				'with all of that',
				() => [`--user=65534:${group}`, '--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'],
			],
			['as deploy/compose.yaml has it', () => runOptions(compose.services.reconsul)],
		];
		for (const [sentence, options] of rights)
			test(`${sentence}, containers come and go`, async () => {
				const uri = `consul://127.0.0.1:${consul.port}`;
				const listen = `--listen=127.0.0.1:${await freePort()}`;
				const daemon = await docker('run', '-d', '--net=host', mount, ...options(), image.name, listen, uri);
				const { id, name } = await runContainer('-P', 'redis');
				const isThere = async (): Promise<boolean> =>
					(await agentServices(consul.address)).some(({ ID }) => ID.endsWith(`:${name}:6379`));
				await eventually('the service is there', isThere);
				await docker('stop', id);
				await eventually('the service is gone', async () => !(await isThere()));
				await docker('rm', '-f', daemon);
			});
		test("outside the socket's group it says what it lacks, and keeps trying", async () => {
			const daemon = await docker('run', '-d', mount, '--user=65534:65534', image.name, 'memory://');
			await eventually('it says so', () => /no permission; .*--group-add/.test(dockerOutcome('logs', daemon).stderr));
			assert.equal(await inspected(daemon, '.State.Status'), 'running');
		});
	});

	describe('on a network of its own', () => {
		const daemon = (options: readonly string[], ...args: readonly string[]): Promise<string> =>
			docker('run', '-d', mount, ...options, image.name, ...args, 'memory://');

		test('its own published port is not a service, those of others are', async () => {
			const { name } = await runContainer('-P', 'redis');
			const id = await daemon(['-p', '127.0.0.1::9482'], '--api=public');
			const address = await docker('port', id, '9482/tcp');
			await eventually('the redis is a service', async () => {
				const response = await fetch(`http://${address}/api/services`, { signal: AbortSignal.timeout(2_000) });
				const { services, notRegistered } = (await response.json()) as Overview;
				assert.ok(services.some(({ container }) => container.name === name));
				assert.deepEqual(
					services.filter(({ container }) => container.id === id),
					[],
				);
				assert.ok(notRegistered.some(({ container, reason }) => container.id === id && reason === 'own-container'));
			});
		});
		test('the health check needs no telling where the daemon listens', async () => {
			const id = await daemon(['--health-interval=1s'], '--listen', ':9999');
			await eventually('healthy', async () => (await healthOf(id)) === 'healthy', { withinMs: 60_000 });
			assert.match(dockerOutcome('logs', id).stderr, /"listen":"\S+:9999"/);
		});
		test('where it listens nowhere, the health check says so and is content', async () => {
			const id = await daemon([], '--listen=');
			assert.deepEqual(dockerOutcome('exec', id, ...check), {
				exitCode: 0,
				stdout: 'listening is switched off, so there is nothing to ask\n',
				stderr: '',
			});
		});
		test('one that is frozen is unhealthy until it thaws', async () => {
			const id = await daemon(['--health-interval=1s', '--health-retries=1', '--health-start-period=0s']);
			const until = (health: string): Promise<true> =>
				eventually(health, async () => (await healthOf(id)) === health, { withinMs: 60_000 });
			await until('healthy');
			await docker('kill', '--signal=STOP', id);
			await until('unhealthy');
			await docker('kill', '--signal=CONT', id);
			await until('healthy');
		});
	});

	describe('by the line of the quick start', () => {
		const consul = 'http://localhost:8500';

		test('a started container is a service, a stopped one is none', async () => {
			const id = await docker('run', '-dP', 'redis');
			try {
				const name = (await inspected<string>(id, '.Name')).slice(1);
				const find = async (): Promise<AgentService | undefined> =>
					(await agentServices(consul)).find(({ ID }) => ID.endsWith(`:${name}:6379`));
				const service = await eventually('the service is there', async () => (await find()) ?? false);
				assert.equal(service.Service, 'redis');
				await docker('stop', id);
				await eventually('the service is gone', async () => (await find()) === undefined);
			} finally {
				await docker('rm', '-f', id);
			}
		});
		test('Docker calls it healthy', async () => {
			await eventually('healthy', async () => (await healthOf('registrator')) === 'healthy', { withinMs: 45_000 });
		});
		test('it has not registered itself', async () => {
			assert.deepEqual(
				(await agentServices(consul)).filter(({ ID }) => ID.includes(':registrator:')),
				[],
			);
		});
		test('docker stop ends it by its own will, at once', async () => {
			const startedAt = performance.now();
			await docker('stop', 'registrator');
			assert.equal(await inspected('registrator', '.State.ExitCode'), 0);
			assert.ok(performance.now() - startedAt < 5_000);
		});
	});
});

interface ImageConfig {
	readonly Labels: Readonly<Record<string, string>>;
	readonly ExposedPorts?: object;
	readonly Healthcheck: { readonly Test: readonly string[] };
}

/** The part of `/api/services` that is read here. */
interface Overview {
	readonly services: readonly { readonly container: { readonly id: string; readonly name: string } }[];
	readonly notRegistered: readonly { readonly container: { readonly id: string }; readonly reason: string }[];
}
