import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { dockerOptions } from '../../../src/config/connections.ts';
import { dockerFrom } from '../../../src/config/docker-env.ts';
import { dockerSource } from '../../../src/source/docker.ts';
import { type Source, SourceError } from '../../../src/source/source.ts';
import { type Certificates, makeCertificates } from '../../support/certificates.ts';
import { type Keeper, keep, quoted } from '../../support/keeper.ts';
import { docker, eventually, freePort } from '../../support/lab.ts';
import { listenTo, soon } from './source-suite.ts';

describe('an engine that is reached by TLS only', () => {
	let certificates: Certificates;
	let engine: Keeper;
	let folder: string;
	let address: string;
	let port: number;

	/** What a user sets, in a folder as Docker's tools want it. */
	async function source(files: { ca: string; cert: string; key: string }, host = address): Promise<Source> {
		const path = await mkdtemp(join(folder, 'certificates-'));
		for (const [name, file] of Object.entries(files)) await copyFile(file, join(path, `${name}.pem`));
		const env = { DOCKER_HOST: host, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: path };
		return dockerSource({ docker: dockerOptions(dockerFrom(env, () => true)) });
	}
	const ours = () => ({ ca: certificates.ca, ...certificates.client });
	/** As somebody else with the right to. */
	const asClient = (...args: readonly string[]): Promise<string> =>
		docker(
			...['-H', address, '--tlsverify', '--tlscacert', certificates.ca],
			...['--tlscert', certificates.client.cert, '--tlskey', certificates.client.key, ...args],
		);

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'reconsul-docker-tls-'));
		certificates = await makeCertificates();
		port = await freePort();
		address = `tcp://127.0.0.1:${port}`;
		const { ca, server } = certificates;
		await writeFile(join(folder, 'daemon.json'), '{}');
		const options: readonly (readonly [name: string, value: string])[] = [
			['--host', `tcp://0.0.0.0:${port}`],
			['--config-file', join(folder, 'daemon.json')],
			['--tlscacert', ca],
			['--tlscert', server.cert],
			['--tlskey', server.key],
			['--data-root', join(folder, 'data')],
			['--exec-root', join(folder, 'exec')],
			['--pidfile', join(folder, 'pid')],
			['--storage-driver', 'vfs'],
		];
		const given = options.map(([name, value]) => `${name} ${quoted(value)}`).join(' ');
		// It has nothing to run, so it needs no network, and must not touch that of the lab's engine.
		const command = `dockerd --tlsverify --iptables=false --bridge=none ${given}`;
		engine = keep(['unshare', '--mount', 'sh'], command, join(folder, 'log'));
		await engine.start();
		await eventually('it answers', async () => (await asClient('version')) !== '', { withinMs: 30_000 });
	});
	after(async () => {
		await engine[Symbol.asyncDispose]();
		await certificates[Symbol.asyncDispose]();
		await rm(folder, { recursive: true, force: true });
	});

	test('is listed, and tells who it is', async () => {
		const reached = await source(ours());
		assert.notEqual((await reached.info(soon())).id, '');
		assert.deepEqual(await reached.list(soon()), []);
	});
	test('is listened to', async () => {
		using heard = await listenTo(await source(ours()));
		assert.deepEqual(
			heard.changes.map(({ kind }) => kind),
			['connected'],
		);
	});

	const refused: readonly (readonly [
		sentence: string,
		files: () => { ca: string; cert: string; key: string },
		complaint: RegExp,
	])[] = [
		[
			'an engine of another authority',
			() => ({ ...ours(), ca: certificates.stranger.ca }),
			/is not trusted; see ca\.pem in DOCKER_CERT_PATH$/,
		],
		[
			'an engine that does not know our authority',
			() => ({ ...certificates.stranger, ca: certificates.ca }),
			/does not take our certificate, or wants one; see cert\.pem and key\.pem in DOCKER_CERT_PATH$/,
		],
		['a key of another certificate', () => ({ ...ours(), key: certificates.stranger.key }), /do not go together/],
	];
	const refuses = (reached: Source, complaint: RegExp): Promise<void> =>
		assert.rejects(
			async () => reached.list(soon()),
			(error) => error instanceof SourceError && error.class === 'unreachable' && complaint.test(error.message),
		);
	for (const [sentence, files, complaint] of refused)
		test(`${sentence} is unreachable, and the text says why`, async () => refuses(await source(files()), complaint));
	test('an engine whose certificate is for another name is unreachable, and the text says so', async () => {
		// All of 127/8 is this machine, and the certificate names one address of it.
		const elsewhere = address.replace('127.0.0.1', '127.0.0.2');
		await refuses(await source(ours(), elsewhere), /another name than DOCKER_HOST says$/);
	});
	test('plain HTTP to it is refused in words', async () => {
		const plain = dockerSource({ docker: dockerOptions(dockerFrom({ DOCKER_HOST: address }, () => false)) });
		await assert.rejects(plain.list(soon()), /HTTP request to an HTTPS server/);
	});
});
