import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { healthcheck } from '../../../src/cli/healthcheck.ts';
import { running } from '../../support/http.ts';

const folder = await mkdtemp(join(tmpdir(), 'reconsul-'));
after(() => rm(folder, { recursive: true, force: true }));

async function ask(socketPath: string, path: string): Promise<number | undefined> {
	const request = get({ socketPath, path, agent: false, headers: { host: 'anything.example' } });
	const [response] = await once(request, 'response');
	response.resume();
	return response.statusCode;
}

suite('a server on a socket', () => {
	test('answers there, the API too: who may open the socket, its permissions say', async () => {
		const path = join(folder, 'a.sock');
		await using _ = await running({ listen: `unix://${path}`, providers: { services: () => [] } });
		assert.equal(await ask(path, '/healthz'), 200);
		assert.equal(await ask(path, '/api/services'), 200);
	});

	test('is found by the health check', async () => {
		const path = join(folder, 'b.sock');
		await using _ = await running({ listen: path });
		assert.deepEqual(await healthcheck(path), { exitCode: 0, text: 'ok' });
		const nobody = await healthcheck(join(folder, 'nobody.sock'));
		assert.equal(nobody.exitCode, 1);
		assert.match(nobody.text, /nobody\.sock: no answer \(ENOENT\)/);
	});

	test('takes the place of one that was killed', async () => {
		const path = join(folder, 'c.sock');
		const program = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
		const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
		await once(child.stdout, 'data');
		child.kill('SIGKILL');
		await once(child, 'exit');
		assert.ok((await stat(path)).isSocket());
		await using _ = await running({ listen: path });
		assert.equal(await ask(path, '/healthz'), 200);
	});

	test('does not take the place of one that answers', async () => {
		const path = join(folder, 'd.sock');
		await using first = await running({ listen: path });
		await using second = await running({ listen: path });
		assert.deepEqual([first.address, second.address], [path, undefined]);
	});
});
