import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
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
import { listenTo, soon } from './source-bench.ts';

/** Takes bytes from a socket's file, which is the same in every network, to the port in the engine's. */
const relayProgram = `
const [port, path] = process.argv.slice(1);
require('node:net').createServer((from) => {
	const to = require('node:net').connect(Number(port), '127.0.0.1');
	from.pipe(to).pipe(from);
	for (const [one, other] of [[from, to], [to, from]]) one.on('error', () => {}).on('close', () => other.destroy());
}).listen(path);`;

async function relayed(host: string, port: number, path: string): Promise<Server> {
	const server = createServer((from) => {
		const to = connect(path);
		from.pipe(to).pipe(from);
		from.on('error', () => {}).on('close', () => to.destroy());
		to.on('error', () => {}).on('close', () => from.destroy());
	}).listen(port, host);
	await once(server, 'listening');
	return server;
}

describe('an engine that is reached by TLS only', () => {
	let certificates: Certificates;
	let engine: Keeper;
	let folder: string;
	let address: string;
	const relays: Server[] = [];

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
		const port = await freePort();
		address = `tcp://127.0.0.1:${port}`;
		await writeFile(join(folder, 'daemon.json'), '{}');
		const { ca, server } = certificates;
		const options: readonly (readonly [name: string, value: string])[] = [
			['--host', address],
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
		const socket = join(folder, 'relay.sock');
		const relay = `${quoted(process.execPath)} -e ${quoted(relayProgram)} ${port} ${quoted(socket)}`;
		const command = `ip link set lo up; ${relay} & dockerd --tlsverify --iptables=false --bridge=none ${given}`;
		// In a network of its own: without a bridge it would take away the one that the lab's engine has in ours.
		engine = keep(
			['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', 'sh'],
			command,
			join(folder, 'log'),
		);
		// All of 127/8 is this machine, and the certificate names one address of it.
		for (const host of ['127.0.0.1', '127.0.0.2']) relays.push(await relayed(host, port, socket));
		await engine.start();
		await eventually('it answers', async () => (await asClient('version')) !== '', { withinMs: 30_000 });
	});
	after(async () => {
		for (const server of relays) server.close();
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
		const elsewhere = address.replace('127.0.0.1', '127.0.0.2');
		await refuses(await source(ours(), elsewhere), /another name than DOCKER_HOST says$/);
	});
	test('plain HTTP to it is refused in words', async () => {
		const plain = dockerSource({ docker: dockerOptions(dockerFrom({ DOCKER_HOST: address }, () => false)) });
		await assert.rejects(plain.list(soon()), /HTTP request to an HTTPS server/);
	});
});
