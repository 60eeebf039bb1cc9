import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import type { Fault } from '../support/faults.ts';
import { eventually } from '../support/lab.ts';
import { type Stage, startStage } from './stage.ts';

const idOf = (name: string): string => `u1:${name}:6379`;
const events: Fault = { kind: 'silence' };

describe('a daemon behind proxies that spoil what Docker and Consul answer', () => {
	const parts = new AsyncDisposableStack();
	let stage: Stage;
	let toDocker: FaultProxy;
	let toConsul: FaultProxy;
	before(async () => {
		const folder = await mkdtemp(join(tmpdir(), 'reconsul-broken-'));
		parts.defer(() => rm(folder, { recursive: true, force: true }));
		stage = parts.use(await startStage());
		const socketPath = join(folder, 'docker.sock');
		toDocker = parts.use(await startFaultProxy({ socketPath: stage.engine.socket }, { socketPath }));
		toConsul = parts.use(await startFaultProxy({ port: stage.consul.port }));
	});
	after(() => parts.disposeAsync());
	afterEach(async () => {
		toDocker.mend();
		toConsul.mend();
		await stage.clear();
	});

	const started = (): Promise<Daemon> => {
		assert.ok('socketPath' in toDocker.place && 'port' in toConsul.place);
		const registry = `consul://127.0.0.1:${toConsul.place.port}`;
		return startDaemon({ docker: `unix://${toDocker.place.socketPath}`, registry });
	};
	const run = (name: string): Promise<string> => stage.run('--name', name, '-P', 'redis');
	const registered = (expected: readonly string[], withinMs: number): Promise<void> =>
		eventually('exactly these are registered', async () => assert.deepEqual(await stage.ids(), expected.map(idOf)), {
			withinMs,
		});

	for (const side of ['Docker', 'Consul'] as const)
		test(`${side}'s answers that are cut are noticed at once, and made good within seconds of the last one`, async () => {
			await using daemon = await started();
			await run('first');
			await registered(['first'], 10_000);
			const proxy = side === 'Docker' ? toDocker : toConsul;
			const on = side === 'Docker' ? /^GET (?!.*events)/ : /^GET .*agent/;
			proxy.spoil({ on, fault: { kind: 'cut' } });
			await run('second');
			await eventually('the log says so', () => daemon.log.some(({ message }) => message.includes('in the middle')), {
				withinMs: 3_000,
			});
			proxy.mend();
			await registered(['first', 'second'], 3_000);
		});

	test('a pass is not held up by one container whose inspect hangs, and its service stays', async () => {
		const stuck = await run('stuck');
		await run('ends');
		await using daemon = await started();
		await registered(['ends', 'stuck'], 10_000);
		toDocker.spoil(
			{ on: /events/, fault: events },
			{ on: new RegExp(`containers/${stuck}/json`), fault: { kind: 'hang', before: 'headers' } },
		);
		// From here on only passes can find out, and all is inspected anew.
		toDocker.loseStreams('end');
		await eventually('the inspect hangs', () => toDocker.met > 0);
		await run('starts');
		await stage.engine.docker('rm', '-f', 'ends');
		daemon.signal('SIGHUP');
		// The pass that is under way waits two seconds for the stuck one, and so does the one after it.
		await registered(['starts', 'stuck'], 9_000);
	});
});
