import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { commandFrom } from '../../src/config/command.ts';
import { UsageError } from '../../src/config/usage-error.ts';
import { hostPort, type ListenAddress, parseListen } from '../../src/server/listen.ts';

/**
 * endpoints.ts DOCKER HINT PREFIX [OPTIONS...] URI - what the daemon with these options works on and where it will answer, as
 * its own parser reads them. HINT is one more line; PREFIX is what reaches an address, `curl -s`, if a browser does not.
 * Says nothing where the daemon itself will end with a word: a wrong command line, `-version`, `--once`.
 */
async function introduction([docker, hint, prefix, ...argv]: readonly string[]): Promise<string> {
	const config = configOf(argv);
	if (config === undefined || config.isOnce) return '';
	const first = `reconsul on ${docker} and ${config.registry.where}; Ctrl-C stops it`;
	const lines = [first, ...(hint ? [`  ${hint}`] : []), ...(await endpointsOf(config.listen, prefix))];
	return `${lines.join('\n')}\n`;
}

function configOf(argv: readonly string[]) {
	try {
		const command = commandFrom(argv, process.env, { version: '', isTerminal: false, exists: existsSync });
		return command.kind === 'run' ? command.config : undefined;
	} catch (error) {
		if (error instanceof UsageError) return undefined;
		throw error;
	}
}

const paths = ['metrics', 'healthz', 'readyz?verbose', 'api/services'];
const everywhere: ReadonlySet<string | undefined> = new Set([undefined, '0.0.0.0', '::']);

async function endpointsOf(listen: string, prefix = ''): Promise<readonly string[]> {
	const address = parseListen(listen);
	if (address === undefined) return ['  no /metrics and no health endpoints: --listen is empty'];
	if (address.kind === 'unix') return [`  /metrics and the health endpoints are on the socket ${address.path}`];
	const { host, port } = address;
	if (port === 0) return ['  /metrics and the health endpoints are at the address that the log names'];
	const base = `http://${hostPort(everywhere.has(host) ? 'localhost' : String(host), port)}`;
	// Quoted for shells that take the question mark for a pattern.
	const lines = paths.map((path) => (prefix === '' ? `  ${base}/${path}` : `  ${prefix} '${base}/${path}'`));
	if (await isFree(address)) return lines;
	return [...lines, `  but not yet: port ${port} is taken; free it, or give FLAGS='--listen :PORT'`];
}

function isFree({ host, port }: Extract<ListenAddress, { kind: 'tcp' }>): Promise<boolean> {
	const { promise, resolve } = Promise.withResolvers<boolean>();
	const server = createServer()
		.once('error', () => resolve(false))
		.listen({ port, ...(host === undefined ? {} : { host }) }, () => server.close(() => resolve(true)));
	return promise;
}

process.stdout.write(await introduction(process.argv.slice(2)));
