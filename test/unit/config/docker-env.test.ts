import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type DockerTarget, dockerFrom } from '../../../src/config/docker-env.ts';
import { resultOrComplaint, usageErrorOf } from './usage-errors.ts';

type Env = Readonly<Record<string, string>>;

const socket = (socketPath: string): DockerTarget => ({ kind: 'unix', socketPath, where: `unix://${socketPath}` });
const at = (protocol: 'http' | 'https', host: string, port: number, folder?: string): DockerTarget => ({
	kind: 'tcp',
	host,
	port,
	protocol,
	where: `${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}`,
	...(folder === undefined
		? {}
		: { tls: { caFile: `${folder}/ca.pem`, certFile: `${folder}/cert.pem`, keyFile: `${folder}/key.pem` } }),
});
const system = '/var/run/docker.sock';
const mounted = '/tmp/docker.sock';

suite('the Docker engine', () => {
	const sockets: readonly [sentence: string, there: readonly string[], path: string][] = [
		['is on the system socket', [system], system],
		["is on the predecessor's where that is mounted", [mounted], mounted],
		['is on the system socket if both are there', [system, mounted], system],
		['is expected on the system socket while neither is there', [], system],
	];
	for (const [sentence, there, path] of sockets)
		test(`without DOCKER_HOST ${sentence}`, () => {
			for (const env of [{}, { DOCKER_HOST: '' }, { DOCKER_HOST: 'unix://' }, { DOCKER_TLS_VERIFY: '1' }])
				assert.deepEqual(
					dockerFrom(env, (asked) => there.includes(asked)),
					socket(path),
				);
		});

	const rows: readonly [env: Env, target: DockerTarget][] = [
		[{ DOCKER_HOST: 'unix:///run/user/1000/docker.sock' }, socket('/run/user/1000/docker.sock')],
		[{ DOCKER_HOST: ' unix:///s ' }, socket('/s')],
		[{ DOCKER_HOST: 'unix:///s', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/c' }, socket('/s')],
		[{ DOCKER_HOST: 'tcp://h' }, at('http', 'h', 2375)],
		[{ DOCKER_HOST: 'TCP://10.0.0.1:99/' }, at('http', '10.0.0.1', 99)],
		[{ DOCKER_HOST: 'http://h:99' }, at('http', 'h', 99)],
		[{ DOCKER_HOST: 'tcp://[::1]:99' }, at('http', '::1', 99)],
		[{ DOCKER_HOST: 'tcp://h', DOCKER_CERT_PATH: '/c' }, at('http', 'h', 2375)],
		[{ DOCKER_HOST: 'tcp://h', DOCKER_TLS_VERIFY: '' }, at('http', 'h', 2375)],
		[{ DOCKER_HOST: 'tcp://h', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/c' }, at('https', 'h', 2376, '/c')],
		[{ DOCKER_HOST: 'tcp://h:1', DOCKER_TLS_VERIFY: '0', DOCKER_CERT_PATH: '/c' }, at('https', 'h', 1, '/c')],
		[{ DOCKER_HOST: 'tcp://h', DOCKER_TLS_VERIFY: '1', HOME: '/u' }, at('https', 'h', 2376, '/u/.docker')],
		[{ DOCKER_HOST: 'https://h' }, at('https', 'h', 2376)],
		[{ DOCKER_HOST: 'https://h:443', DOCKER_CERT_PATH: '/c' }, at('https', 'h', 443, '/c')],
	];
	for (const [env, target] of rows)
		test(Object.entries(env).join(' '), () =>
			assert.deepEqual(
				dockerFrom(env, () => true),
				target,
			),
		);

	const wrong: readonly [env: Env, there: readonly string[], message: RegExp][] = [
		[
			{ DOCKER_HOST: 'unix://relative' },
			[],
			/^DOCKER_HOST must have an absolute path behind unix:\/\/, got unix:\/\/rel/,
		],
		[{ DOCKER_HOST: 'h:2375' }, [], /^DOCKER_HOST must be unix:\/\/\/path, tcp:\/\/host:port, .*, got h:2375$/],
		[{ DOCKER_HOST: '/var/run/docker.sock' }, [], /^DOCKER_HOST must be unix:\/\/\/path/],
		[{ DOCKER_HOST: 'npipe:////./pipe/docker' }, [], /^DOCKER_HOST must be/],
		[{ DOCKER_HOST: 'tcp://' }, [], /^DOCKER_HOST must be/],
		[{ DOCKER_HOST: 'tcp://h:0' }, [], /^DOCKER_HOST must be/],
		[{ DOCKER_HOST: 'tcp://h:65536' }, [], /^DOCKER_HOST must be/],
		[{ DOCKER_HOST: 'tcp://h/prefix' }, [], /^DOCKER_HOST must be/],
		[{ DOCKER_HOST: 'ssh://u:p@h' }, [], /^DOCKER_HOST over ssh is not supported; forward the socket/],
		[{ DOCKER_HOST: 'tcp://u:hunter2@h' }, [], /, got tcp:\/\/\*\*\*@h$/],
		[
			{ DOCKER_HOST: 'tcp://h', DOCKER_CERT_PATH: '/c' },
			[],
			/^\/c\/ca\.pem is missing; DOCKER_CERT_PATH must name a folder/,
		],
		[{ DOCKER_HOST: 'https://h', DOCKER_CERT_PATH: '/c' }, ['/c/ca.pem', '/c/cert.pem'], /^\/c\/key\.pem is missing/],
		[{ DOCKER_HOST: 'tcp://h', DOCKER_TLS_VERIFY: '1' }, [], /^\/root\/\.docker\/ca\.pem is missing; DOCKER_CERT_PATH/],
	];
	for (const [env, there, message] of wrong)
		test(`${Object.entries(env).join(' ')} is refused with 1`, () => {
			const error = usageErrorOf(() => dockerFrom(env, (path) => there.includes(path)));
			assert.match(error.message, message);
			assert.deepEqual([error.exitCode, error.usage], [1, false]);
		});

	test('any DOCKER_HOST is understood or refused in a short message without its password', () => {
		const secret = 'hunter2-hunter2';
		const schemes = fc.constantFrom('unix://', 'tcp://', 'http://', 'https://', 'ssh://', 'x://', '');
		const hosts = fc.oneof(
			fc.string({ unit: 'binary' }),
			fc.string().map((text) => `${text}:${secret}@h`),
		);
		fc.assert(
			fc.property(schemes, hosts, fc.boolean(), (scheme, host, isThere) => {
				resultOrComplaint(() => dockerFrom({ DOCKER_HOST: scheme + host }, () => isThere), secret);
			}),
			{ numRuns: 2_000 },
		);
	});
});
